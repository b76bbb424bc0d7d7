"""The words by which columns and values are recognised, in nine languages and in technical names. Data only."""
