"""What is removed once its period is over, and the files that go with it."""
