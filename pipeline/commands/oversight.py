"""Commands for those responsible for the system: tokens, the audit, retention periods, the impact assessment."""

import os
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from features.errors import Refused
from pipeline.commands.options import (
    JsonOption,
    err,
    escaped,
    write_json,
)
from pipeline.settings import Settings

app = typer.Typer()
audit_app = typer.Typer(no_args_is_help=True, help="The audit of who looked at whom.")
app.add_typer(audit_app, name="audit")


@app.command()
def halt(
    reason: Annotated[
        str, typer.Option(help="Why; stays on record, and is shown to all who are stopped. Name nobody.")
    ],
) -> None:
    """Stop: from now on nobody is scored, no person's score or list is shown, nothing is mailed, on all workers."""
    from pipeline.commands.stop_button import halted
    from pipeline.store.settings_ledger import record_command

    settings = Settings()
    err.print(halted(settings, reason), soft_wrap=True)
    record_command(settings, "halt")


@app.command()
def resume(
    reason: Annotated[str | None, typer.Option(help="Why; stays on record. Name nobody.")] = None,
) -> None:
    """End a halt."""
    from pipeline.commands.stop_button import resumed
    from pipeline.store.settings_ledger import record_command

    settings = Settings()
    err.print(resumed(settings, reason), soft_wrap=True)
    record_command(settings, "resume")


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted; delete nothing.")] = False,
    json_file: JsonOption = None,
) -> None:
    """Delete scores, lists, answers, contests and rows of the audit that are older than their periods in the settings.

    Exit code 3, and the audit stays as it is, if its chain is broken.
    """
    from pipeline.commands.screens.oversight import pruning_screen, purging_screen
    from pipeline.store.purge.audit_pruning import prune_audit
    from pipeline.store.purge.periods import purge as purge_store
    from pipeline.store.settings_ledger import on_record
    from pipeline.store.store import Store

    settings = Settings()
    with on_record(settings, "purge"), closing(Store.of(settings)) as store:
        purged = purge_store(store, settings, date.today(), dry_run)
        err.print(purging_screen(purged, dry_run))
        pruned = prune_audit(store, settings, date.today(), dry_run)
    write_json(json_file, asdict(purged) | {"audit": asdict(pruned)})
    err.print(pruning_screen(pruned, dry_run))


@app.command()
def privacy(
    out_file: Annotated[Path | None, typer.Option("--out", help="Markdown file to write. Default: stdout.")] = None,
) -> None:
    """Write a draft of the data protection impact assessment, from the settings and the store."""
    from pipeline.documents.impact_assessment import assessment
    from pipeline.files import write_text
    from pipeline.store.store import Store

    settings = Settings()
    with closing(Store.of(settings)) as store:
        draft = assessment(settings, store, date.today())
    if out_file:
        write_text(draft, out_file)
        err.print(f"Wrote {out_file}. Its last section lists what is still open.")
    else:
        sys.stdout.write(draft)


@app.command()
def documents(
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME ...]", help="notice, interests, agreement, instructions or incident. Default: all of them."
        ),
    ] = None,
    code: Annotated[str, typer.Option("--language", help="en, de or ru.")] = "en",
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder. Default: documents under var.")] = None,
    is_table: Annotated[
        bool, typer.Option("--duties", help="Print the dates of duties instead; write nothing.")
    ] = False,
) -> None:
    """Draft documents for counsel from the settings and the store, each as Markdown to edit and a page to print.

    The notice to employees, the balancing of interests, the agreement with the works council, the instructions for use
    and the report of a serious incident.
    """
    from pipeline.commands.document_drafts import duty_lines, write_drafts

    if is_table:
        sys.stdout.write(os.linesep.join(duty_lines(code, date.today())) + os.linesep)
        return
    out, written = write_drafts(name or [], code, out_dir, date.today())
    err.print(f"Wrote to {out}: {', '.join(written)}. They are drafts: replace what is in [brackets].", markup=False)


@app.command()
def receipt(
    person: Annotated[str, typer.Argument(metavar="ID", help="The employee_id.")],
    out_file: Annotated[Path, typer.Option("--out", help="HTML file to write, for this person only.")],
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Default: the person's, by the directory.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="The source; default: the current one, if it holds the person.")
    ] = None,
) -> None:
    """Write what is held about a person as one file to hand out: the same as the person's own page.

    The audit has a row about it. Without an estimate before the people were informed, and while the system is halted.
    """
    from pipeline.files import write_text
    from pipeline.receipts.file import receipt_to_hand_out
    from pipeline.store.store import Store

    settings = Settings()
    with closing(Store.of(settings)) as store:
        page = receipt_to_hand_out(store, settings, person, date.today(), source, language)
    write_text(page, out_file)
    err.print(f"Wrote {escaped(str(out_file))}. Give it to this person only, then delete your copy.", soft_wrap=True)


@app.command()
def token(
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="hr, manager, data_scientist, auditor, representative or employee (RETENTION_EMPLOYEE_ACCESS); hr, "
            "manager and employee can be given together."
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The person whom the token is for; a manager and an employee need one."),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=VALUE",
            help="What role hr is limited to: department=NAME, location=NAME or line=ID, everyone below a manager. "
            "Repeat it to widen one kind, or to narrow by another.",
        ),
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List the tokens that have not expired.")] = False,
    revoke_id: Annotated[
        str | None, typer.Option("--revoke", metavar="TOKEN_ID", help="Revoke the token that --list shows as TOKEN_ID.")
    ] = None,
    revoke_all_of: Annotated[
        str | None, typer.Option(metavar="ID", help="Revoke all tokens of a person, or of local-ROLE.")
    ] = None,
) -> None:
    """Print a short-lived bearer token of the embedded identity provider; list tokens, or revoke them.

    Servers stop accepting a revoked token, and end the sessions that it started, within about a second.
    """
    from pipeline.commands import token_register
    from pipeline.commands.screens.oversight import revoking_screen, tokens_screen

    settings = Settings()
    asked = token_register.chosen(role, person, scope, list_all, revoke_id, revoke_all_of)
    if asked == "list":
        sys.stdout.write(tokens_screen(token_register.listed(settings)) + os.linesep)
    elif asked == "issue":
        sys.stdout.write(token_register.issued(settings, role or [], person, scope or []) + os.linesep)
    else:
        err.print(revoking_screen(token_register.revoked(settings, revoke_id, revoke_all_of)))


@audit_app.command()
def verify(
    noted: Annotated[
        str | None, typer.Option(metavar="ID:HASH", help="The end of the chain, as noted at an earlier run.")
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Verify that no row of the audit was changed, removed or inserted, nor a published score; exit code 3 if one was.

    Prints the end of the chain on stdout: note it outside the store, for --noted.
    """
    from pipeline.commands.screens.oversight import audit_screen
    from pipeline.store.audit.audit import Link
    from pipeline.store.store import Store

    link = None if noted is None else Link.of(noted)
    with closing(Store.of(Settings())) as store:
        chain, seals = store.verify_audit(link), store.verify_publications()
    is_whole = chain.is_whole and seals.is_whole
    write_json(json_file, asdict(chain) | {"publications": asdict(seals), "is_whole": is_whole})
    err.print(audit_screen(chain, seals))
    if not is_whole:
        raise typer.Exit(Refused.exit_code)
    if chain.head and json_file != "-":
        sys.stdout.write(f"{chain.head}{os.linesep}")
