"""What each command prints at its end: something a person can act on. No person's data."""
