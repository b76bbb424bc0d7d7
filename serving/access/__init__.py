"""Who is asking, for what purpose, whether both are allowed, and the audit as a dependency."""
