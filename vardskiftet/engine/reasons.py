"""Why is an item rejected? Every reason that the engine itself gives; mappings add their own under `reject:`."""

from __future__ import annotations

REASONS = {
    "AMBIGUOUS_CENTURY": "A person's number of ten digits fits two centuries.",
    "CHANGED_IN_TARGET": "The row was changed in the new system; it is left alone.",
    "CODE_FAILED": "A function of mappings/python failed on this row.",
    "DUPLICATE_KEY": "Several rows with this key say different things.",
    "HSA_FORMAT": "Not an HSA-id.",
    "IDENTITY_CHECKSUM": "The check digit of a person's number is wrong.",
    "IDENTITY_DATE": "A person's number holds no possible birth date.",
    "IDENTITY_FORMAT": "Not written as any person's number is.",
    "IDENTITY_MISSING": "A person without a number.",
    "IDENTITY_REVIEW": "Two persons of the source claim one identifier; a person decides.",
    "INVALID_BOOLEAN": "Neither of the words for true and false.",
    "INVALID_DATE": "Not a day or time of the declared form.",
    "INVALID_ENCODING": "The row holds bytes that its declared encoding does not know.",
    "INVALID_NUMBER": "Not a number of the declared form.",
    "INVALID_UUID": "Not a UUID.",
    "KEY_MISSING": "The row's key is empty.",
    "KEY_TAKEN": "Another row of the record has this id.",
    "MALFORMED_ROW": "A line of the file is no row of its table: too few or too many fields, or quotes that do not balance.",
    "MISSING_HOUR": "A time in the hour that was skipped when the clock was put forward.",
    "PARENT_EXCLUDED": "The row that it belongs to was excluded.",
    "PARENT_MISSING": "The row that it belongs to does not exist.",
    "PARENT_REJECTED": "The row that it belongs to was rejected; it is released with it.",
    "REPEATED_HOUR": "A time in the hour that came twice when the clock was put back.",
    "REQUIRED_EMPTY": "The record requires a value where the source has none.",
    "SQL_FAILED": "An expression of the mapping failed on this row.",
    "TOO_LONG": "Longer than the record's column.",
    "UNKNOWN_UNIT": "A unit of measurement that is not declared.",
    "UNMAPPED_CODE": "The codebook does not hold this code.",
}
