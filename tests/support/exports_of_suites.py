"""The simulated company as the exports of HR suites, with their column names, codes and habits."""

from datetime import date, timedelta
from typing import Any, Final

from simulated_staff import SINCE, Person, Staff, staff
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


def _history(made: Staff, person: Person) -> list[tuple[date, str, Any]]:
    """What happened to a person, in order: (day, what, detail). An exit stands on the first day away."""
    rows: list[tuple[date, str, Any]] = [(p.day, p.event, p) for p in made.posts if p.person is person]
    spells = sorted((s for s in made.spells if s.person is person), key=lambda s: s.hired)
    rows = [(day, "rehire" if what == "hire" and day > spells[0].hired else what, post) for day, what, post in rows]
    rows += [(s.gone + DAY, "exit", s) for s in spells if s.gone and s.gone >= SINCE]
    rows += [(day, "leave", made.post_on(person, day)) for who, day, _ in made.leaves if who is person]
    rows += [(back, "return", made.post_on(person, back)) for who, _, back in made.leaves if who is person]
    return sorted(rows, key=lambda row: row[0])


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
        rows = _history(made, person)
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


def oracle_hcm() -> StaffExport:
    """Fusion extracts: periods of service, assignments with superseded changes of one day, salaries by basis."""
    made, form = staff(), "%Y/%m/%d"
    codes = {
        "resigned": "RESIGN_PERSONAL",
        "better_offer": "RESIGN_BETTER_OFFER",
        "moved": "RESIGN_RELOCATION",
        "dismissed": "DISMISSAL_CONDUCT",
        "redundant": "REDUNDANCY",
        "probation": "PROBATION_FAILED",
        "agreed": "MUTUAL_AGREEMENT",
        "retired": "RETIREMENT",
        "fixed_term": "END_OF_CONTRACT",
        "died": "DEATH",
    }
    actions = {
        "hire": "HIRE",
        "rehire": "REHIRE",
        "promotion": "PROMOTION",
        "transfer": "TRANSFER",
        "head": "MANAGER_CHANGE",
        "hours": "WORKING_HOURS_CHANGE",
        "leave": "LEAVE_OF_ABSENCE",
        "return": "RETURN_FROM_LEAVE",
    }
    rows: list[list[Any]] = []
    for person in made.people:
        history = [row for row in _history(made, person) if row[1] != "exit"]
        for place, (day, what, post) in enumerate(history):
            gone = made.spell_of(person, day).gone
            later = [each[0] for each in history[place + 1 :] if gone is None or each[0] <= gone]
            end = later[0] - DAY if later else gone or date(4712, 12, 31)
            manager = post.manager.number if post.manager else None
            base = [person.number, f"E{person.number}", written(day, form), written(end, form)]
            tail = [post.department, post.job, f"Grade {post.level}", post.place, manager, post.fte]
            if what == "promotion" and person.number % 2:  # corrected on the same day: only the latest change counts
                wrong = [post.department, "to be filled", "Grade 9", post.place, manager, post.fte]
                rows.append([*base, "N", 1, actions[what], "ACTIVE_PROCESS", *wrong])
            rows.append(
                [*base, "Y", 2, actions[what], "SUSPEND_PROCESS" if what == "leave" else "ACTIVE_PROCESS", *tail]
            )
    services = [
        [
            s.person.number,
            f"{s.person.last}, {s.person.first}",
            s.person.gender,
            written(s.hired, form),
            written(s.gone, form),
            written(s.notice, form),
            codes[s.what] if s.what else None,
        ]
        for s in made.spells
    ]
    pays = [
        [
            p.person.number,
            f"E{p.person.number}",
            written(p.day, form),
            f"{p.year * p.fte / 12:.4f}",
            "EUR Monthly Salary",
            "EUR",
        ]
        for p in made.pays
    ]
    return StaffExport(
        {
            "Assignments.csv": text_of(
                [
                    "PERSON_NUMBER",
                    "ASSIGNMENT_NUMBER",
                    "EFFECTIVE_START_DATE",
                    "EFFECTIVE_END_DATE",
                    "EFFECTIVE_LATEST_CHANGE",
                    "EFFECTIVE_SEQUENCE",
                    "ACTION_CODE",
                    "ASSIGNMENT_STATUS_TYPE_CODE",
                    "DEPARTMENT_NAME",
                    "JOB_NAME",
                    "GRADE_NAME",
                    "LOCATION_NAME",
                    "MANAGER_PERSON_NUMBER",
                    "FTE",
                ],
                rows,
                "|",
            ),
            "PeriodsOfService.csv": text_of(
                [
                    "PERSON_NUMBER",
                    "DISPLAY_NAME",
                    "SEX",
                    "DATE_START",
                    "ACTUAL_TERMINATION_DATE",
                    "NOTIFIED_TERMINATION_DATE",
                    "ACTION_REASON_CODE",
                ],
                services,
                "|",
            ),
            "Salaries.csv": text_of(
                [
                    "PERSON_NUMBER",
                    "ASSIGNMENT_NUMBER",
                    "DATE_FROM",
                    "SALARY_AMOUNT",
                    "SALARY_BASIS_NAME",
                    "CURRENCY_CODE",
                ],
                pays,
                "|",
            ),
        },
        kinds_by(codes),
        has_notice=True,
        has_currency=True,
        needed=frozenset({"pay_basis", "level", "rows_assignments_is_latest"}),
    )


def peoplesoft() -> StaffExport:
    """The JOB record: two rows on one day by EFFSEQ, a termination on the first day away, codes of action reasons."""
    made, form = staff(), "%d-%b-%Y"
    codes = {
        "resigned": ("TER", "RES"),
        "better_offer": ("TER", "BTR"),
        "moved": ("TER", "REL"),
        "dismissed": ("TER", "MIS"),
        "redundant": ("TER", "RIF"),
        "probation": ("TER", "PRB"),
        "agreed": ("TER", "MUT"),
        "retired": ("RET", "NRT"),
        "fixed_term": ("TER", "EOC"),
        "died": ("TER", "DEA"),
    }
    actions = {
        "hire": ("HIR", "NHR"),
        "rehire": ("REH", "REH"),
        "promotion": ("PRO", "NCP"),
        "transfer": ("XFR", "TRF"),
        "head": ("DTA", "RPT"),
        "hours": ("DTA", "FTE"),
        "leave": ("LOA", "PER"),
        "return": ("RFL", "RFL"),
    }
    rows: list[list[Any]] = []
    for person in made.people:
        history = _history(made, person)
        history += [
            (p.day, "raise", made.post_on(person, p.day))
            for p in made.pays
            if p.person is person and p.event == "merit"
        ]
        for day, what, detail in sorted(history, key=lambda row: row[0]):
            post = detail if what != "exit" else made.post_on(person, detail.gone)
            pay = made.pay_on(person, day if what != "exit" else detail.gone)
            action, reason = codes[detail.what] if what == "exit" else actions.get(what, ("PAY", "MER"))
            status = {"exit": "R" if action == "RET" else "T", "leave": "L"}.get(what, "A")
            manager = f"{post.manager.number:06d}" if post.manager else None
            seq = 0
            if what == "promotion":
                before = made.post_on(person, day - DAY)
                boss = f"{before.manager.number:06d}" if before.manager else None
                rows.append(
                    [
                        f"{person.number:06d}",
                        0,
                        written(day, form).upper(),
                        0,
                        "DTA",
                        "POS",
                        status,
                        before.department,
                        before.job,
                        f"{before.level:03d}",
                        before.place,
                        boss,
                        before.fte,
                        f"{pay.year * pay.fte:.2f}",
                        "EUR",
                    ]
                )
                seq = 1
            rows.append(
                [
                    f"{person.number:06d}",
                    0,
                    written(day, form).upper(),
                    seq,
                    action,
                    reason,
                    status,
                    post.department,
                    post.job,
                    f"{post.level:03d}",
                    post.place,
                    manager,
                    post.fte,
                    f"{pay.year * pay.fte:.2f}",
                    "EUR",
                ]
            )
    people = [[f"{p.number:06d}", f"{p.last},{p.first}", p.gender, written(p.born, form).upper()] for p in made.people]
    return StaffExport(
        {
            "PS_JOB.csv": text_of(
                [
                    "EMPLID",
                    "EMPL_RCD",
                    "EFFDT",
                    "EFFSEQ",
                    "ACTION",
                    "ACTION_REASON",
                    "EMPL_STATUS",
                    "DEPTNAME",
                    "JOBTITLE",
                    "GRADE",
                    "LOCATION",
                    "SUPERVISOR_ID",
                    "FTE",
                    "ANNUAL_RT",
                    "CURRENCY_CD",
                ],
                rows,
            ),
            "PS_PERSONAL_DATA.csv": text_of(["EMPLID", "NAME", "SEX", "BIRTHDATE"], people),
        },
        {
            reason: kind
            for (_, reason), kind in zip(codes.values(), kinds_by({k: k for k in codes}).values(), strict=True)
        },
        {"states_ps_job": {"R": "gone", "L": "employed"}},
        number=lambda n: f"{n:06d}",
        has_currency=True,
        needed=frozenset({"pay_basis", "level", "exit_day"}),
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
        for day, what, detail in _history(made, person):
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
