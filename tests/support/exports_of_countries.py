"""The simulated company in lists as local systems write them, in French, Spanish, Italian and other languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from simulated_staff import staff
from staff_exports import StaffExport, kinds_by, text_of, written


@dataclass(frozen=True)
class Local:
    """A country's words. roster, posts, pays: file name and headings, in the order of `local_lists`."""

    roster: tuple[str, ...]
    posts: tuple[str, ...]
    pays: tuple[str, ...]
    reasons: tuple[str, ...]
    salaries: int
    form: str = "%d/%m/%Y"
    encoding: str = "utf-8"
    share: str = "{:.0%}"

    @property
    def words(self) -> Mapping[str, str]:
        """The reason by what happened."""
        from simulated_staff import KINDS

        return dict(zip(KINDS, self.reasons, strict=True))


LOCAL: Final = {
    "french": Local(
        ("effectifs.csv", "Matricule", "Nom", "Prénom", "Sexe", "Date d'entrée", "Date de sortie", "Motif de départ"),
        (
            "postes.csv",
            "Matricule",
            "Date d'effet",
            "Service",
            "Emploi",
            "Échelon",
            "Établissement",
            "Responsable",
            "Temps de travail",
        ),
        ("salaires.csv", "Matricule", "Date d'effet", "Salaire mensuel brut", "Devise"),
        (
            "Démission",
            "Démission - meilleure offre",
            "Démission - déménagement",
            "Licenciement pour faute",
            "Licenciement économique",
            "Fin de période d'essai",
            "Rupture conventionnelle",
            "Départ à la retraite",
            "Fin de CDD",
            "Décès",
        ),
        13,
        encoding="windows-1252",
        share="{:.0%}",
    ),
    "spanish": Local(
        (
            "plantilla.csv",
            "Nº empleado",
            "Apellidos",
            "Nombre",
            "Sexo",
            "Fecha de alta",
            "Fecha de baja",
            "Causa de baja",
        ),
        (
            "historico_puestos.csv",
            "Nº empleado",
            "Fecha desde",
            "Departamento",
            "Puesto",
            "Nivel",
            "Centro de trabajo",
            "Responsable",
            "% Jornada",
        ),
        ("historico_salarial.csv", "Nº empleado", "Fecha desde", "Salario bruto anual", "Moneda"),
        (
            "Baja voluntaria",
            "Baja voluntaria: mejor oferta",
            "Baja voluntaria: traslado",
            "Despido disciplinario",
            "Despido objetivo",
            "No supera periodo de prueba",
            "Mutuo acuerdo",
            "Jubilación",
            "Fin de contrato temporal",
            "Fallecimiento",
        ),
        1,
    ),
    "italian": Local(
        (
            "anagrafica.csv",
            "Matricola",
            "Cognome",
            "Nome",
            "Sesso",
            "Data assunzione",
            "Data cessazione",
            "Motivo cessazione",
        ),
        (
            "mansioni.csv",
            "Matricola",
            "Decorrenza",
            "Reparto",
            "Mansione",
            "Livello",
            "Sede",
            "Responsabile",
            "% part time",
        ),
        ("retribuzioni.csv", "Matricola", "Decorrenza", "Retribuzione lorda mensile", "Valuta"),
        (
            "Dimissioni volontarie",
            "Dimissioni - offerta migliore",
            "Dimissioni - trasferimento",
            "Licenziamento per giusta causa",
            "Licenziamento per motivo oggettivo",
            "Mancato superamento periodo di prova",
            "Risoluzione consensuale",
            "Pensionamento",
            "Scadenza contratto a termine",
            "Decesso",
        ),
        14,
    ),
    "portuguese": Local(
        (
            "colaboradores.csv",
            "Matrícula",
            "Sobrenome",
            "Nome",
            "Sexo",
            "Data de admissão",
            "Data de desligamento",
            "Motivo do desligamento",
        ),
        ("cargos.csv", "Matrícula", "Data início", "Setor", "Cargo", "Nível", "Unidade", "Gestor", "Jornada %"),
        ("salarios.csv", "Matrícula", "Data início", "Salário mensal", "Moeda"),
        (
            "Pedido de demissão",
            "Pedido de demissão - proposta melhor",
            "Pedido de demissão - mudança",
            "Dispensa com justa causa",
            "Dispensa sem justa causa",
            "Término do período de experiência",
            "Comum acordo",
            "Aposentadoria",
            "Término de contrato",
            "Falecimento",
        ),
        13,
    ),
    "polish": Local(
        (
            "pracownicy.csv",
            "Nr ewidencyjny",
            "Nazwisko",
            "Imię",
            "Płeć",
            "Data zatrudnienia",
            "Data zwolnienia",
            "Powód zwolnienia",
        ),
        (
            "stanowiska.csv",
            "Nr ewidencyjny",
            "Data od",
            "Dział",
            "Stanowisko",
            "Zaszeregowanie",
            "Lokalizacja",
            "Przełożony",
            "Wymiar etatu",
        ),
        ("wynagrodzenia.csv", "Nr ewidencyjny", "Data od", "Wynagrodzenie zasadnicze miesięczne", "Waluta"),
        (
            "Wypowiedzenie przez pracownika",
            "Wypowiedzenie przez pracownika - lepsza oferta",
            "Wypowiedzenie przez pracownika - przeprowadzka",
            "Zwolnienie dyscyplinarne",
            "Wypowiedzenie przez pracodawcę",
            "Nieudany okres próbny",
            "Porozumienie stron",
            "Przejście na emeryturę",
            "Upływ czasu umowy",
            "Zgon pracownika",
        ),
        12,
        form="%d.%m.%Y",
        encoding="windows-1250",
        share="{:.2f}",
    ),
    "dutch": Local(
        (
            "medewerkers.csv",
            "Personeelsnummer",
            "Achternaam",
            "Voornaam",
            "Geslacht",
            "Datum in dienst",
            "Datum uit dienst",
            "Reden uit dienst",
        ),
        (
            "functies.csv",
            "Personeelsnummer",
            "Ingangsdatum",
            "Afdeling",
            "Functie",
            "Schaal",
            "Standplaats",
            "Leidinggevende",
            "Deeltijdpercentage",
        ),
        ("salarissen.csv", "Personeelsnummer", "Ingangsdatum", "Bruto maandsalaris", "Valuta"),
        (
            "Eigen verzoek",
            "Eigen verzoek - betere baan",
            "Eigen verzoek - verhuizing",
            "Ontslag op staande voet",
            "Ontslag door werkgever",
            "Ontslag in proeftijd",
            "Vaststellingsovereenkomst",
            "Pensioen",
            "Einde tijdelijk contract",
            "Overlijden",
        ),
        12,
        form="%d-%m-%Y",
        share="{:.0%}",
    ),
}


def local_lists(country: str) -> StaffExport:
    """A list of people with a row a stay, a history of posts and one of pay, in a country's words and marks."""
    words, made = LOCAL[country], staff()

    def day(given: date | None) -> str | None:
        return written(given, words.form)

    def amount(number: float) -> str:
        return f"{number:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")

    def file(spec: tuple[str, ...], rows: list[list[Any]]) -> bytes:
        return text_of(spec[1:], rows, ";", words.encoding)

    people = [
        [
            f"{s.person.number:05d}",
            s.person.last,
            s.person.first,
            s.person.gender,
            day(s.hired),
            day(s.gone),
            words.words[s.what] if s.what else None,
        ]
        for s in made.spells
    ]
    posts = [
        [
            f"{p.person.number:05d}",
            day(p.day),
            p.department,
            p.job,
            p.level,
            p.place,
            f"{p.manager.first} {p.manager.last}" if p.manager else None,
            words.share.format(p.fte).replace(".", ",").replace("%", " %"),
        ]
        for p in made.posts
    ]
    pays = [[f"{p.person.number:05d}", day(p.day), amount(p.year * p.fte / words.salaries), "EUR"] for p in made.pays]
    needed = {"pay_basis", "level"} | ({"pay_per_year"} if words.salaries > 1 else set())
    return StaffExport(
        {
            words.roster[0]: file(words.roster, people),
            words.posts[0]: file(words.posts, posts),
            words.pays[0]: file(words.pays, pays),
        },
        kinds_by(words.words),
        {"pay_per_year": words.salaries} if words.salaries > 1 else {},
        number=lambda n: f"{n:05d}",
        has_currency=True,
        needed=frozenset(needed),
    )
