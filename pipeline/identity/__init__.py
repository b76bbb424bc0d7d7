"""Identity: tokens, keys and roles."""
