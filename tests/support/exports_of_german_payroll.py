"""The simulated company as a German payroll system writes it."""

from datetime import timedelta

from simulated_staff import SINCE, UNTIL, staff
from staff_exports import StaffExport, kinds_by, text_of, written


def german_payroll() -> StaffExport:
    """A wage office's month files: everyone paid in the month, with the exit in the last one, in ISO 8859-1."""
    words = {
        "resigned": "Eigenkündigung",
        "better_offer": "Eigenkündigung (besseres Angebot)",
        "moved": "Eigenkündigung (Umzug)",
        "dismissed": "Verhaltensbedingte Kündigung",
        "redundant": "Betriebsbedingte Kündigung",
        "probation": "Kündigung in der Probezeit",
        "agreed": "Aufhebungsvertrag",
        "retired": "Altersrente",
        "fixed_term": "Fristablauf",
        "died": "Tod",
    }
    made, files, first = staff(), {}, SINCE
    while first <= UNTIL:
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        rows = []
        for s in made.spells:
            if s.hired > last or (s.gone and s.gone < first):
                continue
            on = min(last, s.gone or last)
            post, pay = made.post_on(s.person, on), made.pay_on(s.person, on)
            known = s.gone if s.gone and s.gone <= last else None
            rows.append(
                [
                    f"{s.person.number:05d}",
                    f"{s.person.last}, {s.person.first}",
                    written(s.hired, "%d.%m.%Y"),
                    written(known, "%d.%m.%Y"),
                    words[s.what] if known else None,
                    post.department,
                    post.job,
                    f"{40 * post.fte:.2f}".replace(".", ","),
                    f"{pay.year * pay.fte / 12:,.2f}".replace(",", " ").replace(".", ",").replace(" ", "."),
                ]
            )
        header = [
            "Personalnummer",
            "Name",
            "Eintritt",
            "Austritt",
            "Austrittsgrund",
            "Kostenstelle",
            "Tätigkeit",
            "Wochenstunden",
            "Gehalt",
        ]
        files[f"Lohnjournal_{first:%Y_%m}.csv"] = text_of(header, rows, ";", "iso-8859-1")
        first = last + timedelta(days=1)
    return StaffExport(
        files,
        kinds_by(words),
        {"pay_per_year": 12.0, "missing_people": "not an exit"},
        lost=frozenset({"assignments.level", "assignments.manager_id", "assignments.location"}),
        number=lambda n: f"{n:05d}",
        needed=frozenset({"pay_basis", "pay_per_year", "full_time_hours"}),
    )
