"""Documents for counsel: what they state is what is configured and published, the same in each language, and nobody."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from os import environ
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from documents import ROOT
from markdown_it import MarkdownIt
from stopping import halt, resume
from stores import FACTORS, month_of_scores

from features.catalogue.item_labels import LABEL_FORMS
from features.drivers import conditions, context, growth, internal_services, pay, relationships, service_network
from features.drivers.items import WHAT
from features.errors import BadInput
from pipeline.documents.drafts import DOCUMENTS, LANGUAGES, draft
from pipeline.documents.duties import duties
from pipeline.documents.facts import facts_of
from pipeline.settings import Settings
from pipeline.store.settings_ledger import record
from pipeline.store.store import Store
from serving.settings import ServerSettings

TODAY = date(2026, 11, 30)
PERSON, MANAGER = "E-77-somebody", "M-78-somebody"
BOTH = [(name, code) for name in DOCUMENTS for code in LANGUAGES]
STRUCTURE = (
    "heading_open",
    "bullet_list_open",
    "list_item_open",
    "table_open",
    "th_open",
    "tr_open",
    "blockquote_open",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(Settings(var=tmp_path).store_url) as store:
        yield store


@pytest.fixture
def scored(store: Store) -> Store:
    store.publish(month_of_scores(date(2026, 10, 31), {PERSON: 0.0, "E-78": 1.0}, {PERSON: MANAGER}, source="acme"))
    return store


def text_of(store: Store, name: str, code: str = "en", **settings: Any) -> str:
    text = draft(name, code, facts_of(ServerSettings(**settings), store, TODAY)).markdown
    return " ".join(text.replace("\n> ", "\n").split())  # in one line, since a sentence may be broken anywhere


def structure(markdown: str) -> list[str]:
    return [
        f"{each.type} {each.tag}" for each in MarkdownIt().enable("table").parse(markdown) if each.type in STRUCTURE
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_the_same_sections_tables_and_points_in_each_language(scored: Store, name: str) -> None:
    with_an_exception = {"smtp_host": "mail.example", "mail_includes_list": True, "surveys_confidential": False}
    for settings in ({}, with_an_exception, {"notice_required": True, "notice_given": {"acme": TODAY}}):
        facts = facts_of(ServerSettings(**settings), scored, TODAY)
        english, *others = (structure(draft(name, code, facts).markdown) for code in LANGUAGES)
        assert english.count("heading_open h2") >= 8
        assert others == [english, english]


@pytest.mark.parametrize(("name", "code"), BOTH)
def test_no_document_holds_a_person_or_a_leftover_of_its_template(scored: Store, name: str, code: str) -> None:
    written = draft(name, code, facts_of(ServerSettings(), scored, TODAY))
    for text in (written.markdown, written.html.partition("<body>")[2]):
        assert PERSON not in text
        assert MANAGER not in text
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|Undefined|<macro|&amp;amp;", text)
        assert "None" not in text
    assert re.search(r"\[[^]]+\]", written.markdown)  # something is left to people
    assert f'<html lang="{code}">' in written.html
    assert "<script" not in written.html
    assert "http" not in written.html.partition("<body>")[2]


def test_each_is_marked_as_a_draft_first(scored: Store) -> None:
    marks = {"en": "Draft for counsel, 30 November 2026", "de": "Entwurf zur rechtlichen Prüfung, 30. November 2026"}
    marks["ru"] = "Проект для проверки юристами, 30 ноября 2026"
    for name, code in BOTH:
        lines = draft(name, code, facts_of(ServerSettings(), scored, TODAY)).markdown.splitlines()
        assert lines[0].startswith("# ")
        assert lines[2].replace("\u00a0", " ").startswith(f"> **{marks[code]}")


CHANGES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "agreement",
        {"keep_audit_months": 13},
        {"en": "who looked at whom and why: 13 months", "de": "abgerufen hat): 13 Monate", "ru": "смотрел): 13 мес"},
    ),
    (
        "notice",
        {"list_capacity": 7, "listed_from": 3.5},
        {"en": "at most 7 people", "de": "mindestens das 3,5-Fache", "ru": "не менее чем в 3,5 раза выше"},
    ),
    (
        "notice",
        {"notice_required": True},
        {"en": "the settings enforce it.", "de": "die Einstellungen erzwingen es.", "ru": "обеспечивают настройки."},
    ),
    (
        "interests",
        {"smtp_host": "mail.example", "mail_includes_list": True},
        {"en": "- Mails contain names.", "de": "- E-Mails enthalten Namen.", "ru": "- Письма содержат имена."},
    ),
    (
        "interests",
        {"surveys_confidential": False},
        {"en": "are **not** confidential", "de": "sind **nicht** vertraulich", "ru": "**не** конфиденциальны"},
    ),
    (
        "agreement",
        {"fairness_limit": 0.75},
        {"en": "fairness (limit 0.75)", "de": "(Grenzwert 0,75)", "ru": "(порог 0,75)"},
    ),
    (
        "agreement",
        {"halt_roles": ("hr", "representative"), "halt_keeps_groups": False},
        {
            "en": "by HR, representatives of employees, and by the operator",
            "de": "Personalabteilung, Beschäftigtenvertretung und der Betrieb",
            "ru": "Показатели групп также не показываются.",
        },
    ),
    (
        "instructions",
        {"drift_limit": 0.35},
        {"en": "above 0.35", "de": "über 0,35", "ru": "выше 0,35"},
    ),
    (
        "agreement",
        {"rollout_share": 0.5},
        {"en": "Lists go to 50% of the managers", "de": "50\xa0% der Führungskräfte", "ru": "50\xa0% руководителей"},
    ),
    (
        "agreement",
        {"first_offers": True},
        {"en": "Managers choose freely", "de": "Führungskräfte wählen frei", "ru": "Руководители выбирают свободно"},
    ),
    (
        "agreement",
        {"nominations": True},
        {"en": "whom they would talk to", "de": "mit wem sie sprechen würden", "ru": "с кем поговорили бы"},
    ),
    (
        "instructions",
        {"oidc_hr_scope_claim": "scope"},
        {"en": "sign-in states to which", "de": "Die Anmeldung des Unternehmens", "ru": "Корпоративная система входа"},
    ),
]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(("name", "settings", "expected"), CHANGES, ids=lambda each: str(each)[:40])
def test_a_setting_that_changes_changes_the_text(
    scored: Store, name: str, settings: dict[str, Any], expected: dict[str, str], code: str
) -> None:
    words = " ".join(expected[code].split())
    assert words not in text_of(scored, name, code)
    assert words in text_of(scored, name, code, **settings)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_published_is_stated_with_the_day_of_notice(scored: Store, code: str) -> None:
    text = text_of(scored, "notice", code, notice_given={"acme": date(2026, 9, 1)})
    row = {
        "en": "| acme | 2 | 31 October 2026 | 6 months | 1 | 1 September 2026 |",
        "de": "| acme | 2 | 31. Oktober 2026 | 6 Monate | 1 | 1. September 2026 |",
        "ru": "| acme | 2 | 31 октября 2026 | 6 мес. | 1 | 1 сентября 2026 |",
    }
    assert row[code] in text


def test_the_features_that_are_read_are_named_in_the_language(store: Store) -> None:
    """Each with its label from the catalogue, under its driver."""
    month = month_of_scores(date(2026, 10, 31), {PERSON: 0.0, "E-78": 1.0}, source="acme")
    factor = {
        "feature": "overtime_now",
        "driver": "conditions",
        "value": "0.1",
        "peer_value": None,
        "contribution": 0.0,
    }
    factors = pl.DataFrame([{"employee_id": person, **factor} for person in (PERSON, "E-78")], FACTORS)
    about = {"overtime_now": {"label": "Overtime in the last month", "is_confidential": False}}
    store.publish(replace(month, factors=factors, manifest={"features": about}))
    assert "- **Working conditions** (1): Overtime in the last month." in text_of(store, "agreement")
    assert "- **Arbeitsbedingungen** (1): Überstunden im letzten Monat." in text_of(store, "agreement", "de")
    assert "- **Условия труда** (1): Сверхурочные за последний месяц." in text_of(store, "agreement", "ru")
    assert "- Arbeitsbedingungen: 1 Merkmale" in text_of(store, "notice", "de")


def test_before_the_first_month_the_documents_say_so(store: Store) -> None:
    assert "nobody has been scored" in text_of(store, "notice")
    assert "Für niemanden liegt eine Einschätzung vor" in text_of(store, "interests", "de")
    assert "ни один работник не оценён" in text_of(store, "instructions", "ru")


def test_employees_access_is_stated_as_it_is_set(scored: Store) -> None:
    facts = facts_of(ServerSettings(), scored, TODAY)
    opened = replace(facts, in_force={**facts.in_force, "employee_access": True})
    closed = replace(facts, in_force={**facts.in_force, "employee_access": False})
    assert "**Employees** may sign in" in draft("notice", "en", opened).markdown
    assert "**Employees** do not sign in themselves" in draft("notice", "en", closed).markdown


def test_the_report_of_an_incident_has_halts_and_changes_of_settings(scored: Store) -> None:
    assert "**Not halted.**" in text_of(scored, "incident")
    record(scored, ServerSettings(), "server", "server")
    record(scored, ServerSettings(list_capacity=3), "server", "server")
    halt(scored, "A group was listed *twice* as often | as others. <b>")
    text = text_of(scored, "incident")
    assert re.search(r"\*\*Halted since \d+ \w+ \d{4}, \d\d:\d\d UTC.\*\* Reason on record: A group was listed", text)
    assert "UTC | `list_capacity` | 4 | 3 |" in text
    assert tuple(re.findall(r"\| (\d+ days) \|", text)) == ("15 days", "2 days", "10 days")
    html = draft("incident", "en", facts_of(ServerSettings(), scored, TODAY)).html
    assert "A group was listed *twice* as often | as others. &lt;b&gt;" in html
    resume(scored)
    assert "| resumed |" in text_of(scored, "incident")


def test_the_days_of_duties_are_those_of_the_laws() -> None:
    days = {duty.key: (duty.since, duty.to_be_checked) for duty in duties()}
    assert days["gdpr_13_14"] == (date(2018, 5, 25), False)
    assert days["agg"] == (date(2006, 8, 18), False)
    assert days["ai_act_5"] == (date(2025, 2, 2), False)
    assert days["ai_act_4"] == (date(2025, 2, 2), True)
    assert days["ai_act_penalties"] == (date(2025, 8, 2), False)
    high_risk = {key: day for key, day in days.items() if key.startswith("ai_act") and day[0].year == 2026}
    assert set(high_risk.values()) == {(date(2026, 8, 2), True)}
    assert {"ai_act_26", "ai_act_26_7", "ai_act_73", "ai_act_86", "ai_act_provider"} <= high_risk.keys()
    assert [duty.since for duty in duties()] == sorted(duty.since for duty in duties())


def test_a_duty_holds_from_its_day_unless_it_is_to_be_checked() -> None:
    by_key = {duty.key: duty for duty in duties()}
    assert by_key["ai_act_5"].state(date(2025, 2, 1)) == "later"
    assert by_key["ai_act_5"].state(date(2025, 2, 2)) == "in_force"
    assert by_key["ai_act_26"].state(date(2025, 1, 1)) == "to_be_checked"
    assert by_key["ai_act_26"].state(date(2030, 1, 1)) == "to_be_checked"


def test_what_is_to_be_checked_says_why_in_each_language_and_nothing_else_does() -> None:
    for duty in duties():
        assert set(duty.texts) == set(LANGUAGES)
        assert {bool(text.check) for text in duty.texts.values()} == {duty.to_be_checked}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_duty_is_in_the_table_of_the_instructions(scored: Store, code: str) -> None:
    text = text_of(scored, "instructions", code)
    assert all(f"| {duty.texts[code].source} |" in text for duty in duties())


def test_every_label_of_a_feature_is_in_german_too() -> None:
    """A works council has to read what it agrees to; the product itself has no German texts."""
    text = (ROOT / "pipeline/documents/labels_de.toml").read_text(encoding="utf-8")
    german = tomllib.loads(text)
    drivers = (pay, conditions, relationships, internal_services, service_network, growth, context)
    labels = {feature.label for each in drivers for family in each.FAMILIES for feature in family.features}
    needed = labels | set(LABEL_FORMS) | set(WHAT.values())
    assert needed - german.keys() == set()
    for english, translated in german.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", translated))


def test_an_unknown_document_or_language_is_refused_with_those_there_are(store: Store) -> None:
    facts = facts_of(ServerSettings(), store, TODAY)
    with pytest.raises(BadInput, match="notice, interests, agreement, instructions, incident"):
        draft("contract", "en", facts)
    with pytest.raises(BadInput, match="en, de, ru"):
        draft("notice", "fr", facts)


def test_the_command_writes_both_forms_and_prints_the_duties(tmp_path: Path) -> None:
    env = {name: value for name, value in environ.items() if not name.startswith("RETENTION_")}
    env |= {"RETENTION_VAR": str(tmp_path / "var"), "NO_COLOR": "1", "COLUMNS": "200"}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(Path(sys.executable).with_name("retention")), "documents", *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    out = tmp_path / "out"
    written = run("notice", "incident", "--language", "de", "--out", str(out))
    assert written.returncode == 0, written.stderr
    names = ["incident.de.html", "incident.de.md", "notice.de.html", "notice.de.md"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert run("contract", "--out", str(out)).returncode == 2
    duties_printed = run("--duties", "--language", "ru")
    assert duties_printed.returncode == 0
    assert "2026-08-02  to be checked  Регламент ЕС об ИИ, ст. 86: " in duties_printed.stdout
