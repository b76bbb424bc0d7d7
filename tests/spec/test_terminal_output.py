"""The final output of a command fits a terminal of 80 columns."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console, Group

from features.errors import Finding
from pipeline.commands.screens.data_counts import check_lines
from pipeline.commands.screens.lists import lists_screen
from pipeline.commands.screens.months import month_screen
from pipeline.commands.screens.training import training_screen
from pipeline.data_counts import DataCheck, DataCounts
from pipeline.judgement.statistics.metrics import METRICS
from pipeline.lists.written.month_folder import WrittenLists
from pipeline.monthly import Month
from pipeline.registry.report_json import report_of
from pipeline.settings import Settings

WIDE = {"value": -0.432, "low": -1.541, "high": 0.665}
BASELINES = ("base_rate", "tenure", "logistic", "boosting")
REPORT: dict[str, Any] = {
    "source": "tiny",
    "horizon_months": 6,
    "rows": 8011,
    "people": 453,
    "voluntary_exits": 146,
    "base_rate": 0.081,
    "metrics": dict.fromkeys(METRICS, WIDE),
    "baselines": {name: dict.fromkeys(METRICS, -7.142) for name in BASELINES},
    "ablation": {"without relationships": {"auc": WIDE, "average_precision": WIDE}},
    "shuffled_auc": WIDE,
    "gate": [
        {
            "gate": "recall by age",
            "passed": True,
            "value": 0.6,
            "limit": "≥ 0.8",
            "low": 0.2,
            "high": 2.5,
            "short_by": 0.2,
        }
    ],
    "model_version": "1",
    "promoted": True,
}


def screen(report: dict[str, Any]) -> list[str]:
    output = io.StringIO()
    settings = Settings(mlflow_tracking_uri="https://mlflow.of-a-company-with-a-long-name.example/a/long/path")
    Console(file=output, width=80, highlight=False).print(training_screen(report_of(report), settings), crop=False)
    return output.getvalue().splitlines()


def test_each_metric_and_each_drivers_contribution_is_one_line() -> None:
    lines = screen(REPORT)
    assert len([line for line in lines if "-0.432 (-1.541 to 0.665)" in line and "-7.142" in line]) == len(METRICS)
    [added] = [line for line in lines if line.startswith("without relationships")]
    assert added.count("(-1.541 to +0.665)") == 2


def test_a_name_of_the_source_is_never_markup() -> None:
    text = "\n".join(screen(REPORT | {"source": "HR [EU] [/b]"}))
    assert "HR [EU] [/b]: 8,011 rows" in text


def test_an_illustration_that_could_not_be_made_is_a_warning() -> None:
    missing = {"missing_illustrations": [{"name": "gain.svg", "fault": "ValueError"}]}
    text = " ".join(" ".join(screen(REPORT | missing)).split())
    assert "warning could not be illustrated: gain.svg (ValueError). The figures are complete." in text
    assert "warning" not in " ".join(screen(REPORT))


def test_only_addresses_are_wider_than_80_columns() -> None:
    [address] = [line for line in screen(REPORT) if len(line.rstrip()) > 80]
    assert address.startswith("Runs: mlflow ui --backend-store-uri https://")
    assert address.rstrip().endswith("/path")


def test_a_condition_with_only_its_interval_reaching_the_limit_is_open() -> None:
    [result] = [line for line in screen(REPORT) if "recall by age" in line]
    assert result.split() == ["open", "recall", "by", "age", "0.600", "(0.200", "to", "2.500)", "≥", "0.8"]


def test_a_report_without_ablation_has_no_empty_table() -> None:
    assert not [line for line in screen(REPORT | {"ablation": {}}) if "ablation" in line]


def test_the_distance_to_the_true_hazard_is_shown_where_the_source_knows_it() -> None:
    truth = {"rows": 900, "oracle_auc": 0.7512, "auc": 0.701, "share": 0.8002}
    [result] = [line for line in screen(REPORT | {"true_hazard": truth}) if "true hazard" in line]
    assert result.rstrip() == "The true hazard has AUC 0.751; the model covers 80% of the way from 0.5 to it"
    assert not [line for line in screen(REPORT | {"true_hazard": None}) if "true hazard" in line]


def test_a_months_output_says_why_lists_failed_and_what_to_do_and_breaks_no_path() -> None:
    folder = "/a/company/with/a/long/path/to/its/state/of/retention/and/all/its/lists/2026-09"
    delivery = {
        "month": "2026-09",
        "states": {"sent": 1, "failed": 3},
        "failed": {"no_address": 1, "recipient_refused": 2},
        "changed_since_sent": 0,
        "stopped": None,
        "is_complete": False,
    }
    alert = {
        "rule": "AUC is low",
        "month": "2026-09",
        "value": 0.5,
        "limit": 0.6,
        "remedy": "Train.",
        "is_current": True,
    }
    run = Month("tiny", "2026-09")
    run.done = {
        "score": {"people": 1, "expected": 0.4},
        "lists": {"people": 1, "managers": 1, "waiting": 2, "folder": folder},
        "deliver": delivery,
        "monitor": {"alerts": [alert], "matured": 1, "page": f"{folder}.html"},
    }
    output = io.StringIO()
    Console(file=output, width=80, highlight=False).print(month_screen(run), crop=False)
    lines = [line.rstrip() for line in output.getvalue().splitlines()]
    text = " ".join(output.getvalue().split())
    assert "1 person for 1 manager 2 managers held back by the roll-out" in text
    assert "1 sent, 0 not sent because they contain nothing new, 3 failed, 0 uncertain" in text
    assert "failed 1 (no address). Add them to the file of RETENTION_ADDRESSES and run this again." in text
    assert "failed 2 (recipient refused). The server does not know the mailbox:" in text
    assert "alert 2026-09: AUC is low 0.500 (limit 0.600). Train." in text
    assert {line for line in lines if len(line) > 80} == {f"Lists: {folder}/index.html", f"Plots: {folder}.html"}


def test_people_whose_manager_is_unknown_are_said_to_be_on_no_list() -> None:
    written = WrittenLists(Path("lists/2026-09"), "2026-09", 0, 0, 0, without_manager=2547)
    output = io.StringIO()
    Console(file=output, width=200, highlight=False).print(lists_screen(written, Settings()))
    assert output.getvalue().splitlines() == [
        "Lists of 2026-09: 0 people for 0 managers.",
        "On no list, having no known manager: 2,547 people. Give manager_id in assignments; HR sees them at /people "
        "all the same.",
        "Open: lists/2026-09/index.html",
    ]


WARNING = Finding("about a person who is not in employees", "compensation", "employee_id", 2847, "Use the same ids.")
LOST = DataCounts({"compensation": 2847, "surveys": 100}, {"compensation": 0, "surveys": 96}, (WARNING,))
BEFORE = DataCounts({"compensation": 2801}, {"compensation": 2798}, (replace(WARNING, rows=3),))


def data_lines(check: DataCheck, before: DataCounts | None, label: str | None) -> list[str]:
    output = io.StringIO()
    Console(file=output, width=80, highlight=False).print(Group(*check_lines(check, before, label)))
    return [line.rstrip() for line in output.getvalue().splitlines()]


def test_warnings_and_tables_that_lost_rows_are_shown_beside_the_last_publication() -> None:
    lines = [line.split() for line in data_lines(DataCheck(LOST), BEFORE, "2026-08")]
    assert ["where", "rule", "rows", "2026-08"] in lines
    [warning] = [line for line in lines if line[:1] == ["compensation.employee_id"]]
    assert (warning[1:3], warning[-2:]) == (["about", "a"], ["2,847", "3"])
    assert "compensation rows used 0 of 2,847 2,798 of 2,801".split() in lines
    assert not [line for line in lines if line[:1] == ["surveys"]]  # it lost fewer than one row in twenty


def test_data_without_warnings_need_no_table_and_without_a_run_before_no_column_for_it() -> None:
    assert data_lines(DataCheck(DataCounts({"surveys": 9}, {"surveys": 9})), BEFORE, "2026-08") == []
    assert [line for line in data_lines(DataCheck(LOST), None, None) if line.split() == ["where", "rule", "rows"]]


def test_what_was_overridden_and_what_could_not_be_checked_is_shown() -> None:
    refused = Finding("the table is empty", "surveys", remedy="Export it again.")
    text = " ".join(
        data_lines(DataCheck(DataCounts(), (refused,), "No survey yet.", "root", ("Not this.",)), None, None)
    )
    assert "published despite surveys: the table is empty. Export it again." in text
    assert "The reason given, on record: No survey yet." in text
    assert "not checked Not this." in text
