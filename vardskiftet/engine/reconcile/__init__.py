"""Do the record and the derived expectation say the same? Digests over buckets first, then cell by cell where a bucket differs."""
