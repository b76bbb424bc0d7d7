"""What is recorded before lists are shown, so that it can be compared later: first offers, and nominations."""
