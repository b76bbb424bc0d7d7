"""A column that erasure misses would name a person who was assured that nothing is held."""

from sqlalchemy import JSON, Boolean, Date, DateTime, Double, Integer

from pipeline.store.erasure import TRACES
from pipeline.store.schema import METADATA, Moment

NO_IDS = {
    *(f"publication.{name}" for name in ("source", "model_version", "content_hash", "rows_sum")),
    *(f"score.{name}" for name in ("evidence", "department", "job", "location")),
    "score.factors",  # features by number, with figures and categories
    "group_figure.dimension",
    *(f"directory.{name}" for name in ("source", "name", "email", "language", "searched")),  # go with the row
    *(f"service_figure.{name}" for name in ("client_department", "provider_department")),
    *(f"list_answer.{name}" for name in ("source", "month", "outcome", "because", "action")),
    *(
        f"contest.{name}" for name in ("source", "ground", "feature", "statement")
    ),  # the person's own words go with the row
    *(f"delivery.{name}" for name in ("source", "month", "list_hash", "state", "reason")),
    *(f"webhook_call.{name}" for name in ("source", "month", "event", "state", "reason")),
    *(f"employment.{name}" for name in ("source", "department", "location")),  # go with the row
    *(f"briefing_mail.{name}" for name in ("source", "month", "state", "reason")),
    *(f"reminder.{name}" for name in ("source", "month", "state", "reason")),
    *(f"rollout.{name}" for name in ("source", "stratum", "from_month", "until_month")),
    *(f"first_offer.{name}" for name in ("source", "month", "driver", "action")),
    *(f"held_out.{name}" for name in ("source", "month", "driver")),
    *(f"{table}.{name}" for table in ("nomination", "nominated") for name in ("source", "month")),
    *(f"month_step.{name}" for name in ("source", "month", "step")),
    *(f"{table}.{name}" for table in ("outlook", "turnover", "turnover_line") for name in ("source", "month")),
    *(f"audit.{name}" for name in ("request_id", "role", "what", "purpose", "result", "hash", "rows_hash", "source")),
    *(f"model_ledger.{name}" for name in ("event", "version", "replaces", "source", "run_id", "reason")),
    *(f"audit_checkpoint.{name}" for name in ("last_hash", "previous", "signature")),
    *(f"halt_ledger.{name}" for name in ("event", "role", "reason")),
    *(f"settings_ledger.{name}" for name in ("program", "command", "setting")),
    "settings_ledger.mark",  # a salted hash of a path or an address of the installation
    *(f"saved_plan.{name}" for name in ("source", "name")),
    "revision.mark",  # random
    *(f"objection.{name}" for name in ("source", "person_hash", "key_mark")),  # keyed hashes, which outlive erasure
    *(f"embedded_token.{name}" for name in ("id", "role")),
    "embedded_token.subject_mark",  # a keyed hash, of a token that expires within hours
}
"""Columns of text that hold no id of a person."""

OTHER_TYPES = (Boolean, Date, DateTime, Double, Integer, JSON, Moment)


def test_every_column_of_text_is_erased_kept_and_counted_or_holds_no_ids() -> None:
    texts = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if not isinstance(column.type, OTHER_TYPES)
    }
    traces = {f"{trace.column.table.name}.{trace.column.name}" for trace in TRACES}
    assert not traces & NO_IDS
    assert texts == traces | NO_IDS


def test_rows_are_deleted_before_names_are_cleared() -> None:
    order = [trace.treatment for trace in TRACES]
    assert order == sorted(order, key=["delete", "clear", "keep"].index)
    assert len({trace.name for trace in TRACES}) == len(TRACES)
