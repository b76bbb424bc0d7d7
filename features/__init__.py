"""What was known about a person on a date: sources, validation, features and the simulated company."""
