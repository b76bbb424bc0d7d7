"""What a registry that is a SQLite file holds, read without MLflow, which takes three seconds to import.

MLflow's tables are its own, so they are read only where they have the revision that was looked at: `REVISION`. Of
another revision, another kind of registry, and wherever anything is not as expected, MLflow is asked.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
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
_VERSION: Final = """select version, run_id, creation_time, artifact_uri from model_versions
join runs on run_uuid = run_id where model_versions.name = ? and version = ?"""
_EXPERIMENT: Final = "select experiment_id from experiments where name = ?"
_LAST_RUN: Final = """select artifact_uri from runs
where experiment_id = ? and status = 'FINISHED' and lifecycle_stage = 'active'
order by start_time desc, run_uuid limit 1"""


class NotLocal(Exception):
    """The registry is not a file that can be read here: ask MLflow."""


@dataclass(frozen=True)
class LocalVersion:
    """A version of the registry, when it was registered (milliseconds), and the JSON of its training report."""

    version: str
    is_champion: bool
    run_id: str
    registered_at: int
    document: dict[str, Any]


def stored_model(settings: Settings, version: str | None) -> tuple[str, Path] | None:
    """A version (the champion by default) and its folder of artefacts; None where MLflow must be asked."""
    try:
        with _registry(settings) as registry:
            wanted = version or _champion(registry)
            place = _only(registry, _PLACE_OF, MODEL_NAME, wanted) if wanted else None
    except NotLocal:
        return None
    folder = _folder_of(str(place[0])) if place and place[0] else None
    return (str(wanted), folder) if folder else None


def champion_version(settings: Settings) -> str | None:
    """The number of the champion; None if there is none yet. Raises NotLocal where MLflow must be asked."""
    with _registry(settings) as registry:
        return _champion(registry)


def registered(settings: Settings, version: str | None, report: str) -> LocalVersion:
    """A version (the champion by default), with the file `report` of its run.

    Raises NotLocal where MLflow must be asked, also about a version that is not there.
    """
    with _registry(settings) as registry:
        champion = _champion(registry)
        found = _only(registry, _VERSION, MODEL_NAME, version or champion or "")
    if found is None:
        raise NotLocal
    number, run_id, registered_at, place = found
    return LocalVersion(str(number), str(number) == champion, str(run_id), int(registered_at), _json(place, report))


def last_document(settings: Settings, experiment: str, file: str) -> dict[str, Any] | None:
    """A JSON file of an experiment's last finished run; None before the first. Raises NotLocal."""
    with _registry(settings) as registry:
        known = _only(registry, _EXPERIMENT, experiment)
        place = registry.execute(_LAST_RUN, known).fetchone() if known else None
    return _json(place[0], file) if place else None


@contextmanager
def _registry(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The file of the registry, for reading."""
    file = _file_of(settings.tracking_uri)
    if file is None or any(os.environ.get(name) for name in _ELSEWHERE):
        raise NotLocal
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("select version_num from alembic_version").fetchall() != [(REVISION,)]:
                raise NotLocal
            yield connection
    except sqlite3.Error:
        raise NotLocal from None


def _file_of(uri: str) -> Path | None:
    """The file of a SQLite registry; None of another kind, and where there is none yet."""
    if not uri.startswith("sqlite:"):
        return None
    try:
        name = make_url(uri).database
    except ArgumentError:
        return None
    return Path(name) if name and Path(name).is_file() else None


def _champion(registry: sqlite3.Connection) -> str | None:
    found = _only(registry, _CHAMPION_OF, MODEL_NAME, CHAMPION)
    return str(found[0]) if found else None


def _only(registry: sqlite3.Connection, query: str, *asked: str) -> tuple[Any, ...] | None:
    """The one row that a query gives; None if there is none. Raises NotLocal where there are several."""
    rows = registry.execute(query, asked).fetchall()
    if len(rows) > 1:
        raise NotLocal
    return rows[0] if rows else None


def _json(place: str, file: str) -> dict[str, Any]:
    """A file of a run. Raises NotLocal where it is not in a folder here."""
    folder = _folder_of(place)
    if folder is None:
        raise NotLocal
    try:
        return dict(json.loads((folder / file).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise NotLocal from None


def _folder_of(place: str) -> Path | None:
    """The folder of a `file:` address."""
    address = urlsplit(place)
    folder = Path(unquote(address.path))
    return folder if address.scheme == "file" and not address.netloc and folder.is_dir() else None
