"""The words for what the store records: roles, purposes, results of looks, outcomes of answers to lists."""

from collections.abc import Mapping
from typing import Final

from pipeline.language.translator import marked

ROLES: Final[Mapping[str, str]] = {
    "hr": marked("HR"),
    "manager": marked("Manager"),
    "data_scientist": marked("Data scientist"),
    "auditor": marked("Auditor"),
    "operator": marked("Operator"),
    "representative": marked("Representative"),
    "employee": marked("Employee"),
}
PURPOSES: Final[Mapping[str, str]] = {
    "retention_conversation": marked("To prepare a conversation about staying"),
    "workforce_planning": marked("To plan the work of a group"),
    "model_review": marked("To check that the model is right"),
    "data_subject_request": marked("To answer a person who asks about themselves"),
}
RESULTS: Final[Mapping[str, str]] = {
    "released": marked("shown"),
    "answered": marked("answered"),
    "answered before": marked("answered before"),
    "contested": marked("contested"),
    "contested before": marked("contested before"),
    "objection withdrawn": marked("objection withdrawn"),
    "objection withdrawn before": marked("objection withdrawn before"),
    "erased": marked("erased"),
    "briefing confirmed": marked("briefing confirmed"),
    "halted": marked("halted"),
    "halted before": marked("halted before"),
    "resumed": marked("resumed"),
    "resumed before": marked("resumed before"),
    "refused": marked("access refused"),
    "not found": marked("not found"),
    "invalid": marked("invalid request"),
    "failed": marked("failed"),
    "published": marked("published"),
    "mailed": marked("mailed"),
    "purged": marked("purged"),
    "audit pruned": marked("audit pruned"),
    "drawn": marked("first offers drawn"),
    "nominated": marked("said whom they would talk to"),
    "skipped": marked("skipped the question"),
    "not asked": marked("answered a question that is not open"),
}
"""The names of results in the audit."""
OUTCOMES: Final[Mapping[str, str]] = {
    "talked": marked("We talked"),
    "offered": marked("I made an offer"),
    "agreed": marked("We agreed on something"),
    "acted": marked("I changed something"),
    "not_needed": marked("No conversation is needed"),
    "already_known": marked("I know and am working on it"),
    "disagree": marked("I see no risk"),
    "left": marked("Is leaving or has left"),
}
