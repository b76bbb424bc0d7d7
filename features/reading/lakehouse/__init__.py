"""Tables of Delta, Iceberg and Parquet, on this machine or in an object store -> raw Parquet of one version."""
