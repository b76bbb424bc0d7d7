"""How long people stay: hire cohorts and the curves behind them."""
