"""The simulated company in exports whose rows are changes and not states: movements, and versions that are closed."""

from datetime import timedelta
from typing import Any, Final

from exports_by_hand import WORDS
from simulated_staff import UNTIL, staff
from staff_exports import StaffExport, kinds_by, text_of, written

DAY: Final = timedelta(days=1)


def movements() -> StaffExport:
    """A Spanish list of people without ends, and movements: the kind of movement is the reason of the exit."""
    made, form = staff(), "%d/%m/%Y"
    words = {
        "resigned": "Baja voluntaria",
        "better_offer": "Baja voluntaria - otra empresa",
        "moved": "Baja voluntaria - traslado",
        "dismissed": "Despido disciplinario",
        "redundant": "Despido objetivo",
        "probation": "Baja en periodo de prueba",
        "agreed": "Baja por mutuo acuerdo",
        "retired": "Jubilación",
        "fixed_term": "Fin de contrato",
        "died": "Fallecimiento",
    }
    kinds = {
        "promotion": "Promoción",
        "transfer": "Traslado de departamento",
        "head": "Cambio de responsable",
        "hours": "Cambio de jornada",
    }
    rows: list[list[Any]] = []
    for person in made.people:
        first = min(s.hired for s in made.spells if s.person is person)
        days = {p.day for p in made.posts if p.person is person} | {p.day for p in made.pays if p.person is person}
        for day in sorted(days):
            post, pay = made.post_on(person, day), made.pay_on(person, day)
            what = (
                "Revisión salarial"
                if post.day != day
                else kinds.get(post.event, "Alta" if day == first else "Reingreso")
            )
            rows.append(
                [
                    person.number,
                    written(day, form),
                    what,
                    post.department,
                    post.job,
                    post.level,
                    post.manager.number if post.manager else None,
                    post.place,
                    f"{post.fte * 100:.0f}",
                    f"{pay.year * pay.fte:.2f}".replace(".", ","),
                ]
            )
        rows += [
            [person.number, written(away, form), "Excedencia"] + [None] * 7
            for who, away, _ in made.leaves
            if who is person
        ]
        rows += [
            [person.number, written(s.gone, form), words[s.what]] + [None] * 7
            for s in made.spells
            if s.person is person and s.gone
        ]
    people = [[p.number, p.last, p.first, "Mujer" if p.gender == "F" else "Hombre"] for p in made.people]
    return StaffExport(
        {
            "empleados.csv": text_of(["Código empleado", "Apellidos", "Nombre", "Sexo"], people, ";"),
            "movimientos.csv": text_of(
                [
                    "Código empleado",
                    "Fecha",
                    "Tipo de movimiento",
                    "Departamento",
                    "Puesto",
                    "Nivel",
                    "Responsable",
                    "Centro de trabajo",
                    "% jornada",
                    "Salario bruto anual",
                ],
                rows,
                ";",
            ),
        },
        kinds_by(words),
        {
            "exit_day": "last day",
            "states_movimientos": {
                **dict.fromkeys(words.values(), "gone"),
                **dict.fromkeys([*kinds.values(), "Alta", "Reingreso", "Revisión salarial", "Excedencia"], "employed"),
            },
        },
        needed=frozenset({"level", "pay_basis"}),
    )


def closed_versions() -> StaffExport:
    """Versions that end where the next one begins; who left has no open one; the reason stands in the last one."""
    made, rows = staff(), []
    for person in made.people:
        for spell in [s for s in made.spells if s.person is person]:
            posts = [p for p in made.posts if p.person is person and spell.hired <= p.day <= (spell.gone or UNTIL)]
            days = [p.day for p in posts]
            ends = [*days[1:], spell.gone + DAY if spell.gone else None]
            for post, end in zip(posts, ends, strict=True):
                rows.append(
                    [
                        f"{len(rows):08x}",
                        f"W{person.number:04d}",
                        f"{post.day}T00:00:00Z",
                        f"{end}T00:00:00Z" if end else None,
                        "false" if end else "true",
                        post.department,
                        post.job,
                        post.level,
                        f"W{post.manager.number:04d}" if post.manager else None,
                        post.place,
                        post.fte,
                        WORDS[spell.what] if spell.what and post is posts[-1] else None,
                    ]
                )
    return StaffExport(
        {
            "hr_employee_snapshot.csv": text_of(
                [
                    "dbt_scd_id",
                    "employee_number",
                    "dbt_valid_from",
                    "dbt_valid_to",
                    "is_current",
                    "department",
                    "job_title",
                    "job_level",
                    "manager_number",
                    "office",
                    "fte",
                    "leaving_reason",
                ],
                rows,
            )
        },
        kinds_by(WORDS),
        {"exit_day": "first day away"},
        lost=frozenset({"compensation"}),
        number=lambda n: f"W{n:04d}",
        needed=frozenset({"level", "exit_day"}),
    )
