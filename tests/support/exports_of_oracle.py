"""The simulated company as the exports of Oracle HCM and PeopleSoft, with their column names, codes and habits."""

from datetime import date, timedelta
from typing import Any, Final

from simulated_staff import history_of, staff
from staff_exports import StaffExport, kinds_by, text_of, written

DAY: Final = timedelta(days=1)


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
        history = [row for row in history_of(made, person) if row[1] != "exit"]
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
        history = history_of(made, person)
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
