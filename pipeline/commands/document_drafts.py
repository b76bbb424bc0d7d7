"""The job of `retention documents`: the drafts as files, and the dates of duties as lines."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

from pipeline.commands.settings_in_force import every_setting
from pipeline.documents.drafts import DOCUMENTS, draft, require_documents, require_language
from pipeline.documents.duties import State, duties
from pipeline.documents.facts import facts_of
from pipeline.files import write_text
from pipeline.store.store import Store

STATES: Final[dict[State, str]] = {"in_force": "in force", "later": "later", "to_be_checked": "to be checked"}


def write_drafts(names: Sequence[str], code: str, out_dir: Path | None, today: date) -> tuple[Path, list[str]]:
    """Write the documents, all of them if none is named; returns the folder and the names of the files."""
    require_documents(names)
    require_language(code)
    settings = every_setting()
    with closing(Store.of(settings)) as store:
        facts = facts_of(settings, store, today)
    drafts = [draft(name, code, facts) for name in dict.fromkeys(names or DOCUMENTS)]
    out, files = out_dir or settings.var / "documents", [each for one in drafts for each in one.files().items()]
    for name, text in files:
        write_text(text, out / name)
    return out, [name for name, _ in files]


def duty_lines(code: str, today: date) -> list[str]:
    """A line for each duty: from when, whether it holds, which law, and what must be done."""
    require_language(code)
    lines = []
    for duty in duties():
        text = duty.texts[code]
        state = STATES[duty.state(today)]
        lines.append(f"{duty.since}  {state:<13}  {text.source}: {' '.join(filter(None, (text.must, text.check)))}")
    return lines
