"""`python docs/drafting.py`: drafts exports of many systems with the right answers, and writes `docs/drafting.md`.

The exports are those of the simulated company of the tests; the layouts that `RETENTION_LAYOUTS` names come first, with
the score of their own program. Nothing else is read or written.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support"), str(ROOT / "tests" / "acceptance")]

from drafted_exports import EXPORTS, compared  # noqa: E402
from staff_exports import must_be_asked  # noqa: E402

PAGE: Final = Path(__file__).with_suffix(".md")
HEAD: Final = """# How well a draft fits

After this page you know how far to trust a draft of an export like yours: `retention draft` with the right answers,
compared with what a perfect mapping gives: the days of hires and exits, the kinds of exits, and each column of posts
and pay at the end of every month. `python docs/drafting.py` measures it and writes this page.

- **right**: columns of the contract that are as they should be for everyone, of all that the files can give.
- **wrong**: the others, unless the draft names in its output what it could not know.
- **asked**: questions without any answer given; **needed** are those that nobody can answer from the files.

"""
PUBLIC: Final = """## Public data

Drafted from the files as they were downloaded; `tests/acceptance/test_public_drafts.py` compares them with a mapping by hand.

| data | questions | people | exits | hires as by hand | exits as by hand | differences |
|---|---|---|---|---|---|---|
| Jobathon, monthly rows | 11 | 2,381 of 2,381 | 1,616 of 1,616 | 2,381 | 1,616 | rows of a month before the day of hire are left out; education is not used |
| Baltimore, eight yearly files with renamed columns | 6 | 33,861 instead of 25,108 | 20,050 instead of 11,301 | 24,376 of 25,108 | 11,300 | the mapping by hand leaves 8,753 young people of the summer out; 732 hires after the day of the file, which it reads a century too early |
| IBM, a cross-section | 1 | 1,470 of 1,470 | 237 of 237 | no dates | | drivers by the words of the names |
| Happyforce, votes and likes | refused | | | | | nothing says when people were hired; ids hold within a company only |
"""  # noqa: E501  # rows of a table
LAYOUTS: Final = """## Layouts of known systems

Eight exports that were there while the rules were written. Their questions are listed beside them, some of which no
table depends on.

"""
COMPANY: Final = """## One company in many systems

A simulated company of 181 people with rehires, part time, leave, fixed terms and changes of heads, written as the
export of each system by its own program. The rules were corrected on these exports too; a system that is not among them
can need a word or a rule more.

"""
COLUMNS: Final = "| export | template | right | wrong | asked | needed |\n|---|---|---|---|---|---|\n"


def main() -> int:
    """Write the page; the exit code is 1 if a column is wrong."""
    layouts, company = list(_layouts()), list(_company())
    text = HEAD + (LAYOUTS + COLUMNS + "".join(map(_row, layouts)) + "\n" if layouts else "")
    rows = "".join(map(_row, company))
    PAGE.write_text(f"{text}{COMPANY}{COLUMNS}{rows}\n{PUBLIC}", encoding="utf-8")
    return int(any(row[3] for row in [*layouts, *company]))


def _company() -> Iterator[tuple[str, str, int, int, int, int]]:
    for name, make in EXPORTS.items():
        export = make()
        with tempfile.TemporaryDirectory() as folder:
            result = compared(export, Path(folder))
        right = len(result.shares) - len(result.wrong)
        asked = len(result.first.questions)
        yield name, result.draft.template, right, len(result.wrong), asked, len(must_be_asked(export))


def _layouts() -> Iterator[tuple[str, str, int, int, int, int]]:
    if "RETENTION_LAYOUTS" not in os.environ:
        return
    from test_drafting import BY_THE_HOUSE, LAYOUTS, answered, draft_of, questions_of, scorer

    for name in BY_THE_HOUSE:
        printed = io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            first = draft_of(name, Path(folder) / "source.toml", {}, Path(folder) / "work")
            toml = answered(name, Path(folder))
            with contextlib.redirect_stdout(printed):
                is_perfect = scorer()(LAYOUTS / name, toml)
        scored = [line for line in printed.getvalue().splitlines() if line[:1].islower() and "." in line[35:43]]
        wrong = sum("<--" in line for line in scored) or int(not is_perfect)
        yield name, first.template, len(scored) - wrong or 1, wrong, len(first.questions), questions_of(name)


def _row(row: tuple[str, str, int, int, int, int]) -> str:
    return f"| {' | '.join(str(cell) for cell in row)} |\n"


if __name__ == "__main__":
    sys.exit(main())
