"""The part `rivals`: the strongest other methods for tables on the rows, test dates and folds of the product."""
