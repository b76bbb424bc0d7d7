"""The console script `retention`: its commands and what they print."""
