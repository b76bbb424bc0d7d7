"""The gate's conditions as a Russian reader sees them, and that whatever the gate says has a translation."""

import pytest

from pipeline.language.translator import language
from pipeline.registry.gate import Contender, gate
from serving.pages.gate_words import condition, group, limit

RUSSIAN = language("ru").text


def figure(value: float = 0.5) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("calibration slope", "наклон калибровки"),
        ("log loss against the champion, version 3", "логарифмическая потеря по сравнению с действующей версией 3"),
        (
            "recall by age, 30 to under 40 against under 30",
            "полнота, возраст: от 30 до 40 по сравнению с «до 30»",
        ),
        ("selection rate by site, Riga against Oslo", "доля в списках, site: Riga по сравнению с «Oslo»"),
    ],
)
def test_a_condition_is_said_with_its_groups(said: str, told: str) -> None:
    assert condition(said, RUSSIAN) == told


def test_what_only_the_source_names_stays_as_it_is() -> None:
    assert group("gender × age", RUSSIAN) == "пол × возраст"
    assert group("woman × 60 and over", RUSSIAN) == "женщины × от 60"
    assert group("Land and overseas", RUSSIAN) == "Land and overseas"


def test_every_condition_and_limit_of_the_gate_is_said_in_russian() -> None:
    known = {name: {"average_precision": 0.1} for name in ("base_rate", "tenure", "logistic", "boosting")}
    ratio = {"group": "woman", "against": "man"} | figure(0.9)
    report = {
        "source": "tiny",
        "metrics": {"calibration_slope": figure(1.0), "average_precision": figure()},
        "baselines": known,
        "against_parts": {"logistic": figure(0.0)},
        "against_champion": {"version": "1", "average_precision": figure(0.0), "log_loss": figure(0.0)},
        "fairness": [{"attribute": "gender", "ratios": {"selection_rate": ratio, "recall": ratio}}],
    }
    asked = gate(Contender("2", report), Contender("1", report), 0.8)
    assert len(asked) == 9
    for each in asked:
        told = condition(each.gate, RUSSIAN), limit(each.limit, RUSSIAN, lambda number: number.replace(".", ","))
        assert not any("a" <= letter <= "z" for letter in "".join(told)), told
    assert limit("0.8 to 1.25", RUSSIAN, lambda number: number.replace(".", ",")) == "от 0,8 до 1,25"
    assert limit("≥ 0.063", RUSSIAN, lambda number: number.replace(".", ",")) == "≥ 0,063"
