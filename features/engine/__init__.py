"""Where the definitions of the features run: Polars, Spark, and compiled kernels."""
