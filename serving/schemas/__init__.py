"""The answers of the API, each with an example. Probabilities are from 0 to 1; contributions are log-odds."""
