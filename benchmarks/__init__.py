"""How fast is it, beside others on the same work? Never part of the tests; `make bench`."""
