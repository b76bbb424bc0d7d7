"""What applies to every request: limits, log, counters, problems, and the format of the answer."""
