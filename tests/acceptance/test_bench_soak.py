"""The part `soak` of the bench, for a second and a half."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bench.part import Size
from bench.soak import PART, publish, soak


def test_every_tenth_request_writes_and_both_ends_are_measured(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    out.mkdir()
    publish(Size(people=60, minutes=1.5 / 60), data)
    figures = soak(data, out)
    assert figures["requests"] == 60  # 4 clients, one request each in a tenth of a second
    with closing(sqlite3.connect(data / "var" / "store.db")) as connection:
        assert connection.execute("SELECT count(*) FROM contest").fetchone() == (4,)
        [(audited,)] = connection.execute("SELECT count(*) FROM audit").fetchall()
    assert audited >= 61  # with the request that waited for the server
    assert {"start_mb", "end_mb", "cpu_ms", "read_p99_start", "read_p99_end"} <= figures.keys()
    assert figures.keys() - {"requests"} <= {figure.name for figure in PART.figures}
