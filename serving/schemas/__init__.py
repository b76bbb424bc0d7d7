"""The answers of the API, with an example each. Probabilities are shares of 1; contributions are log-odds."""
