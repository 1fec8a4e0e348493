"""A plan in somebody's hands: planned, told, rehearsed, lived, taken back; and what its state is."""
