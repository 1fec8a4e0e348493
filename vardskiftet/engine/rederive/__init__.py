"""What should stand in the record? Derived a second time from the frozen mapping, in code that borrows nothing from the loader."""
