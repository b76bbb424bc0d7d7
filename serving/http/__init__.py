"""What happens to every request: limits, log, counters, problems, and the form of the answer."""
