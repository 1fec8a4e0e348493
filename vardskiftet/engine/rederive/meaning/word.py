"""Which word is meant? Truth values, codes, HSA-ids and texts, by what is declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vardskiftet.engine.rederive.meaning.answer import NOTHING, Answer, Reader, because

_HSA = re.compile(r"SE[0-9]{10}-[A-Za-z0-9]{1,18}")


def truth(options: Mapping[str, Any]) -> Reader:
    """Yes or no. Reason: INVALID_BOOLEAN for a word that is neither."""
    said = dict.fromkeys(options.get("true", ("J",)), True) | dict.fromkeys(options.get("false", ("N",)), False)

    def read(text: str | None) -> Answer:
        if text in said:
            return said[text], None
        return because("INVALID_BOOLEAN") if text else NOTHING

    return read


def coded(options: Mapping[str, Any], books: Mapping[str, Mapping[str, str]]) -> Reader:
    """The target code. Reason: UNMAPPED_CODE, where the mapping rejects what the codebook lacks."""
    book, otherwise = books.get(str(options["codebook"]), {}), str(options.get("unmapped", "reject"))
    no_code = frozenset(options.get("sentinels", ()))

    def read(text: str | None) -> Answer:
        if text is None or text in no_code:
            return NOTHING
        found = book.get(text)
        if found is not None:
            return found, None
        if not text:
            return NOTHING
        match otherwise:
            case "reject":
                return because("UNMAPPED_CODE")
            case "keep_local":
                return text, None
            case _:
                return otherwise, None

    return read


def hsa_id(_options: Mapping[str, Any]) -> Reader:
    """An HSA-id. Reason: HSA_FORMAT."""

    def read(text: str | None) -> Answer:
        if not text:
            return NOTHING
        return (text, None) if _HSA.fullmatch(text) else because("HSA_FORMAT")

    return read


def kept(options: Mapping[str, Any]) -> Reader:
    """The text; an empty one may be declared to be nothing."""
    empty_is_nothing = options.get("empty") == "null"

    def read(text: str | None) -> Answer:
        return (None if empty_is_nothing and text == "" else text), None

    return read
