"""Spark with its own configuration, for as long as an engine is in use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.engine.spark.engine import SparkEngine
from features.engine.spark.exchange import exchange_in
from features.errors import BadInput, Finding


@contextmanager
def spark_engine(folder: Path, store: str = "") -> Iterator[SparkEngine]:
    """Spark with its own configuration (spark-defaults.conf, PYSPARK_SUBMIT_ARGS, or SPARK_REMOTE for Spark Connect);
    stopped if it was started here.

    Files are exchanged in `store`, a URL, or in `folder`, which all machines must see then. Raises BadInput where
    pyspark or Java is missing, and for a store that cannot be used.
    """
    try:
        from pyspark.errors import PySparkImportError, PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("pyspark is not installed", "Install it with: make setup SPARK=1.") from None
    running = SparkSession.getActiveSession()
    try:
        session = running or SparkSession.builder.appName("retention").getOrCreate()
    except PySparkImportError:
        remedy = f"Install pyspark[connect] of the same version, or unset SPARK_REMOTE ({os.environ['SPARK_REMOTE']})."
        raise _missing("packages of Spark Connect are missing", remedy) from None
    except PySparkRuntimeError:
        remedy = "Install Java 17 (Debian: openjdk-17-jre-headless), or name its folder in JAVA_HOME."
        raise _missing("Spark found no Java", remedy) from None
    try:
        with exchange_in(folder, store) as exchange:
            yield SparkEngine(session, exchange, folder)
    finally:
        if not running:
            session.stop()


def _missing(rule: str, remedy: str) -> BadInput:
    return BadInput(Finding(rule, "RETENTION_ENGINE", "", 0, f"{remedy} Or choose RETENTION_ENGINE=polars."))
