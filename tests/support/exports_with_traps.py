"""The simulated company in exports with more traps: people who are no employees, names as ids, yearly books, codes."""

from datetime import date, timedelta
from typing import Any

from exports_by_hand import WORDS
from exports_of_suites import successfactors
from simulated_staff import SINCE, UNTIL, Person, seen_on, staff
from staff_exports import StaffExport, kinds_by, text_of, written


def _name(person: Person | None) -> str | None:
    return f"{person.first} {person.last}" if person else None


def contingent_workers() -> StaffExport:
    """Employee Central with people who are no employees, allowances beside the base pay, and a planned exit."""
    plain, files = successfactors(), dict(successfactors().files)
    add = {
        "EmpEmployment.csv": "E9001,E9001,01/15/2018,06/30/2019,true\r\nE9002,E9002,03/01/2019,,true\r\n",
        "EmpJob.csv": "".join(
            f"{who},{start},{end},1,{event},{reason},{state},Sales,external,GR-02,Lyon,E107,1.00,40\r\n"
            for who, start, end, event, reason, state in (
                ("E9001", "01/15/2018", "06/30/2019", "H", "HIRNEW", "A"),
                ("E9001", "07/01/2019", "12/31/9999", "26", "TEREND", "T"),
                ("E9002", "03/01/2019", "12/31/9999", "H", "HIRNEW", "A"),
            )
        ),
        "EmpPayCompRecurring.csv": "".join(
            f"E{p.person.number},{written(p.day, '%m/%d/%Y')},2,CAR_ALLOWANCE,310.00,EUR,MON\r\n"
            for p in staff().pays
            if p.person.number % 4 == 0
        ),
    }
    for name, more in add.items():
        files[name] = bytes(files[name]) + more.encode()  # type: ignore[arg-type]
    answers = dict(plain.answers)
    answers["rows_emp_pay_comp_recurring_pay_type"] = {"1000": "keep", "CAR_ALLOWANCE": "leave out"}
    needed = plain.needed | {"rows_emp_pay_comp_recurring_pay_type", "rows_emp_employment_worker_type"}
    return StaffExport(files, plain.kinds, answers, number=plain.number, has_currency=True, needed=needed)


def french_suite() -> StaffExport:
    """A French list with a first entry into the group, planned ends of contracts, ETP, and amounts with a euro sign."""
    made, form = staff(), "%d/%m/%Y"
    words = {
        "resigned": "Démission",
        "better_offer": "Démission (autre emploi)",
        "moved": "Démission (suivi de conjoint)",
        "dismissed": "Licenciement pour motif personnel",
        "redundant": "Licenciement pour motif économique",
        "probation": "Rupture période d'essai (employeur)",
        "agreed": "Rupture conventionnelle",
        "retired": "Départ volontaire à la retraite",
        "fixed_term": "Fin de CDD",
        "died": "Décès",
    }
    people = []
    for s in made.spells:
        is_fixed = s.what == "fixed_term" or (not s.gone and s.person.number % 11 == 0)
        planned = s.gone if s.what == "fixed_term" else date(2022, 6, 30) if is_fixed else None
        first = min(each.hired for each in made.spells if each.person is s.person) - timedelta(
            days=s.person.number % 3 * 200
        )
        people.append(
            [
                f"{s.person.number:06d}",
                s.person.last.upper(),
                s.person.first,
                "CDD" if is_fixed else "CDI",
                written(first, form),
                written(s.hired, form),
                written(planned, form),
                written(s.gone, form),
                words[s.what] if s.what else None,
            ]
        )
    posts = [
        [
            f"{p.person.number:06d}",
            written(p.day, form),
            p.department,
            p.job,
            f"N{p.level}",
            p.place,
            f"{p.manager.last.upper()} {p.manager.first}" if p.manager else None,
            f"{p.fte:.2f}".replace(".", ","),
        ]
        for p in made.posts
    ]
    pays = [
        [
            f"{p.person.number:06d}",
            written(p.day, form),
            f"{p.year * p.fte / 12:,.2f} €".replace(",", " ").replace(".", ","),
        ]
        for p in made.pays
    ]
    return StaffExport(
        {
            "Salariés.csv": text_of(
                [
                    "Matricule",
                    "Nom",
                    "Prénom",
                    "Type de contrat",
                    "Date d'entrée groupe",
                    "Date d'entrée société",
                    "Date de fin de contrat",
                    "Date de sortie",
                    "Motif de sortie",
                ],
                people,
                ";",
                "windows-1252",
            ),
            "Affectations.csv": text_of(
                [
                    "Matricule",
                    "Date de début",
                    "Direction",
                    "Intitulé du poste",
                    "Niveau",
                    "Site",
                    "Responsable hiérarchique",
                    "ETP",
                ],
                posts,
                ";",
                "windows-1252",
            ),
            "Rémunérations.csv": text_of(
                ["Matricule", "Date d'effet", "Salaire de base mensuel"], pays, ";", "windows-1252"
            ),
        },
        kinds_by(words),
        {"pay_per_year": 12.0, "hire_column": "salariés.Date d'entrée société"},
        number=lambda n: f"{n:06d}",
        has_currency=True,
        needed=frozenset({"pay_basis", "pay_per_year", "level"}),
    )


def names_as_ids() -> StaffExport:
    """A book kept by hand without any number: people by name, dates such as Jan 5, 2018."""
    made, form = staff(), "%b %d, %Y"
    people = [
        [_name(s.person), written(s.hired, form), written(s.gone, form), WORDS[s.what] if s.what else None]
        for s in made.spells
    ]
    posts = [
        [
            _name(p.person),
            written(p.day, form),
            p.department,
            p.job,
            f"Level {p.level}",
            _name(p.manager),
            f"{p.fte:.0%}",
        ]
        for p in made.posts
    ]
    pays = [[_name(p.person), written(p.day, form), f"€ {p.year * p.fte:,.0f}"] for p in made.pays]
    return StaffExport(
        {
            "people.csv": text_of(["Name", "Started", "Left", "Why"], people),
            "jobs.csv": text_of(["Name", "From", "Department", "Role", "Level", "Boss", "FTE"], posts),
            "pay.csv": text_of(["Name", "From", "Yearly pay"], pays),
        },
        kinds_by(WORDS),
        lost=frozenset({"assignments.location"}),
        number=lambda n: str(_name(next(p for p in made.people if p.number == n))),
        has_currency=True,
        needed=frozenset({"level", "pay_basis"}),
    )


def yearly_books() -> StaffExport:
    """A book a year with everyone who is there on 31 December, and a list of leavers."""
    made, files = staff(), {}
    for year in range(2016, 2022):
        day = date(year, 12, 31)
        rows = []
        for s in made.at(day):
            post, pay = made.post_on(s.person, day), made.pay_on(s.person, day)
            rows.append(
                [
                    s.person.number,
                    s.person.last,
                    s.hired,
                    post.department,
                    post.job,
                    post.level,
                    post.manager.number if post.manager else None,
                    post.place,
                    post.fte,
                    pay.year,
                ]
            )
        header = [
            "No",
            "Surname",
            "Hired on",
            "Department",
            "Job",
            "Grade",
            "Manager No",
            "Place",
            "FTE",
            "Salary p.a.",
        ]
        files[f"Headcount {year}.xlsx"] = [(f"31.12.{year}", [[f"Head count at 31.12.{year}"], [], header, *rows])]
    leavers = [[s.person.number, s.person.last, s.hired, s.gone, WORDS[s.what]] for s in made.spells if s.gone]
    files["Leavers.xlsx"] = [("Leavers", [["No", "Surname", "Hired on", "Last day", "Reason"], *leavers])]
    days = [date(year, 12, 31) for year in range(2016, 2022)]
    return StaffExport(
        files,
        kinds_by(WORDS),
        {"pay_per_year": 1.0, "pay_basis": "full time", "missing_people": "not an exit"},
        of=seen_on(made, days),
        needed=frozenset({"pay_basis", "pay_per_year", "picture_day", "level"}),
    )


def coded_reasons() -> StaffExport:
    """First days of months with everyone, a list of leavers with codes, and the legend of the codes on a sheet."""
    made, rows, first = staff(), list[list[Any]](), SINCE
    days: list[date] = []
    while first <= UNTIL:
        days.append(first)
        for s in made.at(first):
            post, pay = made.post_on(s.person, first), made.pay_on(s.person, first)
            rows.append(
                [
                    f"{first:%Y-%m}",
                    f"{s.person.number:04d}",
                    written(s.hired),
                    post.department,
                    post.job,
                    f"{post.manager.number:04d}" if post.manager else None,
                    f"{post.fte:.2f}",
                    f"{pay.year * pay.fte / 12:.2f}",
                ]
            )
        first = (first + timedelta(days=32)).replace(day=1)
    codes = {what: f"{place + 1:02d}" for place, what in enumerate(WORDS)}
    leavers = [
        [f"{s.person.number:04d}", written(s.hired), written(s.gone), codes[s.what]] for s in made.spells if s.gone
    ]
    legend = [[codes[what], WORDS[what]] for what in WORDS]
    return StaffExport(
        {
            "headcount.csv": text_of(
                ["Month", "Employee", "Hire date", "Cost centre", "Position", "Reports to", "FTE", "Monthly pay"], rows
            ),
            "terminations.csv": text_of(["Employee", "Hire date", "Termination date", "Termination reason"], leavers),
            "reasons.csv": text_of(["Termination reason", "Description"], legend),
        },
        kinds_by(WORDS),
        {"picture_day": "first day", "missing_people": "not an exit", "pay_per_year": 12.0},
        lost=frozenset({"assignments.level", "assignments.location"}),
        number=lambda n: f"{n:04d}",
        needed=frozenset({"pay_basis", "picture_day", "pay_per_year"}),
        of=seen_on(made, days),
    )
