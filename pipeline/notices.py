"""The notices that the settings hold: on which day the people of a source, or of an establishment, were informed."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, model_validator


class Notice(BaseModel):
    """One notice: on the day `given`, the people of an establishment were informed that they are scored, and why.

    department, location: the establishment; without them, everyone. hired_from, hired_until: only people hired between
    these days, both included. Nobody hired after `given` was there to be informed, unless `at_hire`: then new people
    get the notice with their contract.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    given: date
    department: str | None = None
    location: str | None = None
    hired_from: date | None = None
    hired_until: date | None = None
    at_hire: bool = False

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        if self.hired_from and self.hired_until and self.hired_from > self.hired_until:
            raise ValueError("hired_from is later than hired_until")
        return self

    @property
    def words(self) -> str:
        """The notice for the operator, such as `2026-09-01 (department Sales; new people with their contract)`."""
        limits = [f"{name} {value}" for name, value in self.establishment() if value is not None]
        limits += [f"hired from {self.hired_from}"] if self.hired_from else []
        limits += [f"hired until {self.hired_until}"] if self.hired_until else []
        limits += ["new people with their contract"] if self.at_hire else []
        return f"{self.given} ({'; '.join(limits)})" if limits else f"{self.given}"

    def establishment(self) -> tuple[tuple[str, str | None], ...]:
        """The columns that place the people, with the values that the notice asks for; None asks for nothing."""
        return ("department", self.department), ("location", self.location)


def _form_of(given: Any) -> str:
    if isinstance(given, list | tuple):
        return "notices"
    return "notice" if isinstance(given, dict | Notice) else "day"


NoticeGiven = Annotated[
    Annotated[date, Tag("day")] | Annotated[Notice, Tag("notice")] | Annotated[list[Notice], Tag("notices")],
    Discriminator(_form_of),
]
"""The notices of a source as settings hold them: a day, a notice, or several. A day is a notice to everyone."""


def notices_of(given: NoticeGiven | None) -> tuple[Notice, ...]:
    """The notices in the form of the settings."""
    if given is None:
        return ()
    if isinstance(given, list):
        return tuple(given)
    return (given if isinstance(given, Notice) else Notice(given=given),)
