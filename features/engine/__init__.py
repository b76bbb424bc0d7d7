"""The engines that run the definitions of the features: Polars, Spark, and compiled kernels."""
