"""Who may see it: the API over published scores."""
