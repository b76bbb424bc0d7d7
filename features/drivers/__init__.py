"""The features, each beside its definition, by driver."""
