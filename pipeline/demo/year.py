"""A year of the simulated company, month by month: each reads an export of that day, so nothing later can be known."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from features.calendar import month_end
from features.errors import BadInput, Finding
from features.simulation.company_tables import SOURCE_NAME
from features.simulation.export import export_on, notices
from features.simulation.run import LAST_DAY, simulate
from pipeline.dataset.workspace import workspace
from pipeline.demo.habits import LAST_ANSWER_DAYS, answers_to, habit_of, reads_at
from pipeline.lists.reach import lists_for_managers
from pipeline.lists.trial.effect import EffectReport, as_json, effect
from pipeline.monthly import Month, monthly
from pipeline.notice import require_notice
from pipeline.registry.promotion import promote
from pipeline.registry.versions import record_effect
from pipeline.settings import Settings
from pipeline.store.answers import store_answer
from pipeline.store.operations.briefings import confirm, last_confirmed
from pipeline.store.store import Store
from pipeline.training import Request, train

MONTHS: Final = 12
MONTHS_BEFORE: Final = 30
"""History before the year: enough for a first model."""
EMPLOYEES: Final = 700
ROLL_OUT_MONTHS: Final = 6
"""In the first half of the year half of the managers get lists; at its end these months have matured."""
ROLL_OUT_SHARE: Final = 0.5
RETRAINED_AFTER: Final = 6
NO_OTHER_MODEL: Final = "the first model of the demo: there is no other to serve"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class OfferedModel:
    """A model of the year: what was known when it was trained, and what the gate said."""

    version: str
    known_until: date
    passed_gate: bool
    serves: bool


@dataclass(frozen=True)
class DemoMonth:
    """A month of the year, in counts: its model, its lists, and the answers to them by outcome."""

    month: str
    model_version: str
    people: int
    lists: int
    waiting: int
    answers: Mapping[str, int]
    alerts: int


@dataclass
class DemoYear:
    """What happened in the year. `managers` lead a list in the last month, longest first; with names."""

    source: str
    company: Path
    models: list[OfferedModel] = field(default_factory=list)
    months: list[DemoMonth] = field(default_factory=list)
    effect: EffectReport | None = None
    managers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class _Run:
    """What all steps need: the company, its settings and seed, a folder for exports, and the clock of the command."""

    company: Path
    settings: Settings
    seed: int
    folder: Path
    now: datetime
    progress: Progress

    def export(self, day: date) -> Path:
        out = self.folder / f"{day}"
        if not out.exists():
            export_on(self.company, day, out)
        return out


def demo(
    company: Path,
    settings: Settings,
    now: datetime,
    employees: int = EMPLOYEES,
    seed: int = 1,
    months: int = MONTHS,
    progress: Progress = lambda _: None,
) -> DemoYear:
    """Simulates a company in the folder `company` and lives a year with it: trains on what was known before the year,
    then scores, lists, answers and monitors each month, offers a second model to the gate in the middle, and measures
    the effect of the lists. In the first half of the year half of the managers get lists; from then on the settings
    decide. With fewer `months` the year breaks off.

    Managers act on the simulated days; what the machine records by itself (publications, the ledger of models, seals)
    bears the time of its clock. `now` is the day on which people must have been informed, and the moment at which
    managers who answer confirm the briefing again, so that their lists can be opened after the year.

    Raises BadInput if the state already holds a published month, Refused if people must be informed and are not, Halted
    while the system is halted, and what the steps raise.
    """
    _require_ready(settings, now)
    progress(f"simulating {employees:,} people for {MONTHS_BEFORE + MONTHS} months")
    simulate(company, employees, MONTHS_BEFORE + MONTHS, seed)
    with workspace(settings) as folder:
        run = _Run(company, settings, seed, folder, now, progress)
        year = DemoYear(SOURCE_NAME, company)
        days = [month_end(LAST_DAY, number - MONTHS) for number in range(MONTHS + 1)]
        for number, day in enumerate(days[1 : months + 1], start=1):
            if number in (1, RETRAINED_AFTER + 1):
                year.models.append(_offered(run, days[number - 1]))
            year.months.append(_lived(run, day, number))
        year.effect = effect(run.export(days[months]), settings)
        record_effect(settings, year.source, as_json(year.effect))
    year.managers = _briefed_again(settings, seed, now)
    return year


def _require_ready(settings: Settings, now: datetime) -> None:
    require_notice(settings, SOURCE_NAME, now.date())
    with closing(Store.of(settings)) as store, store.reading() as scores:
        store.require_running()
        if scores.current() is not None:
            remedy = "Name an empty state folder in RETENTION_VAR, or delete this one if it is an earlier demo's."
            raise BadInput(Finding("the state already holds published months", "RETENTION_VAR", "", 0, remedy))


def _offered(run: _Run, day: date) -> OfferedModel:
    """Trains on what was known on a day, and offers the model to the gate; the first model serves in any case."""
    run.progress(f"{day:%Y-%m}: train")
    request = Request(run.seed, quick=True, predictions=False)
    report = train(run.export(day), run.settings, request, run.progress, run.now.date()).report
    version = str(report.model_version)
    passed = serves = bool(report.promoted)
    if not serves and version == "1":
        serves = promote(run.settings, version, NO_OTHER_MODEL).is_champion
    return OfferedModel(version, day, passed, serves)


def _lived(run: _Run, day: date, number: int) -> DemoMonth:
    """Scores a month, writes its lists and monitors it; then the managers answer."""
    share = ROLL_OUT_SHARE if number <= ROLL_OUT_MONTHS else run.settings.rollout_share
    settings = run.settings.model_copy(update={"rollout_share": share})
    run.progress(f"{day:%Y-%m}")
    done = monthly(run.export(day), settings, None, run.now.date())
    return _answered(run, done, day)


def _answered(run: _Run, done: Month, day: date) -> DemoMonth:
    """The managers who read their lists confirm the briefing before the first one, and answer by their habits."""
    known = notices(run.company, day, day + timedelta(days=LAST_ANSWER_DAYS))
    with closing(Store.of(run.settings)) as store:
        with store.reading() as scores:
            published = scores.of_month(done.month)
            if published is None:
                raise ValueError("a month that was run is published")
            lists = lists_for_managers(scores, published, run.settings.list_rules)
            unbriefed = {each.manager_id for each in lists} - last_confirmed(scores.connection).keys()
        answers = [answer for each in lists for answer in answers_to(each, day, known, run.seed)]
        with store.changing() as connection:
            for manager in sorted(unbriefed):
                if habit_of(manager, run.seed).reads:
                    confirm(connection, manager, reads_at(day))
            for answer in answers:
                store_answer(connection, published, answer)
    return DemoMonth(
        done.month,
        published.model_version,
        published.people,
        done.done["lists"]["managers"],
        done.done["lists"]["waiting"],
        dict(sorted(Counter(answer.outcome for answer in answers).items())),
        sum(alert.is_current for alert in done.alerts),
    )


def _briefed_again(settings: Settings, seed: int, now: datetime) -> dict[str, str]:
    """Those with a list in the last month who read theirs confirm the briefing once more. Returns id and name, the
    longest list first."""
    with closing(Store.of(settings)) as store:
        with store.reading() as scores:
            published = scores.current()
            lists = lists_for_managers(scores, published, settings.list_rules) if published else []
        reading = [each for each in lists if each.entries and habit_of(each.manager_id, seed).reads]
        with store.changing() as connection:
            for each in reading:
                confirm(connection, each.manager_id, now)
    longest = sorted(reading, key=lambda each: (-len(each.entries), each.manager_id))
    return {each.manager_id: each.names.get(each.manager_id, "") for each in longest}
