"""A company's own features: declared in a module, checked for what they may not be, and for the future."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.build import feature_table
from features.catalogue.catalogue import catalogue
from features.errors import BadInput, Refused
from features.source import Source, load_source

HEAD = """
import narwhals as nw
import polars as pl

from features.catalogue.feature import Feature, family


def feature(name, driver="growth", kind="number"):
    return Feature(name, driver, "Courses in a year", "count", "(12, 0]", "not recorded", worse="lower", kind=kind)

"""
COURSES = """
@family(feature("courses_12m"), needs=("measures",))
def courses(known):
    rows = known.facts("measures", 12).filter(nw.col("name") == "course")
    return rows.group_by("employee_id").agg(courses_12m=nw.len())
"""
LEAK = """
@family(feature("courses_ever"), needs=("measures",))
def ever(known):
    rows = nw.from_native(pl.scan_parquet(known.source.tables["measures"]))
    return rows.group_by("employee_id").agg(courses_ever=nw.len())
"""
MEASURES = """
employee_id measured_at name   value recorded_at
ann         2024-02-10  course 1     -
ann         2024-05-10  course 1     -
ann         2024-05-10  sales  9     -
bob         2024-05-10  course 1     2024-09-01
bob         2024-09-10  course 1     -
"""
ROOT = Path(__file__).parents[2]
DAYS = [date(2024, 6, 30), date(2024, 11, 30)]

Sources = Callable[..., Source]


def source(source_of: Sources, folder: Path, module: str, tables: dict[str, str] | None = None) -> Source:
    (folder / "own.py").write_text(HEAD + module)
    return source_of(tables or {"measures": MEASURES}, own_features=folder / "own.py", runs_own_features=True)


def test_an_own_feature_is_a_column_of_what_was_known(source_of: Sources, tmp_path: Path) -> None:
    """By the end of June Ann had been on two courses; Bob's of May became known in September only."""
    own = source(source_of, tmp_path, COURSES)
    june, november = (pl.read_parquet(path) for path in feature_table(own, DAYS, tmp_path / "out"))
    assert dict(june.select("employee_id", "courses_12m").rows()) == {"ann": 2.0, "bob": None}
    assert dict(november.select("employee_id", "courses_12m").rows()) == {"ann": 2.0, "bob": 2.0}
    entry = catalogue(own)["courses_12m"]
    assert entry.is_own
    assert entry.driver == "growth"
    assert not any(feature.is_own for name, feature in catalogue(own).items() if name != "courses_12m")


def test_the_documented_example_works(source_of: Sources, tmp_path: Path) -> None:
    example = ROOT / "tests" / "data" / "own_features.py"
    code = example.read_text().partition('"""\n\n')[2]
    assert f"```python\n{code}```" in (ROOT / "docs" / "own-models.md").read_text()
    own = source_of({"measures": MEASURES}, own_features=example, runs_own_features=True)
    june = pl.read_parquet(feature_table(own, DAYS, tmp_path / "out")[0])
    assert dict(june.select("employee_id", "courses_12m").rows()) == {"ann": 2.0, "bob": None}


def test_a_feature_that_sees_the_future_is_refused_by_name(source_of: Sources, tmp_path: Path) -> None:
    own = source(source_of, tmp_path, COURSES + LEAK)
    with pytest.raises(Refused) as refused:
        feature_table(own, DAYS, tmp_path / "out")
    [june] = [found for found in refused.value.findings if "2024-06-30" in found.rule]
    assert (june.place, june.rows) == ("own features.courses_ever", 1)  # Bob's course of September
    assert {found.column for found in refused.value.findings} == {"courses_ever"}


def test_protected_attributes_are_not_within_reach(source_of: Sources, tmp_path: Path) -> None:
    module = """
@family(feature("secret"), needs=("measures",))
def secret(known):
    assert known.source.protected is None and known.source.directory is None
    return known.facts("measures").group_by("employee_id").agg(secret=nw.len())
"""
    (tmp_path / "own.py").write_text(HEAD + module)
    own = source_of(
        {"measures": MEASURES},
        own_features=tmp_path / "own.py",
        runs_own_features=True,
        directory=tmp_path / "names.parquet",
    )
    assert feature_table(own, DAYS[:1], tmp_path / "out")


def test_a_source_alone_runs_no_code(source_of: Sources, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("raise SystemExit('run')")
    untrusted = source_of({"measures": MEASURES}, own_features=tmp_path / "own.py")
    with pytest.raises(BadInput, match=r"modules of a source are not run\. .*RETENTION_OWN_FEATURES=true"):
        feature_table(untrusted, DAYS, tmp_path / "out")


def test_all_wrong_declarations_are_named_at_once(source_of: Sources, tmp_path: Path) -> None:
    wrong = "".join(
        f'@family({feature}, needs=("{need}",))\ndef of_{number}(known):\n    return None\n'
        for number, (feature, need) in enumerate(
            [
                ('feature("gender")', "measures"),
                ('feature("tenure_months")', "measures"),
                ('feature("two words")', "measures"),
                ('feature("joy", driver="mood")', "measures"),
                ('feature("grades")', "performance.rating"),
                ('feature("effort")', "collaboration"),
            ]
        )
    )
    with pytest.raises(BadInput) as error:
        catalogue(source(source_of, tmp_path, wrong))
    assert len(error.value.findings) == 7
    found = {finding.column: finding.rule.split(":")[0].split(";")[0] for finding in error.value.findings}
    assert found == {
        "gender": "a refused or protected attribute is never a feature",
        "tenure_months": "the name belongs to another column",
        "two words": "not a name for a column",
        "joy": "not a driver",
        "grades": "needs performance.rating, which the source lacks",
        "effort": "needs collaboration, which the source lacks",
    }


@pytest.mark.parametrize(
    ("module", "rule"),
    [
        ("import nothing_of_that_name", r"own\.py: the module of own features cannot be imported: ModuleNotFoundError"),
        ("", r"own\.py: the module declares no feature"),
    ],
)
def test_a_module_that_cannot_be_used_is_named(source_of: Sources, tmp_path: Path, module: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        catalogue(source(source_of, tmp_path, module))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('return known.facts("measures").select("employee_id", bad="value")', r"more than one row a person \(3 rows\)"),
        ('return known.facts("measures").select("employee_id", bad="no_column")', "the function ended with"),
    ],
)
def test_a_function_that_fails_is_named(source_of: Sources, tmp_path: Path, body: str, rule: str) -> None:
    own = source(source_of, tmp_path, f'@family(feature("bad"), needs=("measures",))\ndef bad(known):\n    {body}\n')
    with pytest.raises(BadInput, match=rf"own features\.bad: {rule}"):
        feature_table(own, DAYS[:1], tmp_path / "out")


def test_source_toml_names_a_file_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "employees.csv").write_text("employee_id,hire_date\nann,2020-01-01\n")
    (folder / "exits.csv").write_text("employee_id,exit_date,kind\nann,2024-01-01,voluntary\n")
    (folder / "source.toml").write_text('[features]\nmodule = "own.py"\n')
    with pytest.raises(BadInput, match=r"source\.toml\.features\.module: no file own\.py"):
        load_source(folder, tmp_path / "tables")
    (folder / "own.py").write_text(HEAD + COURSES)
    loaded = load_source(folder, tmp_path / "tables")
    assert isinstance(loaded, Source)
    assert loaded.own_features == (folder / "own.py").resolve()
    assert not loaded.runs_own_features
    trusted = load_source(folder, tmp_path / "tables", runs_own_features=True)
    assert isinstance(trusted, Source)
    assert "courses_12m" not in catalogue(replace(trusted, own_features=None))
    one = '[cross_section]\nquery = "select 1"\nemployee_id = "id"\nleft = "false"\n'
    (folder / "source.toml").write_text(one + '[features]\nmodule = "own.py"\n')
    with pytest.raises(BadInput, match=r"source\.toml\.features: no effect"):
        load_source(folder, tmp_path / "tables")
    (folder / "source.toml").write_text('[features]\nmodule = "../own.py"\n')
    (tmp_path / "own.py").write_text("")
    with pytest.raises(BadInput, match="no file"):
        load_source(folder, tmp_path / "tables")
