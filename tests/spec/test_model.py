"""The blend: its factors add up, it is stored without code, and it tolerates odd input."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.errors import BadInput
from pipeline.dataset.splits import Fold, repeated_folds
from pipeline.judgement.statistics.metrics import metrics
from pipeline.model.blend import BLEND_FILE, TREES_FILE, Blend, fit_blend, with_posterior
from pipeline.model.calibration import Line, log_odds_of, risk_of
from pipeline.model.linear import Penalty
from pipeline.model.trees.boosting import TINY
from pipeline.model.trees.parallel import bytes_of_fit, in_parallel


def company(rows: int, seed: int) -> tuple[pl.DataFrame, np.ndarray]:
    """Informative pay and tenure, a survey that is often unknown, a department with many exits, and noise."""
    random = np.random.default_rng(seed)
    pay, tenure, noise = random.normal(size=rows), random.exponential(30, rows), random.normal(size=rows)
    mood = np.where(random.random(rows) < 0.4, np.nan, random.uniform(0, 10, rows))
    department = random.choice(["sales", "finance", "production"], rows, p=[0.5, 0.3, 0.2])
    log_odds = -1 - pay - 0.01 * tenure - 0.2 * (np.nan_to_num(mood, nan=5) - 5) + (department == "production")
    table = pl.DataFrame({"pay": pay, "tenure_months": tenure, "mood": mood, "department": department, "noise": noise})
    return table.with_columns(pl.col("mood").fill_nan(None)), random.random(rows) < risk_of(log_odds)


def folds_of(left: np.ndarray) -> list[Fold]:
    return list(repeated_folds(left, np.arange(len(left)), seed=1, repeats=1, folds=3))


@pytest.fixture(scope="module")
def blend() -> Blend:
    features, left = company(1500, seed=1)
    fitted = fit_blend(features, left, folds_of(left), seed=1)
    return with_posterior(fitted, features, left, np.arange(len(left)))


@pytest.fixture(scope="module")
def unseen() -> pl.DataFrame:
    """Rows unlike training's: unknown values, a new department, extreme figures."""
    odd = {"pay": [None, 1e9, -1e9], "tenure_months": [0.0, None, 1e6], "mood": [None, None, 20.0]}
    odd |= {"department": ["on the moon", None, "sales"], "noise": [0.0, float("inf"), float("nan")]}
    return pl.concat([company(300, seed=2)[0], pl.DataFrame(odd)])


def test_base_and_factors_add_up_to_the_served_log_odds(blend: Blend, unseen: pl.DataFrame) -> None:
    base, shares = blend.contributions(unseen)
    assert shares.shape == (303, 5)
    np.testing.assert_allclose(base + shares.sum(axis=1), blend.log_odds(unseen), rtol=0, atol=1e-9)


def test_the_base_is_the_mean_log_odds_of_the_training_rows(blend: Blend) -> None:
    base, _ = blend.contributions(company(1, seed=3)[0])
    features, _ = company(1500, seed=1)
    assert base == pytest.approx(blend.log_odds(features).mean(), abs=0.05)


def test_the_blend_separates_about_as_well_as_the_true_risk(blend: Blend) -> None:
    features, left = company(4000, seed=4)
    result = metrics(left, blend.risk(features))
    assert result.auc > 0.73  # the true risk reaches .77
    assert 0.85 < result.calibration_slope < 1.2


def test_each_part_alone_is_a_calibrated_baseline(blend: Blend) -> None:
    features, left = company(4000, seed=4)
    parts = blend.all_log_odds(features)
    for log_odds in (parts.linear, parts.trees):
        assert 0.8 < metrics(left, risk_of(log_odds)).calibration_slope < 1.25


def test_a_model_without_posterior_knows_no_errors(blend: Blend, unseen: pl.DataFrame) -> None:
    assert replace(blend, posterior=None).errors(unseen) is None


def test_a_level_that_moves_widens_the_error_of_everyone(blend: Blend, unseen: pl.DataFrame) -> None:
    steady, moved = (replace(blend, choice=replace(blend.choice, level_sd=sd)).errors(unseen) for sd in (0.0, 0.3))
    assert steady is not None
    assert moved is not None
    assert moved.sd**2 - steady.sd**2 == pytest.approx(np.full(303, 0.3**2))


def test_an_exit_that_several_rows_show_counts_once(blend: Blend, unseen: pl.DataFrame) -> None:
    """Every row twice, as the rows of one person, is no more information than every row once."""
    features, left = company(1500, seed=1)
    twice = with_posterior(blend, pl.concat([features, features]), np.tile(left, 2), np.tile(np.arange(1500), 2))
    once, doubled = blend.errors(unseen), twice.errors(unseen)
    assert once is not None
    assert doubled is not None
    assert doubled.sd == pytest.approx(once.sd, rel=0.01)


def test_a_stored_blend_gives_the_same_scores(blend: Blend, unseen: pl.DataFrame, tmp_path: Path) -> None:
    blend.save(tmp_path / "model")
    loaded = Blend.load(tmp_path / "model")
    assert sorted(file.name for file in (tmp_path / "model").iterdir()) == [BLEND_FILE, TREES_FILE]
    np.testing.assert_allclose(loaded.log_odds(unseen), blend.log_odds(unseen), rtol=0, atol=1e-12)
    np.testing.assert_allclose(loaded.contributions(unseen)[1], blend.contributions(unseen)[1], rtol=0, atol=1e-12)
    assert loaded.choice == blend.choice
    first, second = loaded.errors(unseen), blend.errors(unseen)
    assert first is not None
    assert second is not None
    np.testing.assert_allclose(first.sd, second.sd, rtol=0, atol=1e-12)


def test_a_model_of_the_format_before_has_no_range(blend: Blend, unseen: pl.DataFrame, tmp_path: Path) -> None:
    blend.save(tmp_path)
    values = json.loads((tmp_path / BLEND_FILE).read_text()) | {"format": 1}
    del values["posterior"], values["choice"]["level_sd"]
    values["choice"]["risk_range"] = {"log_odds": [0.0], "low": [0.1], "high": [0.2]}
    (tmp_path / BLEND_FILE).write_text(json.dumps(values))
    loaded = Blend.load(tmp_path)
    assert loaded.errors(unseen) is None
    np.testing.assert_array_equal(loaded.log_odds(unseen), blend.log_odds(unseen))


def test_a_model_older_than_penalty_selection_has_the_default_penalty(blend: Blend, tmp_path: Path) -> None:
    blend.save(tmp_path)
    values = json.loads((tmp_path / BLEND_FILE).read_text())
    del values["choice"]["adaptive"]
    (tmp_path / BLEND_FILE).write_text(json.dumps(values))
    assert Blend.load(tmp_path).choice.penalty == Penalty(blend.choice.C, adaptive=False)


def test_a_model_older_than_the_uncertainty_of_the_level_has_none(blend: Blend, tmp_path: Path) -> None:
    blend.save(tmp_path)
    values = json.loads((tmp_path / BLEND_FILE).read_text())
    del values["choice"]["level_sd"]
    (tmp_path / BLEND_FILE).write_text(json.dumps(values))
    assert Blend.load(tmp_path).choice.level_sd == 0


def test_the_lines_are_turned_about_the_base_rate_of_the_training_rows(blend: Blend) -> None:
    _, left = company(1500, seed=1)
    base = log_odds_of(left.mean())
    for line in (blend.choice.line, blend.choice.linear_line, blend.choice.trees_line):
        assert line.slope != 1
        assert line(base) == pytest.approx(base)


def test_the_uncertainty_of_the_level_shows_how_much_periods_differ() -> None:
    """Of six periods the last three are held out in turn. In the second company every other period is 1.6 higher."""
    features, alike = company(6000, seed=9)
    period, random = np.arange(6000) // 1000, np.random.default_rng(10).random(6000)
    raised = features["pay"].to_numpy() < 0
    base = 0.1 + 0.3 * raised
    changing = random < np.where(period % 2, risk_of(log_odds_of(base) + 1.6), base)
    folds = [(np.flatnonzero(period < day), np.flatnonzero(period == day)) for day in (3, 4, 5)]
    choice, of_alike = (fit_blend(features, left, folds, seed=1).choice for left in (changing, alike))
    assert 0.5 < choice.level_sd < 1.2
    assert of_alike.level_sd < 0.2
    assert choice.settings()["level_sd"] == choice.level_sd


def test_the_same_seed_gives_the_same_model(blend: Blend, unseen: pl.DataFrame) -> None:
    features, left = company(1500, seed=1)
    again = fit_blend(features, left, folds_of(left), seed=1)
    np.testing.assert_array_equal(again.log_odds(unseen), blend.log_odds(unseen))


@pytest.mark.parametrize(
    "harm", ["trees cut short", "not JSON", "another format", "a feature less", "curve of text", "less covariance"]
)
def test_a_damaged_model_is_refused_before_anything_runs(blend: Blend, tmp_path: Path, harm: str) -> None:
    blend.save(tmp_path)
    values = json.loads((tmp_path / BLEND_FILE).read_text())
    match harm:
        case "trees cut short":
            (tmp_path / TREES_FILE).write_text(blend.trees.text[:300])
        case "not JSON":
            (tmp_path / BLEND_FILE).write_text("pickle")
        case "another format":
            (tmp_path / BLEND_FILE).write_text(json.dumps(values | {"format": 99}))
        case "a feature less":
            values["encoding"]["names"].remove("noise")
            (tmp_path / BLEND_FILE).write_text(json.dumps(values))
        case "less covariance":
            values["posterior"]["root"].pop()
            (tmp_path / BLEND_FILE).write_text(json.dumps(values))
        case _:
            values["linear"]["curves"][0]["log_odds"] = ["__import__('os')"]
            (tmp_path / BLEND_FILE).write_text(json.dumps(values))
    with pytest.raises(BadInput, match="the stored model cannot be read"):
        Blend.load(tmp_path)


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the stored model cannot be read"):
        Blend.load(tmp_path / "nowhere")


def test_columns_may_come_in_any_order_and_beside_others(blend: Blend, unseen: pl.DataFrame) -> None:
    turned = unseen.select(reversed(unseen.columns)).with_columns(shoe_size=pl.lit(40))
    np.testing.assert_array_equal(blend.log_odds(turned), blend.log_odds(unseen))


def test_nullable_integers_are_numbers(blend: Blend, unseen: pl.DataFrame) -> None:
    whole = unseen.with_columns(pl.col("mood").round().cast(pl.Int64))
    real = unseen.with_columns(pl.col("mood").round())
    np.testing.assert_array_equal(blend.log_odds(whole), blend.log_odds(real))


def test_a_missing_feature_is_named(blend: Blend, unseen: pl.DataFrame) -> None:
    with pytest.raises(BadInput) as caught:
        blend.log_odds(unseen.drop("mood", "pay"))
    assert [finding.place for finding in caught.value.findings] == ["features.mood", "features.pay"]


def test_words_where_a_number_is_needed_are_refused_without_repeating_them(blend: Blend, unseen: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match=r"features.pay: a feature must be a number") as caught:
        blend.prepare(unseen.with_columns(pay=pl.lit("a secret")))
    assert "secret" not in str(caught.value)


def test_unseen_categories_become_other_and_are_counted(blend: Blend, unseen: pl.DataFrame) -> None:
    assert blend.encoding.taken_as_other(unseen) == {"department": 1}


def test_an_infinite_figure_is_unknown(blend: Blend, unseen: pl.DataFrame) -> None:
    infinite, unknown = (unseen.with_columns(pay=pl.lit(value, pl.Float64)) for value in (float("inf"), None))
    np.testing.assert_array_equal(blend.log_odds(infinite), blend.log_odds(unknown))


def test_scoring_nobody_is_not_an_error(blend: Blend, unseen: pl.DataFrame) -> None:
    base, shares = blend.contributions(unseen.clear())
    assert np.isfinite(base)
    assert shares.shape == (0, 5)
    assert blend.log_odds(unseen.clear()).shape == (0,)


def test_too_few_held_out_exits_choose_nothing() -> None:
    features, left = company(80, seed=5)
    choice = fit_blend(features, left, [(np.arange(60), np.arange(60, 80))], seed=1).choice
    assert (choice.weight, choice.line) == (1.0, Line())  # with so few exits, logistic regression has the whole weight
    assert choice.shape == TINY


def test_a_refit_takes_over_the_choices_of_the_first_fit(blend: Blend) -> None:
    features, left = company(600, seed=6)
    refit = fit_blend(features.drop("mood"), left, [], seed=1, hyperparameters_of=blend)
    assert refit.choice == blend.choice
    assert refit.features == ("pay", "tenure_months", "department", "noise")


def test_a_fit_on_row_indices_equals_a_fit_on_those_rows(unseen: pl.DataFrame) -> None:
    features, left = company(900, seed=8)
    rows = np.flatnonzero(np.arange(900) % 3)
    folds = folds_of(left[rows])
    alone = fit_blend(features[rows], left[rows], folds, seed=1)
    np.testing.assert_array_equal(
        fit_blend(features, left, folds, seed=1, rows=rows).log_odds(unseen), alone.log_odds(unseen)
    )


def test_fits_of_many_rows_are_not_in_parallel() -> None:
    threads = set(in_parallel(lambda _: threading.get_ident(), range(8), bytes_of_fit(1_000_000, 163)))  # 8.5 GB
    assert len(threads) == 1


def test_constant_features_have_no_contribution() -> None:
    features, left = company(400, seed=7)
    dull = features.select("pay", one=pl.lit(1.0), nothing=pl.lit(None, pl.Float64), word=pl.lit("same"))
    _, shares = fit_blend(dull, left, [], seed=1).contributions(dull)
    assert np.abs(shares[:, 1:]).max() == pytest.approx(0, abs=1e-9)
