"""The `[inputs]` of a source: patterns of files and sheets, one table each, and what nothing reads."""
