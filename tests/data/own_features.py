"""The example of docs/own-models.md."""

import narwhals as nw

from features.catalogue.feature import Feature, family


@family(
    Feature(
        "courses_12m", "growth", "Courses in the last year", "count", "(12, 0]", "no course on record", worse="lower"
    ),
    needs=("measures",),
)
def courses(known):
    """The number of courses in (12, 0]."""
    rows = known.facts("measures", 12).filter(nw.col("name") == "course")
    return rows.group_by("employee_id").agg(courses_12m=nw.len())
