"""What people did with the service: briefings, halts, saved plans."""
