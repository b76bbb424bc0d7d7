"""What a change for whole groups would cost, and how many exits it would avoid. Nobody is named."""
