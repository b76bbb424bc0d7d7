"""A person's own receipt: what is held about them, in their words, as a page and as one file."""
