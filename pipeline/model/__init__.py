"""The blend of regression and boosted trees: encoding, fit, calibration, factors, and its stored form."""
