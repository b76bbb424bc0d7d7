"""The managers' lists: who is on them, their pages and files, their delivery, the roll-out and its effect."""
