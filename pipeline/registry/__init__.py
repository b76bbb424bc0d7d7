"""Runs and model versions in MLflow, the promotion gate, the ledger and the model card."""
