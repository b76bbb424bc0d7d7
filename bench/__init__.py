"""The product compared with other tools on the same data: `python -m bench`. Not installed with the product."""
