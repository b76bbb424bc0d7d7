"""The simulated company with a year behind it: models, months, lists, answers and monitoring, as a company has them."""
