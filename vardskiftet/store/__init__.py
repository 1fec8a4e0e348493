"""What does the programme remember? An append-only, hash-chained store of events; `store.store.Store` is its door."""
