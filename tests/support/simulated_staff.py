"""A small company with its truth: people, spells, posts, pay and leave, from which exports of HR systems are made.

Deterministic. It starts on SINCE with the people who are there, so leavers of before are in no export, and ends on
UNTIL. Its law is simple: raises each April, promotions, moves between departments, a change of heads, part time,
leave, rehires, fixed terms and retirements.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, Final

SINCE, UNTIL = date(2017, 3, 1), date(2021, 12, 31)
DEPARTMENTS: Final = ("Sales", "Research", "Production", "Support", "Finance")
PLACES: Final = ("Lyon", "Lodz", "Leipzig")
JOBS: Final = ("assistant", "specialist", "expert", "manager", "head")
PAY_OF_LEVEL: Final = (28_000, 36_000, 47_000, 62_000, 84_000)
KINDS: Final = {
    "resigned": "voluntary",
    "better_offer": "voluntary",
    "moved": "voluntary",
    "dismissed": "involuntary",
    "redundant": "involuntary",
    "probation": "involuntary",
    "agreed": "involuntary",
    "retired": "other",
    "fixed_term": "other",
    "died": "other",
}
"""The kinds of exits by what happened. The company offers mutual agreements itself."""
_WEIGHTS: Final = (24, 12, 8, 5, 5, 4, 5, 6, 5, 2)
_SOUNDS: Final = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "ru", "sa", "te", "vi", "wo", "za")


@dataclass(frozen=True)
class Person:
    """Who somebody is. born: the date of birth."""

    number: int
    first: str
    last: str
    gender: str
    born: date

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}@example.com".lower()


@dataclass(frozen=True)
class Spell:
    """One stay. gone: the last day. what: a key of KINDS."""

    person: Person
    hired: date
    gone: date | None = None
    what: str = ""
    notice: date | None = None


@dataclass(frozen=True)
class Post:
    """What somebody does from a day on. event: hire, promotion, transfer, head, hours."""

    person: Person
    day: date
    department: str
    level: int
    manager: Person | None
    place: str
    fte: float
    event: str

    @property
    def job(self) -> str:
        return f"{self.department} {JOBS[self.level - 1]}"


@dataclass(frozen=True)
class Pay:
    """Pay for a year of full time from a day on. entered: the day on which it was decided."""

    person: Person
    day: date
    year: float
    fte: float
    entered: date
    event: str


@dataclass
class Staff:
    """The company's truth. leaves: (person, first day, day of return)."""

    people: list[Person] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    pays: list[Pay] = field(default_factory=list)
    leaves: list[tuple[Person, date, date]] = field(default_factory=list)

    def latest(self, person: Person) -> Post:
        return max((post for post in self.posts if post.person is person), key=lambda post: post.day)

    def paid(self, person: Person) -> Pay:
        return max((pay for pay in self.pays if pay.person is person), key=lambda pay: pay.day)

    def spell_of(self, person: Person, day: date) -> Spell:
        """The stay that holds a day, or the one before it."""
        return max((s for s in self.spells if s.person is person and s.hired <= day), key=lambda s: s.hired)

    def post_on(self, person: Person, day: date) -> Post:
        return max((p for p in self.posts if p.person is person and p.day <= day), key=lambda post: post.day)

    def pay_on(self, person: Person, day: date) -> Pay:
        return max((p for p in self.pays if p.person is person and p.day <= day), key=lambda pay: pay.day)

    def at(self, day: date) -> Iterator[Spell]:
        """Who is there at the end of a day."""
        return (s for s in self.spells if s.hired <= day and (s.gone is None or s.gone > day))


@cache
def staff(size: int = 170, seed: int = 7) -> Staff:
    """The company. size: its people over the years, without the heads of departments."""
    random = Random(seed)
    made = Staff()
    names = iter(
        random.sample([(a + b, c + d) for a in _SOUNDS for b in _SOUNDS for c in _SOUNDS for d in _SOUNDS], 400)
    )
    chief = _person(made, names, random)
    made.spells.append(Spell(chief, date(2005, 2, 1)))
    made.posts.append(Post(chief, date(2005, 2, 1), "Finance", 5, None, PLACES[0], 1.0, "hire"))
    _career_of_pay(made, chief, random)
    heads = {name: [_person(made, names, random), _person(made, names, random)] for name in DEPARTMENTS}
    changes = {name: _day(random, date(2018, 3, 1), date(2020, 9, 1)) for name in DEPARTMENTS}
    for name, (old, new) in heads.items():
        change = changes[name]
        gone = change - timedelta(days=1)
        made.spells += [Spell(old, date(2009, 5, 4), gone, "better_offer", gone - timedelta(days=60))]
        made.spells += [Spell(new, date(2012, 9, 3))]
        made.posts += [Post(old, date(2009, 5, 4), name, 5, chief, PLACES[0], 1.0, "hire")]
        made.posts += [Post(new, date(2012, 9, 3), name, 4, old, PLACES[0], 1.0, "hire")]
        made.posts += [Post(new, change, name, 5, chief, PLACES[0], 1.0, "promotion")]
        for person in (old, new):
            _career_of_pay(made, person, random)
    for place in range(size):
        _employ(made, _person(made, names, random), place < size * 0.55, heads, changes, random)
    return made


def seen_on(made: Staff, days: Sequence[date]) -> Staff:
    """The company as pictures of these days show it: posts and pay of everyone who was hired before and is there."""
    there = [
        (s.person, day) for day in days for s in made.spells if s.hired <= day and (s.gone is None or s.gone > day)
    ]
    posts = [replace(made.post_on(person, day), day=day) for person, day in there]
    pays = [replace(made.pay_on(person, day), day=day) for person, day in there]
    return replace(made, posts=posts, pays=pays)


def history_of(made: Staff, person: Person) -> list[tuple[date, str, Any]]:
    """What happened to a person, in order: (day, what, detail). An exit stands on the first day away."""
    rows: list[tuple[date, str, Any]] = [(p.day, p.event, p) for p in made.posts if p.person is person]
    spells = sorted((s for s in made.spells if s.person is person), key=lambda s: s.hired)
    rows = [(day, "rehire" if what == "hire" and day > spells[0].hired else what, post) for day, what, post in rows]
    rows += [(s.gone + timedelta(days=1), "exit", s) for s in spells if s.gone and s.gone >= SINCE]
    rows += [(day, "leave", made.post_on(person, day)) for who, day, _ in made.leaves if who is person]
    rows += [(back, "return", made.post_on(person, back)) for who, _, back in made.leaves if who is person]
    return sorted(rows, key=lambda row: row[0])


def _person(made: Staff, names: Iterator[tuple[str, str]], random: Random) -> Person:
    first, last = next(names)
    number = 101 + 3 * len(made.people)
    born = date(random.randint(1960, 1998), random.randint(1, 12), random.randint(1, 28))
    person = Person(number, first.title(), last.title(), random.choice("FM"), born)
    made.people.append(person)
    return person


def _day(random: Random, first: date, last: date) -> date:
    return first + timedelta(days=random.randrange((last - first).days))


def _employ(
    made: Staff,
    person: Person,
    was_there: bool,
    heads: dict[str, list[Person]],
    changes: dict[str, date],
    random: Random,
) -> None:
    hired = _day(random, date(2006, 1, 1), SINCE) if was_there else _day(random, SINCE, date(2021, 10, 1))
    _stay(made, person, hired, heads, changes, random)
    last = made.spells[-1]
    if last.gone and last.what in ("resigned", "moved") and last.gone < date(2020, 6, 1) and random.random() < 0.5:
        _stay(made, person, last.gone + timedelta(days=random.randint(100, 400)), heads, changes, random)
    _career_of_pay(made, person, random)


def _stay(
    made: Staff,
    person: Person,
    hired: date,
    heads: dict[str, list[Person]],
    changes: dict[str, date],
    random: Random,
) -> None:
    """One stay with its posts and leave."""
    start = max(hired, SINCE)
    gone, what = None, ""
    if random.random() < 0.55:
        day = (
            _day(random, start + timedelta(days=40), UNTIL + timedelta(days=150)) if start < date(2021, 10, 1) else None
        )
        if day and day <= UNTIL:
            gone, what = day, random.choices(list(KINDS), _WEIGHTS)[0]
            if what in ("retired", "fixed_term") or random.random() < 0.4:
                gone = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
                gone = gone if gone <= UNTIL else day
    notice = gone - timedelta(days=random.choice((0, 30, 60))) if gone else None
    made.spells.append(Spell(person, hired, gone, what, max(notice, hired) if notice else None))
    end = gone or UNTIL
    department, level = random.choice(DEPARTMENTS), random.choices((1, 2, 3), (3, 4, 2))[0]
    place, fte = random.choice(PLACES), random.choices((1.0, 0.8, 0.5), (8, 2, 1))[0]
    days = {hired: "hire"}
    moved = sorted(_day(random, start, UNTIL) for _ in range(random.choice((0, 1, 1, 2))))
    days |= {day: random.choice(("promotion", "transfer", "hours")) for day in moved if hired < day < end}
    if hired < changes[department] < end and changes[department] not in days:
        days[changes[department]] = "head"
    for day, event in sorted(days.items()):
        level = min(level + 1, 4) if event == "promotion" else level
        fte = {1.0: 0.8, 0.8: 1.0, 0.5: 0.8}[fte] if event == "hours" else fte
        department = (
            random.choice([each for each in DEPARTMENTS if each != department]) if event == "transfer" else department
        )
        boss = heads[department][day >= changes[department]]
        made.posts.append(Post(person, day, department, level, boss, place, fte, event))
    later = changes[department]
    if max(days) < later < end:
        made.posts.append(Post(person, later, department, level, heads[department][1], place, fte, "head"))
    if random.random() < 0.12 and (end - start).days > 400:
        away = _day(random, start + timedelta(days=60), end - timedelta(days=200))
        made.leaves.append((person, away, away + timedelta(days=random.randint(60, 150))))


def _career_of_pay(made: Staff, person: Person, random: Random) -> None:
    """Pay that follows the posts, with a raise each April."""
    for spell in [each for each in made.spells if each.person is person]:
        end, year = spell.gone or UNTIL, 0.0
        posts = [p for p in made.posts if p.person is person and spell.hired <= p.day <= end and p.event != "head"]
        days: dict[date, str] = {date(at, 4, 1): "merit" for at in range(max(spell.hired.year + 1, 2015), 2022)}
        days |= {post.day: post.event for post in posts}
        for day, event in sorted(days.items()):
            if not spell.hired <= day <= end or event == "transfer":
                continue
            post = made.post_on(person, day)
            if event in ("hire", "promotion"):
                year = max(year * 1.05, round(PAY_OF_LEVEL[post.level - 1] * random.uniform(0.93, 1.07), -2))
            elif event == "merit":
                year = round(year * random.uniform(1.01, 1.04), -1)
            entered = day if event == "hire" else day - timedelta(days=random.randint(1, 25))
            made.pays.append(Pay(person, day, year, post.fte, entered, event))
