"""Text to values: dates and numbers as people write them."""
