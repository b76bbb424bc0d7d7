"""The features by driver, each declared beside its definition."""
