"""Guards that stop a training run: leaks, rewritten history, train/test overlap, permuted labels."""
