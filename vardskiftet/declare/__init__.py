"""What is declared? YAML and CSV files become a Programme, or all their faults at once; nothing is run."""

from vardskiftet.declare.project import read
from vardskiftet.declare.unfinished import read_unfinished

__all__ = ["read", "read_unfinished"]
