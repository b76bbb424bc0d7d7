"""What the tables of a right mapping hardly ever look like: warnings that a mapping is wrong, by its own results."""
