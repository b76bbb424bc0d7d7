"""Every table as known on a snapshot date: spells, posts, and who is at risk. The only reader of time."""
