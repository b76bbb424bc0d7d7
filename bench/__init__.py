"""The product beside other tools on the same data: `python -m bench`. Not part of what is installed."""
