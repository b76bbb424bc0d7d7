"""`draft`: a source.toml for an export that nobody described."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.drafting.draft import Draft, draft_source
from features.drafting.templates.template import template_named


def draft(
    export: str | Path,
    answers: Mapping[str, Any] | None = None,
    *,
    out: str | Path | None = None,
    template: str | None = None,
) -> Draft:
    """Draft a mapping for an export, as ``retention draft`` does; nothing is written.

    Parameters
    ----------
    export
        A file or a folder, as the HR system exported it.
    answers
        Answers by the key of the question; ``"suggested"`` takes the suggestion. Without an answer a question is open.
    out
        Where the ``source.toml`` will be, which names the files relative to it; by default beside the export.
    template
        A known system by its name, or a file ``.toml``; by default it is recognised by its columns.

    Returns
    -------
    Draft
        ``text`` is the ``source.toml``; ``questions`` are all, ``open`` the keys of those without an answer;
        ``as_dict()`` is what ``retention draft --json`` writes.

    Raises
    ------
    BadInput
        If nothing can be made of the export, or for an answer that is no choice.

    Examples
    --------
    >>> drafted = draft("path/to/export", {"complete_from": date(2021, 1, 1)})  # doctest: +SKIP
    >>> drafted.open  # doctest: +SKIP
    ['exit_kinds', 'complete_until']
    """
    path = Path(export)
    system = template_named(template) if template is not None else None
    with tempfile.TemporaryDirectory() as work:
        place = Path(out) if out else path.absolute().with_name("source.toml")
        return draft_source(path, place, answers or {}, Path(work), lambda _: None, system)
