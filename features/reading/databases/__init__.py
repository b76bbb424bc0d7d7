"""Databases of a source, one module a kind: each query runs in the server's own SQL, in one read-only snapshot."""
