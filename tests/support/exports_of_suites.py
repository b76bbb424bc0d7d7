"""The simulated company as the exports of SuccessFactors, HiBob and Rippling: column names, codes and habits."""

from datetime import date, timedelta
from typing import Any, Final

from simulated_staff import Person, history_of, staff
from staff_exports import StaffExport, kinds_by, text_of, written

DAY: Final = timedelta(days=1)
_ENGLISH: Final = {
    "resigned": "Resignation",
    "better_offer": "Better Offer",
    "moved": "Relocation",
    "dismissed": "Misconduct",
    "redundant": "Reduction in Force",
    "probation": "Failed Probation",
    "agreed": "Mutual Agreement",
    "retired": "Retirement",
    "fixed_term": "End of Fixed Term Contract",
    "died": "Death",
}


def _ends(days: list[date], gone: date | None, last: date) -> list[date]:
    """The last day of each row of a history, `last` for one that is open."""
    return [*(day - DAY for day in days[1:]), gone or last]


def successfactors() -> StaffExport:
    """Employee Central: employment, job and pay component, with codes; the reason stands in the job history only."""
    made, form = staff(), "%m/%d/%Y"
    codes = {
        "resigned": "TERRESIG",
        "better_offer": "TERBETTER",
        "moved": "TERRELOC",
        "dismissed": "TERMISCO",
        "redundant": "TERRIF",
        "probation": "TERPROB",
        "agreed": "TERMUTUAL",
        "retired": "RETIRE",
        "fixed_term": "TEREOC",
        "died": "TERDEATH",
    }
    events = {
        "hire": ("H", "HIRNEW"),
        "rehire": ("R", "REHREH"),
        "promotion": ("8", "PROPROM"),
        "transfer": ("16", "TRANDEPT"),
        "head": ("5", "DATACHG"),
        "hours": ("5", "WORKSCHD"),
        "leave": ("10", "LOALOA"),
        "return": ("20", "RETWORK"),
    }
    jobs: list[list[Any]] = []
    for person in made.people:
        rows = history_of(made, person)
        ends = _ends([day for day, *_ in rows], None, date(9999, 12, 31))
        for (day, what, detail), end in zip(rows, ends, strict=True):
            post = detail if what != "exit" else made.post_on(person, detail.gone)
            event, reason = events[what] if what != "exit" else ("26", codes[detail.what])
            state = {"exit": "T", "leave": "U"}.get(what, "A")
            manager = f"E{post.manager.number}" if post.manager else "NO_MANAGER"
            jobs.append(
                [
                    f"E{person.number}",
                    written(day, form),
                    written(end, form),
                    1,
                    event,
                    reason,
                    state,
                    post.department,
                    post.job,
                    f"GR-{post.level:02d}",
                    post.place,
                    manager,
                    f"{post.fte:.2f}",
                    f"{40 * post.fte:g}",
                ]
            )
    employments = [
        [f"E{s.person.number}", f"E{s.person.number}", written(s.hired, form), written(s.gone, form), "false"]
        for s in made.spells
    ]
    pays = []
    for p in made.pays:
        is_monthly = p.person.number % 2
        pays.append(
            [
                f"E{p.person.number}",
                written(p.day, form),
                1,
                "1000",
                f"{p.year * p.fte / (12 if is_monthly else 1):.2f}",
                "EUR",
                "MON" if is_monthly else "ANN",
            ]
        )
    return StaffExport(
        {
            "EmpEmployment.csv": text_of(
                ["userId", "personIdExternal", "startDate", "endDate", "isContingentWorker"], employments
            ),
            "EmpJob.csv": text_of(
                [
                    "userId",
                    "startDate",
                    "endDate",
                    "seqNumber",
                    "event",
                    "eventReason",
                    "emplStatus",
                    "department",
                    "jobTitle",
                    "payGrade",
                    "location",
                    "managerId",
                    "fte",
                    "standardHours",
                ],
                jobs,
            ),
            "EmpPayCompRecurring.csv": text_of(
                ["userId", "startDate", "seqNumber", "payComponent", "paycompvalue", "currencyCode", "frequency"], pays
            ),
        },
        kinds_by(codes),
        {
            "states_emp_job": {"T": "gone", "A": "employed", "U": "employed"},
            "payments_per_year": {"MON": 12.0, "ANN": 1.0},
        },
        number=lambda n: f"E{n}",
        has_currency=True,
        needed=frozenset({"pay_basis", "level"}),
    )


def hibob() -> StaffExport:
    """People, lifecycle, work and salary tables with display names; pay for a year, a month or an hour."""
    made, form = staff(), "%d/%m/%Y"

    def name(person: Person) -> str:
        return f"{person.first} {person.last}"

    people = [
        [p.number, name(p), p.email, written(min(s.hired for s in made.spells if s.person is p), form), p.gender]
        for p in made.people
    ]
    cycle: list[list[Any]] = []
    for person in made.people:
        for day, what, detail in history_of(made, person):
            if what in ("hire", "rehire"):
                cycle.append([person.number, name(person), written(day, form), "Hired", None, None])
                cycle.append([person.number, name(person), written(day, form), "Employed", None, None])
            elif what in ("leave", "return"):
                state = "On leave" if what == "leave" else "Employed"
                cycle.append([person.number, name(person), written(day, form), state, None, None])
            elif what == "exit":
                kind = "Voluntary" if detail.what in ("resigned", "better_offer", "moved", "retired") else "Involuntary"
                cycle.append(
                    [person.number, name(person), written(detail.gone, form), "Terminated", kind, _ENGLISH[detail.what]]
                )
    work = [
        [
            p.person.number,
            name(p.person),
            written(p.day, form),
            p.place,
            p.department,
            p.job,
            name(p.manager) if p.manager else None,
            f"{p.fte:.0%}",
        ]
        for p in made.posts
    ]
    pays = []
    for p in made.pays:
        way = p.person.number % 3
        amount, per = ((p.year * p.fte, "Annual"), (p.year * p.fte / 12, "Monthly"), (p.year / 2080, "Hourly"))[way]
        pays.append(
            [p.person.number, name(p.person), written(p.day, form), f"EUR {amount:,.2f}", per, written(p.entered, form)]
        )
    return StaffExport(
        {
            "People.csv": text_of(["Employee ID", "Display name", "Email", "Start date", "Sex"], people),
            "Lifecycle.csv": text_of(
                ["Employee ID", "Display name", "Effective date", "Status", "Termination type", "Termination reason"],
                cycle,
            ),
            "Work.csv": text_of(
                [
                    "Employee ID",
                    "Display name",
                    "Effective date",
                    "Site",
                    "Department",
                    "Job title",
                    "Reports to",
                    "FTE %",
                ],
                work,
            ),
            "Salary.csv": text_of(
                ["Employee ID", "Display name", "Effective date", "Base salary", "Pay period", "Modified on"], pays
            ),
        },
        kinds_by(_ENGLISH),
        lost=frozenset({"assignments.level"}),
        has_currency=True,
        needed=frozenset({"pay_basis", "payments_per_year"}),
    )


def rippling() -> StaffExport:
    """A census with a row a stay, e-mails for managers, dollars, and a history of job and compensation changes."""
    made, form = staff(), "%m/%d/%Y"
    census = [
        [
            s.person.number,
            s.person.first,
            s.person.last,
            s.person.email,
            "Full-time" if made.latest(s.person).fte == 1 else "Part-time",
            written(s.hired, form),
            written(s.gone, form),
            None
            if not s.gone
            else "Voluntary"
            if s.what in ("resigned", "better_offer", "moved", "retired")
            else "Involuntary",
            _ENGLISH[s.what] if s.what else None,
        ]
        for s in made.spells
    ]
    changes = [
        [
            p.person.number,
            f"{p.person.first} {p.person.last}",
            written(p.day, form),
            p.department,
            p.job,
            f"L{p.level}",
            p.place,
            p.manager.email if p.manager else None,
            f"{p.fte:g}",
        ]
        for p in made.posts
    ]
    pays = [
        [p.person.number, written(p.day, form), f"${p.year * p.fte:,.2f}", "Year", written(p.entered, form)]
        for p in made.pays
    ]
    return StaffExport(
        {
            "census.csv": text_of(
                [
                    "Employee ID",
                    "First name",
                    "Last name",
                    "Work email",
                    "Employment type",
                    "Start date",
                    "End date",
                    "Termination type",
                    "Termination reason",
                ],
                census,
            ),
            "job_changes.csv": text_of(
                [
                    "Employee ID",
                    "Employee",
                    "Effective date",
                    "Department",
                    "Title",
                    "Level",
                    "Work location",
                    "Manager email",
                    "FTE",
                ],
                changes,
            ),
            "compensation_changes.csv": text_of(
                ["Employee ID", "Effective date", "Annual compensation", "Pay period", "Created at"], pays
            ),
        },
        kinds_by(_ENGLISH),
        answers={"entered_compensation_changes": "no"},
        needed=frozenset({"pay_basis", "level"}),
    )
