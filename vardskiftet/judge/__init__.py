"""What it means: rules on counts, never on rows. Values in, values out."""
