"""Spark for tests: two executors on this machine, processes of their own that share nothing but a store."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

SMALL = """
spark.master                         local-cluster[2,1,1024]
spark.executor.memory                512m
spark.ui.enabled                     false
spark.driver.host                    127.0.0.1
spark.driver.bindAddress             127.0.0.1
spark.driver.memory                  1g
spark.driver.extraJavaOptions        -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions      -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.shuffle.partitions         2
spark.sql.codegen.wholeStage         false
spark.sql.codegen.factoryMode        NO_CODEGEN
"""
"""For tables of a few thousand rows: compiling a plan takes longer than running it."""
MISSING = [name for name, found in (("pyspark", find_spec("pyspark")), ("Java", shutil.which("java"))) if found is None]

needs_spark = pytest.mark.skipif(
    bool(MISSING) and "CI" not in os.environ, reason=f"needs Java 17 and `make setup SPARK=1`; without {MISSING}"
)


@contextmanager
def configured(folder: Path, further: str = "") -> Iterator[Path]:
    """The folder with Spark's configuration, `further` lines included; what is started meanwhile uses it."""
    (folder / "spark-defaults.conf").write_text(SMALL + further)
    home = find_spec("pyspark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_LOCAL_DIRS", str(folder / "local"))
        patch.setenv("SPARK_HOME", str(Path(home.origin).parent) if home and home.origin else "")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        yield folder
