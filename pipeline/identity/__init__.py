"""Who may ask: tokens, keys and roles."""
