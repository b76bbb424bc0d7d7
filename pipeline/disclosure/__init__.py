"""Disclosure control: figures of groups must reveal nothing about fewer than five people.

**Who reads.** HR sees every person's risk, so nothing is hidden from HR. A data scientist sees figures of all groups
(by department, location, level and manager), of services between departments, the month's totals and the model's card,
and no person. An auditor sees the card. Heads of departments see figures of departments and of services between them. A
manager sees a list of names with reasons, and figures of the groups of the own organisation. HR with a scope sees the
risks of the people within it, and figures of groups that lie wholly within it. A representative sees the card and the
fairness review without groups under ten. All of them can store and share what they saw.

**What they know beforehand.** Everyone's department, location, level and manager, as on an organisation chart, today
and earlier; so they know the members of every group, even of a suppressed one. Pseudonyms of managers in an
arbitrary order protect only what is not on that chart.

**What must not be deducible**, within one publication and from all publications of one snapshot date: a sum over fewer
than `LEAST_PEOPLE` people of anything that is published, or any weighted sum that depends on so few people. Sums of
risks, means, variances and counts are equivalent: each is a sum over people if the head count is known.

**How.** `hidden_groups` for the figures of a month and their total, `comparable` for a month that is published again,
`hide_further` for other tables of groups, `hidden_of_attributes` for the fairness review; `derivation` is the search
behind these. For services between departments: `pairs_shown`, `incomparable_pairs` for a month that is published again,
and `pairs_that_carry` for the mean risks of those who ask. Figures are stored when a month is published and never added
up again, so an erasure changes none of them. They are rounded, which blurs what nothing forbids to deduce; the rules do
not rely on it.

A part of the company adds no figure (`whole`): a scope shows whole groups and no total, so its reader learns nothing
beyond the risks of people within it, nor do two such readers together; a manager's organisation is a sum of whole
groups; `hidden_beside` is for a manager who is HR with a scope. `small_groups` is for representatives,
`part_shown` for counts of what managers did.
`hidden_of_reached` is for plans, which are about whole groups and are shared with people who see no risks;
`intersections_shown` is for plans about the people of several groups at once, and `segments_with_sums` for segments.

**What it does not cover.** HR with a scope, together with a reader of figures that the scope cuts: one knows the risks
of some people, the other a sum of these and few others. A reader's own knowledge: one who knows one member's risk can
subtract it from a group of five. What was shown before this version: totals of two publications of a date. A date that
is published again for the same people in the same posts, where few people's data were corrected: the difference is the
change of their risks. Changes from month to month, if a few people of a group change and the risks of the others are
known to be the same. A pair of departments in which one person asks for nearly everything: its counts, rating and hours
are mostly that person's. The risks that pairs carried when a date was first published, together with groups that a
later publication of the date shows after posts have changed. Two plans with different steps of a threshold, over groups
of different dimensions that differ by few of the people between the steps. Intersections of groups together with the
risks that pairs carry, or with groups of a later publication of the date. What the groups explain of a segment, a
rounded figure to which all other people contribute. The fairness review together with the groups of the training
report: each is searched by itself. Two versions of a model, trained before and after a few people were taken out of the
data.
"""

from pipeline.disclosure.attributes import hidden_of_attributes
from pipeline.disclosure.carried import pairs_that_carry
from pipeline.disclosure.counts import part_shown
from pipeline.disclosure.derivation import LEAST_PEOPLE
from pipeline.disclosure.groups import Hidden, changed_groups, comparable, hidden_groups, hide_further
from pipeline.disclosure.intersections import intersections_shown
from pipeline.disclosure.plans import hidden_of_reached
from pipeline.disclosure.representatives import LEAST_FOR_REPRESENTATIVES, small_groups
from pipeline.disclosure.services import CARRIED, Pair, ServicesBefore, incomparable_pairs, kinds_shown, pairs_shown
from pipeline.disclosure.whole import disjoint_groups, hidden_beside

__all__ = [
    "CARRIED",
    "LEAST_FOR_REPRESENTATIVES",
    "LEAST_PEOPLE",
    "Hidden",
    "Pair",
    "ServicesBefore",
    "changed_groups",
    "comparable",
    "disjoint_groups",
    "hidden_beside",
    "hidden_groups",
    "hidden_of_attributes",
    "hidden_of_reached",
    "hide_further",
    "incomparable_pairs",
    "intersections_shown",
    "kinds_shown",
    "pairs_shown",
    "pairs_that_carry",
    "part_shown",
    "small_groups",
]
