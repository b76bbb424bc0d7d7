"""A template: by which columns a system is recognised, what its columns hold, and what its codes mean.

It raises the confidence of roles and proposes answers. What a company decides itself is asked all the same, and a role
of a template counts only if the values of the column fit.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from features.contract.vocabulary import EXIT_KINDS, folded
from features.drafting.exports.export import ExportTable
from features.drafting.vocabulary.row_words import ROWS
from features.drafting.vocabulary.words import DATES, NUMBERS, TEXTS
from features.errors import BadInput, Finding

ROLES: Final = frozenset({*DATES, *NUMBERS, *TEXTS, *ROWS, "person_id", "name", "first_name", "last_name"})
UNUSED: Final = "unused"
"""As a role: the column has none, whatever its name says."""
STATES: Final = ("employed", "gone", "ignore")
MARKS: Final = ("keep", "leave out")
_MEANINGS: Final[Mapping[str, Sequence[str]]] = {
    "status": STATES,
    "action": STATES,
    "exit_type": EXIT_KINDS,
    "exit_reason": EXIT_KINDS,
    "action_reason": EXIT_KINDS,
    "worker_type": MARKS,
    "pay_type": MARKS,
    **dict.fromkeys(ROWS, MARKS),
}
_SUFFIX: Final = ".toml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TemplateTable(_Strict):
    """One table of a system. has: columns that must all be there. roles: what the columns hold, by their name."""

    has: list[str] = Field(min_length=2)
    roles: dict[str, str] = {}

    @field_validator("roles")
    @classmethod
    def _are_known(cls, roles: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(roles.values()) - ROLES - {UNUSED})
        if unknown:
            raise ValueError(f"'{unknown[0]}' is no role; write one of {', '.join(sorted(ROLES))}, or {UNUSED}")
        return roles

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a table with these columns is this one."""
        return {_plain(name) for name in self.has} <= {_plain(name) for name in columns}


class Suggested(_Strict):
    """Answers that are usual in a system."""

    exit_day: Literal["last day", "first day away"] | None = None
    pay_basis: Literal["as paid", "full time"] | None = None
    pay_per_year: float | None = Field(default=None, gt=0)
    full_time_hours: float | None = Field(default=None, gt=0)


class Template(_Strict):
    """What is known of a system. values: what codes mean, by the role of their column. notes: its known traps."""

    name: str = Field("", exclude=True)
    title: str
    tables: list[TemplateTable] = Field(min_length=1)
    values: dict[str, dict[str, str | float]] = {}
    suggested: Suggested = Suggested()
    notes: list[str] = []

    @field_validator("values")
    @classmethod
    def _have_meanings(cls, values: dict[str, dict[str, str | float]]) -> dict[str, dict[str, str | float]]:
        for role, meanings in values.items():
            allowed = _MEANINGS.get(role, ())
            if role != "interval" and not allowed:
                listed = ", ".join(sorted({*_MEANINGS, "interval"}))
                raise ValueError(f"values of '{role}' are not asked; write one of {listed}")
            for code, meaning in meanings.items():
                is_right = isinstance(meaning, float) and meaning > 0 if role == "interval" else meaning in allowed
                if not is_right:
                    wanted = "a number above 0, such as 12.0" if role == "interval" else f"one of {', '.join(allowed)}"
                    raise ValueError(f"'{code}' of {role} needs {wanted}")
        return values

    def fitting(self, tables: Sequence[ExportTable]) -> int:
        """The number of columns by which the tables of an export are recognised; 0 where it is another system."""
        return sum(
            max((len(each.has) for each in self.tables if each.fits(table.columns)), default=0) for table in tables
        )

    def roles_of(self, columns: Sequence[str]) -> dict[str, str]:
        """The roles of a table's columns, by the names as they are written there."""
        known: dict[str, str] = {}
        for each in self.tables:
            if each.fits(columns):
                known |= {_plain(name): role for name, role in each.roles.items()}
        return {name: known[_plain(name)] for name in columns if _plain(name) in known}


def template_names() -> list[str]:
    """The names of the templates that come with the product."""
    return sorted(each.name.removesuffix(_SUFFIX) for each in _folder().iterdir() if each.name.endswith(_SUFFIX))


def template_named(name: str) -> Template:
    """A template of the product, or one in a file whose name ends with .toml. Raises BadInput where there is none."""
    if name.endswith(_SUFFIX):
        file = Path(name)
        if not file.is_file():
            raise BadInput(Finding("no file of that name", file.name, remedy="Name a file with a template"))
        return read_template(file.stem, file.read_text(encoding="utf-8"))
    if name not in template_names():
        listed = ", ".join(template_names())
        remedy = f"Write one of {listed}; or leave --template out: the layout is recognised by itself"
        raise BadInput(Finding("no template of that name", "command line", "--template", remedy=remedy))
    return _packaged(name)


def likeliest_template(tables: Sequence[ExportTable]) -> Template | None:
    """The template by whose columns an export is recognised; None where none or two are as likely."""
    fitting = {name: number for name in template_names() if (number := _packaged(name).fitting(tables))}
    best = sorted(fitting, key=lambda name: -fitting[name])
    is_clear = len(best) == 1 or (len(best) > 1 and fitting[best[0]] > fitting[best[1]])
    return _packaged(best[0]) if is_clear else None


def read_template(name: str, text: str) -> Template:
    """A template from the text of its file. Raises BadInput with every mistake in it."""
    try:
        return Template.model_validate(tomllib.loads(text)).model_copy(update={"name": name})
    except tomllib.TOMLDecodeError as error:
        raise BadInput(Finding("not valid TOML", name, remedy=f"Fix it: {str(error).splitlines()[0]}")) from None
    except ValidationError as error:
        raise BadInput(*[_finding(name, each) for each in error.errors()]) from None


def _plain(name: str) -> str:
    """A name without its case and signs: an export can be in capitals."""
    return folded(name).replace("_", "")


def _finding(name: str, error: Any) -> Finding:
    place = ".".join(str(part) for part in error["loc"])
    return Finding(
        "not a key or a value of a template", name, place, remedy=str(error["msg"]).removeprefix("Value error, ")
    )


def _folder() -> Any:
    return resources.files(__package__)


@cache
def _packaged(name: str) -> Template:
    return read_template(name, (_folder() / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))
