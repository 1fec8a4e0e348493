"""Hands on data: sources, targets and transforms; mappings compiled to SQL; batches moved and taken back."""
