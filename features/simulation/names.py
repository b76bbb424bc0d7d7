"""Names of simulated people: made of syllables, so that nobody's name is taken, and of several cultures and scripts.

Names are drawn from a random stream of their own, so a company with names is the same company as one without.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.simulation.seats import Ints

STREAM: Final = 26
"""Keeps the stream of names apart from that of the company, which begins with the same seed."""
DOMAIN: Final = "staff.example"
"""Nobody can register an address under `.example` (RFC 2606)."""


@dataclass(frozen=True)
class Culture:
    """Syllables as `written|in Latin letters`; the second part is left out where it is the first in lower case.

    `man` and `woman` end a given name; `of_man` and `of_woman` end a family name; one list serves both.
    """

    share: float
    language: str
    given: Sequence[str]
    man: Sequence[str]
    woman: Sequence[str]
    family: Sequence[str]
    of_man: Sequence[str]
    of_woman: Sequence[str] = ()


CULTURES: Final = (
    Culture(
        0.36, "en",
        "Al Bren Cor Dar El Fen Gar Hol Jas Kel Lor Mar Nor Per Ros Tam Wil".split(),
        "an bert den ian mond rick ton vin".split(), "a bel elle ina lyn nora wen ys".split(),
        "Ash Birk Carl Dun East Fair Glen Hart Kings Lang Mill North O'Bran|obran Pem Red Stan Thorn West".split(),
        "by croft don ford ham ley more stead wick worth".split(),
    ),
    Culture(
        0.30, "ru",
        "Ар|ar Бори|bori Вале|vale Гле|gle Де|de Евге|evge Зи|zi Ми|mi Ро|ro Са|sa Та|ta Я|ya".split(),
        "вей|vey кан|kan лий|liy мир|mir рислав|rislav сим|sim тон|ton".split(),
        "вета|veta лина|lina мила|mila рина|rina риса|risa сения|seniya яна|yana".split(),
        "Бело|belo Верхо|verkho Голу|golu Дубра|dubra Журав|zhurav Кали|kali Лебе|lebe Мороз|moroz Озер|ozer "
        "Рябин|ryabin Соло|solo Тума|tuma Щерба|shcherba".split(),
        "вин|vin ков|kov лев|lev нов|nov ский|skiy тин|tin".split(),
        "вина|vina кова|kova лева|leva нова|nova ская|skaya тина|tina".split(),
    ),
    Culture(
        0.14, "de",
        "Ad Bern Diet Eck Frie Ger Hel Jo Kon Lud Man Ru Sieg Wal".split(),
        "bert fried gar hard helm mut rich win".split(), "gard hild linde lotte mara run traut wina".split(),
        "Acker Berg Brück|brueck Eichen Feld Grün|gruen Hollen Kessel Lind Mühl|muehl Ober Rosen Stein Wald".split(),
        "auer bach berger hauser hof mann meier schmidt thal".split(),
    ),
    Culture(
        0.10, "pl",
        "Bo Ca Da Ja Ka Le Mi Ra Sta Wa Ża|za".split(),
        "cek dan dosław|doslaw mir rosław|roslaw sław|slaw wid".split(),
        "dzia gna lina mira nka sława|slawa wia".split(),
        "Borow Dąbr|dabr Jawor Kalin Lesz Malin Olsz Piotr Sokoł|sokol Wiśn|wisn Zieliń|zielin".split(),
        "czak icz owski owicz yński|ynski".split(), "czak icz owska owicz yńska|ynska".split(),
    ),
    Culture(
        0.07, "es",
        "Al Be Car De Es Fe Lo Ma Na Ra Sal".split(),
        "berto fredo landro mundo nardo vador".split(), "ciana dela lina mira nara riana".split(),
        "Albo Cana Cer Domin Esco Fuen Her Ibá|iba Monte Ola Val".split(),
        "bar dero guez nández|nandez rado ral vedo".split(),
    ),
    Culture(
        0.03, "ar",
        "با|ba جا|ja را|ra سا|sa فا|fa نا|na".split(),
        "سم|sim مر|mir هر|her در|dir".split(), "سمة|sima ميا|miya هرة|hira درة|dira".split(),
        "الحا|alha البا|alba الكا|alka الما|alma".split(),
        "مدي|madi سني|sani ظمي|zami روني|runi".split(),
    ),
)  # fmt: skip


def directory(ids: pl.Series, is_woman: NDArray[np.bool_], seed: int) -> pl.DataFrame:
    """The table `directory`: a row for each person, in the order of `ids`."""
    rng = np.random.default_rng([seed, STREAM])
    cultures = rng.choice(len(CULTURES), len(ids), p=[culture.share for culture in CULTURES])
    draws = rng.integers(0, 1 << 30, (4, len(ids)))
    rows = [
        _named(culture, np.flatnonzero((cultures == number) & (is_woman == woman)), draws, woman)
        for number, culture in enumerate(CULTURES)
        for woman in (False, True)
    ]
    names = pl.concat(rows).sort("row")
    digits = ids.str.strip_chars_start("E0").alias("digits")
    return names.with_columns(ids.alias("employee_id"), digits).select(
        "employee_id",
        "name",
        pl.concat_str("latin", pl.lit("."), "digits", pl.lit(f"@{DOMAIN}")).alias("email"),
        "language",
    )


def _named(culture: Culture, rows: Ints, draws: Ints, woman: bool) -> pl.DataFrame:
    """The names of these rows, as written and in Latin letters."""
    ends = (culture.woman, culture.of_woman or culture.of_man) if woman else (culture.man, culture.of_man)
    syllables = [culture.given, ends[0], culture.family, ends[1]]
    written = [
        _drawn([_written(each) for each in choice], draw[rows]) for choice, draw in zip(syllables, draws, strict=True)
    ]
    latin = [
        _drawn([_latin(each) for each in choice], draw[rows]) for choice, draw in zip(syllables, draws, strict=True)
    ]
    return pl.DataFrame(
        {
            "row": rows,
            "name": written[0] + written[1] + " " + written[2] + written[3],
            "latin": latin[0] + latin[1] + "." + latin[2] + latin[3],
            "language": pl.repeat(culture.language, len(rows), eager=True, dtype=pl.String),
        }
    )


def _drawn(choice: Sequence[str], draws: Ints) -> pl.Series:
    return pl.Series(choice, dtype=pl.String).gather(draws % len(choice))


def _written(syllable: str) -> str:
    return syllable.partition("|")[0]


def _latin(syllable: str) -> str:
    return syllable.partition("|")[2] or syllable.lower()
