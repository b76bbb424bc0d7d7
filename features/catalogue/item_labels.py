"""The labels of features about a source's own items: a form into which the item's name is filled.

The item's name is the source's own, so a language translates the form and fills in the name.
"""

from typing import Final

AGAINST_TEAM: Final = "{item}: against the others in the team"
TEAM: Final = "{item}: the others in the team"
REPORTS: Final = "{item}: the person's reports"
MEAN: Final = "{item}: mean of {months} months"
TREND: Final = "{item}: lately against {months} months"
MONTHS_SINCE: Final = "{item}: months since the last"
ROUNDS_MISSED: Final = "{item}: share of the rounds missed"
RANK: Final = "{item}: place among all"
LAST: Final = "{item}: last"
AGAINST_DEPARTMENT: Final = "{item} against the department"
MANAGER: Final = "{item}: the manager"
COUNT: Final = "{item} in {months} months"
COUNT_IN_ONE: Final = "{item} in {months} month"

LABEL_FORMS: Final = (
    *(AGAINST_TEAM, TEAM, REPORTS, MEAN, TREND, MONTHS_SINCE, ROUNDS_MISSED, RANK, LAST, AGAINST_DEPARTMENT),
    *(MANAGER, COUNT, COUNT_IN_ONE),
)
