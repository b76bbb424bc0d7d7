"""The attacker with everything that is shown, who also has scopes of role hr and leads an organisation.

HR with a scope knows the risks of the people within it, and sees figures beside them; so what is left of a figure,
without these people, must not be about fewer than five. A head sees whole groups of the own organisation.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from disclosure_solver import revealed
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_companies import Company, company, publication

from pipeline.disclosure import disjoint_groups
from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import Identity, Role
from pipeline.settings import Settings
from pipeline.store.groups.group_figures import DIMENSIONS
from pipeline.store.reading import PublishedScores
from pipeline.store.store import Store
from serving.schemas.representation import Representation
from serving.views.line import line_of

SETTINGS = settings(max_examples=at_most(25), deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)
Weights = NDArray[np.float64]
COLUMN_OF = {"manager": "manager_id"}


def scopes_of(of: Company, random: np.random.Generator) -> list[Scope]:
    """A department, a place, a line, and all but one department."""
    departments = of.people["department"].drop_nulls().unique().sort().to_list()
    places = of.people["location"].drop_nulls().unique().sort().to_list()
    managers = of.people["manager_id"].drop_nulls().unique().sort().to_list()
    one = str(random.choice(departments))
    others = tuple(name for name in departments if name != one)
    scopes = [Scope(department=(one,)), Scope(location=(str(random.choice(places)),))]
    return [*scopes, Scope(line=(str(random.choice(managers)),)), *([Scope(department=others)] if others else [])]


def weights_of(people: pl.DataFrame, dimension: str, group: str | None) -> Weights:
    column = people[COLUMN_OF.get(dimension, dimension)].cast(pl.String)
    is_in_it = column.is_null() if group is None else (column == group).fill_null(False)
    return is_in_it.cast(pl.Float64).to_numpy()


def figures(scores: PublishedScores, of: Company) -> Iterator[Weights]:
    """The groups of every dimension and the services between departments, within the scope where there is one."""
    published = scores.current()
    assert published is not None
    for dimension in DIMENSIONS:
        for row in scores.group_figures(published, dimension):
            if row["people"] is not None:
                yield weights_of(of.people, dimension, row["value"])
    position = {name: number for number, name in enumerate(of.people["employee_id"])}
    for row in scores.service_figures(published):
        if row["risk"] is not None:
            weights = np.zeros(of.people.height)
            pair = {name: row[name] for name in ("client_department", "provider_department")}
            for person, services in of.askers.filter(**pair).select("client_id", "services").rows():
                weights[position[person]] = services
            yield weights


def figures_of_line(scores: PublishedScores, of: Company, asker: Identity, var: Path) -> Iterator[Weights]:
    """What a manager's own organisation shows: each department and team, and their sum."""
    published = scores.current()
    assert published is not None
    answer = line_of(scores, published, asker, Settings(var=var))
    departments = {each.group for each in answer.departments if not each.is_suppressed}
    teams = {each.group for each in answer.teams if not each.is_suppressed}
    shown = [("department", name) for name in departments] + [("manager", name) for name in teams]
    yield from (weights_of(of.people, dimension, group) for dimension, group in shown)
    organisation = scores.organisation(published, str(asker.person)).people
    names, leads = disjoint_groups(organisation, [*map(str, departments)], [*map(str, teams)])
    parts = [weights_of(of.people, "department", name) for name in names]
    parts += [weights_of(of.people, "manager", name) for name in leads]
    total = np.sum(parts, axis=0) if parts else np.zeros(of.people.height)
    assert answer.total.people == (int(total.sum()) or None)
    assert total.max(initial=0) <= 1
    yield total


def left_after(known: set[str], of: Company, sums: list[Weights]) -> list[Weights]:
    """The sums without the people whose risks are known, on the others."""
    is_other = ~of.people["employee_id"].is_in(list(known)).to_numpy()
    rest = [each[is_other] for each in sums]
    return [each for each in rest if each.any()]


def seen_by(store: Store, scope: Scope, of: Company) -> tuple[set[str], list[Weights]]:
    with store.reading(scope) as scores:
        published = scores.current()
        assert published is not None
        assert scores.totals(published.source) == []
        return set(scores.risks(published)["employee_id"]), list(figures(scores, of))


@SETTINGS
@given(SEEDS)
def test_partners_with_scopes_who_compare_notes_find_nobody_outside(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Each one alone, every two of them, and one who held one scope after the other."""
    of = company(seed)
    with Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db") as store:
        store.publish(publication(of))
        seen = [seen_by(store, scope, of) for scope in scopes_of(of, np.random.default_rng(seed))]
    for one in seen:
        for other in seen:
            left = left_after(one[0] | other[0], of, [*one[1], *other[1]])
            assert not left or revealed(left) is None


@SETTINGS
@given(SEEDS)
def test_heads_find_nobody_in_their_organisations_beside_all_other_figures(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Every head of the company, together with a reader who sees all groups, the total and the map of services, as data
    scientists do, and with representatives."""
    of = company(seed)
    folder = tmp_path_factory.mktemp("store")
    with Store(f"sqlite:///{folder}/store.db") as store:
        store.publish(publication(of))
        with store.reading() as scores:
            known = [np.ones(of.people.height), *figures(scores, of)]
            for manager in of.people["manager_id"].drop_nulls().unique().sort():
                known += figures_of_line(scores, of, Identity("x", (Role.MANAGER,), manager), folder)
    assert revealed([each for each in known if each.any()]) is None


def test_what_representatives_see_of_a_month_is_the_number_of_people_and_no_sum_of_risks() -> None:
    """So it adds nothing to the figures above. A field that is added belongs there, or here with its reason."""
    of_the_month = {"source", "snapshot_date", "people"}  # the total above has the same people
    of_other_data = {"model_version", "fairness", "alerts", "effect", "ledger"}  # evaluated months and the registry
    of_the_settings = {
        "notice",
        "features",
        "tables",
        "never_read",
        "roll_out",
        "settings_changed",
        "settings_recorded_since",
    }
    of_the_audit = {"looks", "briefing"}
    assert set(Representation.model_fields) == of_the_month | of_other_data | of_the_settings | of_the_audit


@SETTINGS
@given(SEEDS)
def test_a_head_who_is_hr_with_a_scope_finds_nobody_outside_it(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    of = company(seed)
    random = np.random.default_rng(seed)
    managers = of.people["manager_id"].drop_nulls().unique().sort().to_list()
    folder = tmp_path_factory.mktemp("store")
    with Store(f"sqlite:///{folder}/store.db") as store:
        store.publish(publication(of))
        for scope in scopes_of(of, random):
            within, sums = seen_by(store, scope, of)
            asker = Identity("x", (Role.HR, Role.MANAGER), str(random.choice(managers)), scope=scope)
            with store.reading(scope) as scores:
                sums += figures_of_line(scores, of, asker, folder)
            left = left_after(within, of, sums)
            assert not left or revealed(left) is None
