"""The roll-out as a trial: who waits, the effect, and what it can show."""
