"""What a model learns from and is tested on: rows, outcomes, splits, and the folder in which a run works."""
