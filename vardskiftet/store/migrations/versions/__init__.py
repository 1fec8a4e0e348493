"""Which revisions has the store had? Each file is one; the names begin with their numbers."""
