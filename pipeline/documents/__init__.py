"""Documents that a company must keep, drafted from the settings and the store."""
