"""The champion of a registry that is a SQLite file, read without MLflow, which takes three seconds to import.

MLflow's tables are its own, so they are read only where they have the revision that was looked at: `REVISION`. Of
another revision, another kind of registry, and wherever anything is not as expected, MLflow is asked.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from pipeline.settings import Settings

REVISION: Final = "dc11669786a5"
"""Of the tables of MLflow 3.17; a test compares what is read here with what MLflow says."""
MODEL_NAME: Final = "retention"
CHAMPION: Final = "champion"

_ELSEWHERE: Final = ("MLFLOW_REGISTRY_URI", "MLFLOW_WORKSPACE")
"""With one of these set, MLflow may look for models in another place."""
_CHAMPION_OF: Final = "select version from registered_model_aliases where name = ? and alias = ?"
_PLACE_OF: Final = "select storage_location from model_versions where name = ? and version = ? and status = 'READY'"


def stored_model(settings: Settings, version: str | None) -> tuple[str, Path] | None:
    """A version (the champion by default) and its folder of artefacts; None where MLflow must be asked."""
    file = _file_of(settings.tracking_uri)
    if file is None or any(os.environ.get(name) for name in _ELSEWHERE):
        return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("select version_num from alembic_version").fetchall() != [(REVISION,)]:
                return None
            wanted = version or _only(connection, _CHAMPION_OF, CHAMPION)
            place = _only(connection, _PLACE_OF, wanted) if wanted else None
    except sqlite3.Error:
        return None
    folder = _folder_of(place) if place else None
    return (str(wanted), folder) if folder else None


def _file_of(uri: str) -> Path | None:
    """The file of a SQLite registry; None of another kind, and where there is none yet."""
    if not uri.startswith("sqlite:"):
        return None
    try:
        name = make_url(uri).database
    except ArgumentError:
        return None
    return Path(name) if name and Path(name).is_file() else None


def _only(connection: sqlite3.Connection, query: str, asked: str) -> str | None:
    """The one figure of the one row about our model; None unless there is exactly one."""
    rows = connection.execute(query, (MODEL_NAME, asked)).fetchall()
    return str(rows[0][0]) if len(rows) == 1 and rows[0][0] is not None else None


def _folder_of(place: str) -> Path | None:
    """The folder of a `file:` address."""
    address = urlsplit(place)
    folder = Path(unquote(address.path))
    return folder if address.scheme == "file" and not address.netloc and folder.is_dir() else None
