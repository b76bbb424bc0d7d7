"""What `source.toml` says: its fields, checked at once, before any data are read."""
