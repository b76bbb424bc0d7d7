"""An export of a few rows, drafted, and read back as a source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from drafts import Drafted, Draw
from source_files import Content, write

from features.drafting.draft import draft_source


@pytest.fixture
def drafted(tmp_path: Path) -> Draw:
    """Drafts the files. Answers that are not given are those that the draft suggests, unless `suggested` is false."""

    def draw(files: Mapping[str, Content], answers: Mapping[str, Any] | None = None, suggested: bool = True) -> Drafted:
        export = tmp_path / "export"
        export.mkdir()
        write(export, files)
        given = dict(answers or {})
        toml = tmp_path / "source.toml"
        for attempt in range(5):
            work = tmp_path / f"work{attempt}"
            work.mkdir()
            draft = draft_source(export, toml, given, work, lambda _: None)
            if not suggested or not draft.open:
                break
            given |= dict.fromkeys(draft.open, "suggested")
        toml.write_text(draft.text, encoding="utf-8")
        return Drafted(draft, toml, tmp_path)

    return draw
