"""A company with tables in a database, which Spark reads by JDBC: `python read_by_jdbc.py OUT STORE`.

The configuration of Spark names the catalogue `payroll`. Derby is in one process, so Spark must be too.
"""

import shutil
import sys
from pathlib import Path

from dirty_company import write_dirty_company
from pyspark.sql import SparkSession
from validated_by_spark import write_result

from features.engine.polars import POLARS
from features.engine.spark.session import spark_engine

TABLES = ("surveys", "compensation")


def main(out: Path, store: str) -> None:
    """Write what one process makes of the files, and Spark of the database, to `out/ENGINE`."""
    session = SparkSession.builder.appName("tests").getOrCreate()
    setting = "spark.sql.catalog.payroll"
    url, driver = session.conf.get(f"{setting}.url"), session.conf.get(f"{setting}.driver")
    company, source = write_dirty_company(out / "company"), out / "in-database"
    shutil.copytree(company, source)
    queries = []
    for table in TABLES:
        file = source / f"{table}.parquet"
        session.read.parquet(file.as_uri()).write.jdbc(str(url), table, properties={"driver": str(driver)})
        file.unlink()
        queries.append(f'{table} = "select * from payroll.APP.{table.upper()}"')
    toml = source / "source.toml"
    toml.write_text("\n".join([toml.read_text(), "[spark.tables]", *queries]))
    write_result(company, POLARS, out / "jdbc" / "polars")
    with spark_engine(out, store) as spark:
        write_result(source, spark, out / "jdbc" / "spark")
    session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
