"""What a trial measured of a lever: the effect of suggesting its action first, beside no list.

It is a share of the exits (`lists.offers.against_nothing`). A plan takes the same share of the exits that are expected
of those whom the change reaches, each at the mean risk of their group: so the figures of a plan hold no sum about a
part of a group that is not published. A trial measures one action at a time, so plans of several levers have none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pipeline.judgement.statistics.figures import Bounded
from pipeline.planning.plan_levers import PlanLevers

_ALL: Final = -1.0
"""Nobody can avoid more exits than are expected, whatever an interval says."""


@dataclass(frozen=True)
class MeasuredEffect:
    """The relative effect of an action on the share who leave, with its interval: 95 %, over all looks and actions.

    It comes from `people` to whom the action was to be offered first, of `managers` managers, and `held_out` people,
    after `months` months of lists up to `until`. `is_in_force`: the trial ended, or an interval excluded zero at a
    look; until then a plan shows it and uses the association.
    """

    action: str
    relative: Bounded
    people: int
    managers: int
    held_out: int
    months: int
    until: str
    is_in_force: bool

    def avoided(self, exits: float) -> Bounded:
        """Exits avoided of the expected ones; below zero if the share is positive."""
        value, low, high = (
            -max(each, _ALL) * exits for each in (self.relative.value, self.relative.high, self.relative.low)
        )
        return Bounded(value, low, high)


@cache
def offers_of_levers() -> Mapping[str, str]:
    """The key of the action of each lever that has one."""
    return tomllib.loads((files("pipeline.planning") / "offers_of_levers.toml").read_text(encoding="utf-8"))


def measured_of(offers: Mapping[str, Any] | None, levers: PlanLevers) -> MeasuredEffect | None:
    """What was measured of the one lever of a plan, from the JSON of `retention effect --offers`; None where nothing
    was, and for several levers."""
    if offers is None or len(levers.pulled) != 1:
        return None
    action = offers_of_levers().get(levers.pulled[0])
    found = next((each for each in offers.get("against_nothing", ()) if each["action"] == action), None)
    if found is None or found["relative"] is None:
        return None
    offered = found["offered"]
    return MeasuredEffect(
        action=found["action"],
        relative=Bounded(**found["relative"]),
        people=offered["people"],
        managers=offered["managers"],
        held_out=found["held_out"]["people"],
        months=found["months"],
        until=found["until"],
        is_in_force=found["is_final"] or found["found_in"] is not None,
    )
