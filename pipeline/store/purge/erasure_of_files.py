"""What a person leaves behind in files under `var`, and what becomes of it.

| files | what erasure does |
|---|---|
| folders of lists, also elsewhere | deletes those that name the person, after lists that are being written |
| drafts of lists, working folders | deletes those of killed runs |
| validated tables of a source, monthly sums | deletes those that hold the person |
| figures that plans are computed from | removes the person's rows |
| sums of features | deletes all of them, and their key: the sums from before, less those from after, are the person's |
| working folders of jobs that are running | leaves them; each job deletes its own, the tables and the sums at its end |

Keys, models, MLflow's records, reports and plots hold no id of a person.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from features.collaboration import sum_store
from features.validated import stored_tables
from pipeline.dataset.workspace import sums_folders, tables_folders, tell_of_erasure
from pipeline.formulas import without_formula
from pipeline.store.feature_sums import forget_feature_sums
from pipeline.store.list_folders import INDEX, WAIT_SECONDS, delete_lists, list_folders
from pipeline.store.staff_files import erase_from_staff_files, staff_files_name


@dataclass(frozen=True)
class ErasedFiles:
    """Numbers by kind: what was `removed`, and what still may hold the person and why (`remains`)."""

    removed: dict[str, int]
    remains: dict[str, int]


def in_files(var: Path, employee_id: str) -> bool:
    """Whether a file that erasure removes may be about a person."""
    return (
        any(_names(folder, employee_id) for folder in list_folders(var).within_reach)
        or any(sum_store.may_hold(folder, employee_id) for folder in sums_folders(var))
        or any(stored_tables.may_hold(folder, employee_id) for folder in tables_folders(var))
        or staff_files_name(var, employee_id)
    )


def erase_files(var: Path, employee_id: str, seconds: float = WAIT_SECONDS) -> ErasedFiles:
    """Remove a person from the files, after the store: what is written from now on is read without the person.

    Waits up to `seconds` for lists that are being written.
    """
    runs = tell_of_erasure(var)  # before the sums: those that a run is using are deleted by the run
    sums = [folder for folder in sums_folders(var) if sum_store.may_hold(folder, employee_id)]
    forgotten = [folder for folder in sums if sum_store.forget(folder)]
    tables = [folder for folder in tables_folders(var) if stored_tables.may_hold(folder, employee_id)]
    deleted = [folder for folder in tables if stored_tables.forget(folder)]
    lists = delete_lists(var, lambda folder: _names(folder, employee_id), seconds)
    return ErasedFiles(
        removed={
            "lists": lists.folders,
            "drafts_of_lists": lists.drafts,
            "monthly_sums": len(forgotten),
            "validated_tables": len(deleted),
            "feature_sums": forget_feature_sums(var),
            "staff_files": erase_from_staff_files(var, employee_id),
            "killed_runs": runs.killed,
        },
        remains={
            "running_jobs": runs.alive,
            "monthly_sums_in_use": len(sums) - len(forgotten),
            "validated_tables_in_use": len(tables) - len(deleted),
            "lists_in_use": lists.in_use,
            "lists_out_of_reach": list_folders(var).out_of_reach,
        },
    )


def _names(folder: Path, employee_id: str) -> bool:
    """Whether lists name a person; lists without an index may."""
    index = folder / INDEX
    if not index.exists():
        return True
    with index.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        named = {row.get(name) for row in csv.DictReader(file) for name in ("employee_id", "manager_id")}
    return bool(named & {employee_id, f"'{employee_id}", without_formula(employee_id)})
