"""The fairness review: protected groups, how the lists would have treated them, and proxies for them."""
