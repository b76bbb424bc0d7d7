"""Which spell of a person an exit ends: the one definition that validation, the features and the outcome share."""

import narwhals as nw

from features.calendar import Frame


def with_ended_spell(exits: Frame, hires: Frame) -> Frame:
    """The exits with `ended_hire`, the hire_date of the spell that each ends; null for an exit before every hire.

    That is the last spell to begin before the exit. On the day of an exit the person may be hired again, and the exit
    does not end the new spell. Only where the person was not employed before that day is it a spell of a single day,
    which the exit ends. Whether they were is shown by the last earlier day with either a hire or an exit: a day with
    both leaves it as it was.
    """
    left = exits.select("employee_id", day="exit_date").unique()
    hired = hires.select("employee_id", day="hire_date").unique()
    both = ["employee_id", "day"]
    hired = hired.join(left.with_columns(has_exit=nw.lit(1)), on=both, how="left")
    left = left.join(hired.select(*both, has_hire=nw.lit(1)), on=both, how="left")
    only_left = left.filter(nw.col("has_hire").is_null()).select("employee_id", only_left="day")
    hire, is_earlier = nw.col("hired"), nw.col("hired") < nw.col("day")
    spells = left.join(hired.select("employee_id", "has_exit", hired="day"), on="employee_id", how="left")
    spells = spells.group_by(*both, "has_hire").agg(
        nw.when(is_earlier).then(hire).max().alias("before"),
        nw.when(is_earlier & nw.col("has_exit").is_null()).then(hire).max().alias("only_hired"),
    )
    joint = spells.filter(~nw.col("has_hire").is_null())
    over = joint.join(only_left, on="employee_id").filter(
        nw.col("only_left") < nw.col("day"), nw.col("only_left") > nw.col("only_hired")
    )
    over = over.select(*both).unique().with_columns(is_over=nw.lit(1))
    spells = spells.join(over, on=both, how="left")
    was_not_employed = nw.col("only_hired").is_null() | ~nw.col("is_over").is_null()
    is_single_day = ~nw.col("has_hire").is_null() & was_not_employed
    ended = nw.when(is_single_day).then("day").otherwise("before")
    return exits.join(
        spells.select("employee_id", exit_date="day", ended_hire=ended), on=["employee_id", "exit_date"], how="left"
    )
