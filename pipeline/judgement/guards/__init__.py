"""Guards that stop a training run: leaks, a rewritten past, rows on both sides of the split, permuted labels."""
