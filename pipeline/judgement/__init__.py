"""How good and how fair a model is: out-of-time evaluation, metrics, guards, fairness and diagnostics."""
