"""The simulated company as tables of a data team and books kept by hand: versions, event logs, workbooks, e-mails."""

from datetime import date, timedelta
from typing import Any, Final

from simulated_staff import DEPARTMENTS, SINCE, Person, Post, staff
from staff_exports import StaffExport, kinds_by, text_of

WORDS: Final = {
    "resigned": "Resignation",
    "better_offer": "Resignation - better offer",
    "moved": "Resignation - relocation",
    "dismissed": "Dismissal",
    "redundant": "Redundancy",
    "probation": "Failed probation",
    "agreed": "Settlement agreement",
    "retired": "Retirement",
    "fixed_term": "End of fixed-term contract",
    "died": "Death in service",
}
DAY: Final = timedelta(days=1)


def _number(person: Person | None) -> int | None:
    return person.number if person else None


def _serial(day: date | None) -> int | None:
    return (day - date(1899, 12, 30)).days if day else None


def scd2() -> StaffExport:
    """One table of versions with valid_from, valid_to and is_current; a surrogate key beside the number."""
    made, rows = staff(), []
    for person in made.people:
        spells = [s for s in made.spells if s.person is person]
        for spell in spells:
            end = spell.gone or date(9999, 12, 31)
            posts = {p.day for p in made.posts if p.person is person and spell.hired <= p.day <= end}
            pays = {p.day for p in made.pays if p.person is person and spell.hired <= p.day <= end}
            days = sorted(posts | pays)
            for place, day in enumerate(days):
                last = days[place + 1] - DAY if place + 1 < len(days) else end
                post, pay = made.post_on(person, day), made.pay_on(person, day)
                is_last = place + 1 == len(days)
                rows.append(
                    [
                        len(rows) + 90001,
                        person.number,
                        person.last,
                        day,
                        last,
                        is_last and spell is spells[-1],
                        spell.hired,
                        spell.gone if is_last else None,
                        WORDS[spell.what] if spell.gone and is_last else None,
                        post.department,
                        post.job,
                        post.level,
                        _number(post.manager),
                        post.place,
                        post.fte,
                        pay.year * pay.fte,
                    ]
                )
    header = [
        "employee_key",
        "employee_id",
        "last_name",
        "valid_from",
        "valid_to",
        "is_current",
        "hire_date",
        "termination_date",
        "termination_reason",
        "department",
        "job_title",
        "grade",
        "manager_id",
        "location",
        "fte",
        "annual_salary",
    ]
    return StaffExport(
        {"dim_employee.csv": text_of(header, rows)}, kinds_by(WORDS), needed=frozenset({"pay_basis", "level"})
    )


def event_log() -> StaffExport:
    """A list of people with a row a stay, and a log with a row a changed field: old value, new value."""
    made, rows = staff(), []
    fields = ("Department", "Job title", "Grade", "Manager", "Location", "FTE", "Annual salary")

    def state(post: Post, year: float) -> tuple[Any, ...]:
        return (post.department, post.job, post.level, _number(post.manager), post.place, post.fte, year)

    for person in made.people:
        before: tuple[Any, ...] = (None,) * len(fields)
        days = {p.day: p.event for p in made.pays if p.person is person}
        days |= {p.day: p.event for p in made.posts if p.person is person}
        for day, event in sorted(days.items()):
            before = (None,) * len(fields) if event == "hire" else before
            after = state(made.post_on(person, day), made.pay_on(person, day).year)
            for name, old, new in zip(fields, before, after, strict=True):
                if old != new:
                    rows.append([person.number, day, event, name, old, new if new is not None else "none"])
            before = after
    people = [[s.person.number, s.person.last, s.hired, s.gone, WORDS[s.what] if s.what else None] for s in made.spells]
    return StaffExport(
        {
            "people.csv": text_of(["Employee", "Surname", "Hired", "Left", "Reason for leaving"], people),
            "changes.csv": text_of(["Employee", "Date", "Event", "Field", "Old value", "New value"], rows),
        },
        kinds_by(WORDS),
        {"pay_basis": "full time"},
        needed=frozenset({"pay_basis", "level"}),
    )


def department_sheets() -> StaffExport:
    """A workbook with a sheet a department and a row a stay, and one with the history of pay."""
    made = staff()
    header = ["No.", "Last name", "First name", "Start date", "End date", "Reason for leaving", "Job title", "Location"]
    sheets: list[tuple[str, list[list[Any]]]] = []
    for name in DEPARTMENTS:
        rows = [
            [
                s.person.number,
                s.person.last,
                s.person.first,
                s.hired,
                s.gone,
                WORDS[s.what] if s.what else None,
                made.post_on(s.person, s.gone or date(2021, 12, 31)).job,
                made.latest(s.person).place,
            ]
            for s in made.spells
            if made.post_on(s.person, s.gone or date(2021, 12, 31)).department == name
        ]
        sheets.append((name, [[f"{name}: staff"], [], header, *rows, ["Total", None, None, len(rows)]]))
    pays = [[p.person.number, p.day, p.year * p.fte] for p in made.pays]
    posts = ("department", "job", "level", "manager_id", "location", "fte")
    return StaffExport(
        {
            "staff book.xlsx": sheets,
            "raises.xlsx": [("Raises", [["No.", "Effective from", "Annual pay"], *pays])],
        },
        kinds_by(WORDS),
        lost=frozenset({"assignments", "compensation", *(f"assignments.{each}" for each in posts)}),
    )


def emails_as_ids() -> StaffExport:
    """A list with numbers and addresses; the histories name people and managers by address only."""
    made = staff()
    people = [
        [
            f"{s.person.number:05d}",
            f"{s.person.first} {s.person.last}",
            s.person.email,
            s.hired,
            s.gone,
            WORDS[s.what] if s.what else None,
        ]
        for s in made.spells
    ]
    posts = [
        [
            p.person.email,
            p.day,
            p.department,
            p.job,
            p.level,
            p.manager.email if p.manager else None,
            p.place,
            f"{p.fte:.0%}",
        ]
        for p in made.posts
    ]
    pays = [[p.person.email.upper(), p.day, f"{p.year:.0f}", "EUR"] for p in made.pays]
    return StaffExport(
        {
            "directory.csv": text_of(["Staff no", "Name", "E-mail", "Joined", "Left on", "Leaving reason"], people),
            "roles.csv": text_of(["E-mail", "Since", "Team", "Role", "Band", "Manager", "Office", "FTE"], posts),
            "salaries.csv": text_of(["E-mail", "Since", "Annual salary", "Currency"], pays),
        },
        kinds_by(WORDS),
        {"pay_basis": "full time"},
        number=lambda n: f"{n:05d}",
        has_currency=True,
        needed=frozenset({"pay_basis", "level"}),
    )


def two_header_rows() -> StaffExport:
    """A workbook with headings in two rows, the upper one merged over its columns, and a sheet a subject."""
    made = staff()
    people: list[list[Any]] = [
        ["Person", None, None, "Employment", None, None, None],
        ["Personnel no.", "Last name", "First name", "Start", "End", "Reason", "Notice given"],
        *(
            [
                s.person.number,
                s.person.last,
                s.person.first,
                s.hired,
                s.gone,
                WORDS[s.what] if s.what else None,
                s.notice,
            ]
            for s in made.spells
        ),
    ]
    posts: list[list[Any]] = [
        ["Personnel no.", "Valid from", "Post", None, None, None, "Hours"],
        [None, None, "Department", "Job", "Level", "Manager", "FTE"],
        *([p.person.number, p.day, p.department, p.job, p.level, _number(p.manager), p.fte] for p in made.posts),
    ]
    pays: list[list[Any]] = [
        ["Personnel no.", "Valid from", "Pay", None],
        [None, None, "Monthly salary", "Currency"],
        *([p.person.number, p.day, round(p.year * p.fte / 12, 4), "EUR"] for p in made.pays),
    ]
    return StaffExport(
        {"hr data.xlsx": [("People", people), ("Posts", posts), ("Pay", pays)]},
        kinds_by(WORDS),
        {"pay_per_year": 12.0},
        lost=frozenset({"assignments.location"}),
        has_notice=True,
        has_currency=True,
        needed=frozenset({"pay_basis", "pay_per_year", "level"}),
    )


def three_lists() -> StaffExport:
    """Those who are there, those who left, and the changes: three lists, day numbers of Excel for dates."""
    made = staff()
    here = [
        [s.person.number, s.person.last, _serial(s.hired), made.latest(s.person).department]
        for s in made.spells
        if not s.gone
    ]
    gone = [
        [s.person.number, s.person.last, _serial(s.hired), _serial(s.gone), WORDS[s.what]]
        for s in made.spells
        if s.gone
    ]
    changes = [
        [p.person.number, _serial(p.day), p.event, p.department, p.job, p.level, _number(p.manager), p.place, p.fte]
        for p in made.posts
    ]
    pays = [[p.person.number, _serial(p.day), round(p.year / 2080, 6)] for p in made.pays]
    return StaffExport(
        {
            "active.csv": text_of(["Employee no", "Surname", "Hire date", "Department"], here),
            "leavers.csv": text_of(["Employee no", "Surname", "Hire date", "Leaving date", "Reason"], gone),
            "changes.csv": text_of(
                ["Employee no", "Change date", "Change", "Department", "Job", "Grade", "Line manager", "Site", "FTE"],
                changes,
            ),
            "rates.csv": text_of(["Employee no", "Effective date", "Hourly rate"], pays),
        },
        kinds_by(WORDS),
        {"pay_per_year": 2080.0, "pay_basis": "full time"},
        needed=frozenset({"pay_per_year", "level"}),
    )


def versions_without_end() -> StaffExport:
    """SCD2 without a date of exit: a status in each version, the open one without valid_to; timestamps."""
    made, rows = staff(), []
    for person in made.people:
        spells = [s for s in made.spells if s.person is person and (not s.gone or s.gone >= SINCE)]
        for spell in spells:
            posts = [
                p for p in made.posts if p.person is person and spell.hired <= p.day <= (spell.gone or date(2022, 1, 1))
            ]
            days = [p.day for p in posts]
            ends = [*(day for day in days[1:]), spell.gone + DAY if spell.gone else None]
            for post, end in zip(posts, ends, strict=True):
                rows.append(
                    [
                        f"{person.number:07d}",
                        f"{post.day} 00:00:00",
                        f"{end} 00:00:00" if end else None,
                        "Active",
                        None,
                        post.department,
                        post.job,
                        post.level,
                        f"{post.manager.number:07d}" if post.manager else None,
                        post.fte,
                    ]
                )
            if spell.gone:
                later = min((s.hired for s in spells if s.hired > spell.gone), default=None)
                last = posts[-1]
                rows.append(
                    [
                        f"{person.number:07d}",
                        f"{spell.gone + DAY} 00:00:00",
                        f"{later} 00:00:00" if later else None,
                        "Terminated",
                        WORDS[spell.what],
                        last.department,
                        last.job,
                        last.level,
                        f"{last.manager.number:07d}" if last.manager else None,
                        last.fte,
                    ]
                )
    return StaffExport(
        {
            "worker_versions.csv": text_of(
                [
                    "worker_id",
                    "valid_from_ts",
                    "valid_to_ts",
                    "worker_status",
                    "termination_reason",
                    "department",
                    "job_name",
                    "level",
                    "manager_worker_id",
                    "fte",
                ],
                rows,
            )
        },
        kinds_by(WORDS),
        {"exit_day": "first day away"},
        lost=frozenset({"compensation", "assignments.location"}),
        number=lambda n: f"{n:07d}",
        needed=frozenset({"level", "exit_day"}),
    )
