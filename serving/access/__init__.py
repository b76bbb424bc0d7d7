"""Who asks, for what, and whether the role and the purpose allow it; the audit as a dependency."""
