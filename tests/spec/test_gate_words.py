"""The gate's conditions in Russian, and that every text of the gate has a translation."""

import pytest

from pipeline.judgement.reporting.condition import Code, Condition, Limits
from pipeline.judgement.reporting.groups import Group, attribute_text, crossed_text
from pipeline.judgement.statistics.figures import Bounded
from pipeline.language.translator import language
from pipeline.registry.gate.conditions import Contender, gate
from pipeline.registry.gate.words import condition_text, limit_text
from pipeline.registry.report_json import as_json, conditions_of, gate_json, report_of

RUSSIAN = language("ru")


def figure(value: float = 0.5) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def ratio(metric: str, attribute: str, group: Group, other: Group) -> Condition:
    figure = Bounded(0.9, 0.8, 1.0)
    about = {"metric": metric, "attribute": attribute, "group": group, "other": other}
    return Condition(Code.RATIO, "passed", figure, Limits(0.8), **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(Code.SLOPE, "passed", metric="calibration_slope"), "наклон калибровки"),
        (
            Condition(Code.CHAMPION, "passed", metric="log_loss", against="3"),
            "логарифмическая потеря по сравнению с действующей версией 3",
        ),
        (
            ratio("recall", "age", Group(start=30, end=40), Group(end=30)),
            "полнота, возраст: от 30 до 40 по сравнению с «до 30»",
        ),
        (
            ratio("selection_rate", "site", Group("Riga"), Group("Oslo")),
            "доля в списках, site: Riga по сравнению с «Oslo»",
        ),
    ],
)
def test_a_condition_is_worded_with_its_groups(condition: Condition, expected: str) -> None:
    assert condition_text(condition, RUSSIAN) == expected


def test_names_from_the_source_are_not_translated() -> None:
    assert attribute_text(["gender", "age"], RUSSIAN) == "пол × возраст"
    assert crossed_text([Group("woman"), Group(start=60)], RUSSIAN) == "женщины × от 60"
    assert crossed_text([Group("Land and overseas")], RUSSIAN) == "Land and overseas"


def test_every_condition_and_limit_of_the_gate_is_translated_into_russian() -> None:
    asked = every_condition()
    assert len(asked) == 11
    for each in asked:
        text = condition_text(each, RUSSIAN), limit_text(each, RUSSIAN)
        assert not any("a" <= letter <= "z" for letter in "".join(text)), text
    assert limit_text(asked[0], RUSSIAN) == "от 0,8 до 1,25"
    assert limit_text(asked[1], RUSSIAN) == "≤ 2"
    assert limit_text(asked[3], RUSSIAN) == "≥ 0,100"


def test_a_condition_survives_json() -> None:
    asked = every_condition()
    assert list(conditions_of(gate_json(asked))) == asked


def test_a_condition_of_version_0_1_keeps_its_english_texts() -> None:
    stored = {"gate": "recall by age, 30 to under 40 against under 30", "passed": True, "value": 0.7, "limit": "≥ 0.8"}
    report = report_of({"source": "tiny", "gate": [stored | {"low": 0.4, "high": 1.1, "short_by": 0.1}]})
    [condition] = report.gate or ()
    assert (condition.code, condition.verdict) == (None, "open")
    assert condition_text(condition, RUSSIAN) == stored["gate"]
    assert limit_text(condition, RUSSIAN) == stored["limit"]
    [again] = as_json(report)["gate"]
    assert again == stored | {"low": 0.4, "high": 1.1, "short_by": 0.1}


def every_condition() -> list[Condition]:
    known = {name: {"average_precision": 0.1} for name in ("base_rate", "tenure", "logistic", "boosting")}
    ratio = {"group": "woman", "against": "man"} | figure(0.9)
    report = {
        "source": "tiny",
        "metrics": {"calibration_slope": figure(1.0), "average_precision": figure()},
        "baselines": known,
        "expected_exits": {"tested": figure(1.0), "latest": figure(1.0), "latest_people": 50},
        "against_parts": {"logistic": figure(0.0)},
        "against_champion": {"version": "1", "average_precision": figure(0.0), "log_loss": figure(0.0)},
        "fairness": [{"attribute": "gender", "ratios": {"selection_rate": ratio, "recall": ratio}}],
    }
    return gate(Contender("2", report_of(report)), Contender("1", report_of(report)), 0.8)
