"""What should stand in the record? Derived a second time from the frozen mapping, in code of its own; it borrows nothing from the loader."""
