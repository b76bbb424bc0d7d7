"""The boosted trees: fit, scores without LightGBM, and their exact factors."""
