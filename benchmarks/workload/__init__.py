"""What is workload W? One wave: patients, encounters, diagnoses, laboratory results and notes of an invented journal, at four sizes."""

from benchmarks.workload.sizes import TABLES, rows_of

__all__ = ["TABLES", "rows_of"]
