"""The words of the design as frozen values; no input or output happens here."""
