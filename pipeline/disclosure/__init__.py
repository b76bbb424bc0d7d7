"""Every rule that keeps a small group unseen."""

from pipeline.disclosure.attributes import hidden_of_attributes
from pipeline.disclosure.derivation import LEAST_PEOPLE
from pipeline.disclosure.groups import Hidden, comparable, hidden_groups, hide_further
from pipeline.disclosure.services import kinds_shown, pairs_shown

__all__ = [
    "LEAST_PEOPLE",
    "Hidden",
    "comparable",
    "hidden_groups",
    "hidden_of_attributes",
    "hide_further",
    "kinds_shown",
    "pairs_shown",
]
