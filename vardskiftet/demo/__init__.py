"""What does a legacy journal look like? Synthetic ones, with the key of what was planted in them; nothing else is written here."""
