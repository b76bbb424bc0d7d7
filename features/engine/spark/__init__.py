"""The definitions on Apache Spark: the engine, its session, and the files that it shares with this process."""
