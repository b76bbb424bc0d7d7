"""Scikit-learn classifiers of others: how they are named, given a table, fitted, calibrated and explained."""
