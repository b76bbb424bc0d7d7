"""What we do with the features: train, judge, explain, score, publish and list."""
