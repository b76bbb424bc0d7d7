"""The honest evaluation: predict each origin from what had matured by then, next to baselines and ablations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from features.contract.vocabulary import DRIVERS
from pipeline.dataset.rounds import Round, most_rows
from pipeline.dataset.rows import Dataset
from pipeline.judgement.figures import UNDEFINED, Bounded, Metrics
from pipeline.judgement.metrics import metrics, metrics_with_intervals, paired_difference
from pipeline.judgement.report import Baselines, Difference, OriginMetrics
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.boosting import Shape
from pipeline.model.calibration import risk_of
from pipeline.model.parallel import in_parallel

_WHOLE = ("risk", "low", "high", "free")
PERMUTATIONS = 3
"""How often labels are permuted."""


@dataclass(frozen=True)
class Backtest:
    """Predictions for every test row of every round, one under another.

    `risk`, its range `low` to `high`, and each of `baselines` and `reduced` are aligned arrays of probabilities; `free`
    is what the model would have said without held directions, None where it holds none and in quick runs. `rows` are
    indices into the data set and `round_of` numbers into `rounds`.
    """

    rounds: Sequence[Round]
    rows: np.ndarray
    round_of: np.ndarray
    left: np.ndarray
    person: np.ndarray
    risk: np.ndarray
    baselines: Mapping[str, np.ndarray]
    reduced: Mapping[str, np.ndarray]
    blends: Sequence[Blend]
    low: np.ndarray
    high: np.ndarray
    free: np.ndarray | None = None

    def metrics(self, seed: int) -> Metrics:
        """Pooled over the rounds, each with a 95 % interval from resampling people."""
        return metrics_with_intervals(self.left, self.risk, self.person, seed)

    def by_origin(self) -> tuple[OriginMetrics, ...]:
        """Each label's n, base rate and metrics, in the order of the rounds; without dates `snapshot_date` is None."""
        labels = np.array([round_.label for round_ in self.rounds])[self.round_of]
        dates = {round_.label: round_.snapshot_date for round_ in self.rounds}
        return tuple(
            _judged(label, day, self.left[labels == label], self.risk[labels == label]) for label, day in dates.items()
        )

    def baseline_metrics(self) -> Baselines:
        return Baselines(**{name: metrics(self.left, risk) for name, risk in self.baselines.items()})

    def monotone_cost(self, seed: int) -> Difference | None:
        """What a model that holds no direction has over this one; positive: holding costs so much of the metric.

        None where no feature has an expected direction, and of quick runs, which save the second fit.
        """
        return None if self.free is None else self._difference(self.free, self.risk, seed)

    def ablation(self, seed: int) -> dict[str, Difference]:
        """What the whole model has over each reduced one, in AUC and average precision; positive: the rest helps."""
        return {name: self._difference(self.risk, risk, seed) for name, risk in self.reduced.items()}

    def _difference(self, first: np.ndarray, second: np.ndarray, seed: int) -> Difference:
        auc, average_precision = (
            paired_difference(self.left, first, second, self.person, seed, metric)
            for metric in ("auc", "average_precision")
        )
        return Difference(auc, average_precision)


def backtest(
    dataset: Dataset,
    rounds: Sequence[Round],
    seed: int,
    quick: bool,
    progress: Callable[[str], None] | None = None,
    shape: Shape | None = None,
) -> Backtest:
    """Fits and predicts every round, with baselines and the ablation by driver.

    The reduced models keep the settings that the whole model chose in that round, so that the difference is that of
    the features. Cross-sections repeat: rounds that share a label are pooled in `by_origin`. `shape` is the trees' from
    tuning.
    """
    told = progress or (lambda _: None)

    def play(round_: Round) -> tuple[Blend, dict[str, np.ndarray]]:
        told(f"judging {round_.label}")
        blend = _fit(dataset, round_, seed, quick, shape=shape)
        return blend, _predicted(dataset, round_, blend, seed, quick)

    blends, parts = zip(*in_parallel(play, rounds, most_rows(rounds)), strict=True)
    predicted = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = np.concatenate([round_.test for round_ in rounds])
    baselines = [name for name in ("base_rate", "tenure", "logistic", "boosting") if name in predicted]
    return Backtest(
        rounds=rounds,
        rows=rows,
        round_of=np.repeat(np.arange(len(rounds)), [len(round_.test) for round_ in rounds]),
        left=dataset.left[rows],
        person=dataset.person[rows],
        risk=predicted["risk"],
        baselines={name: predicted[name] for name in baselines},
        reduced={name: risk for name, risk in predicted.items() if name not in {*baselines, *_WHOLE}},
        blends=blends,
        low=predicted["low"],
        high=predicted["high"],
        free=predicted.get("free"),
    )


def _predicted(dataset: Dataset, round_: Round, blend: Blend, seed: int, quick: bool) -> dict[str, np.ndarray]:
    """Risks of the round's test rows by the model, the baselines and the reduced models."""
    test = dataset.X[round_.test]
    log_odds = blend.log_odds(test)
    low, high = blend.risk_range(log_odds)
    is_compared = dataset.directions and not quick
    free = {"free": _fit(dataset, round_, seed, quick, blend, is_constrained=False).risk(test)} if is_compared else {}
    return {
        "risk": risk_of(log_odds),
        "low": low,
        "high": high,
        **free,
        "base_rate": np.full(len(round_.test), dataset.left[round_.train].mean()),
        "logistic": risk_of(blend.linear_log_odds(test)),
        "boosting": risk_of(blend.trees_log_odds(test)),
        **{
            name: risk_of(_fit(part, round_, seed, quick, hyperparameters_of=blend).log_odds(part.X[round_.test]))
            for name, part in _reduced(dataset).items()
        },
    }


def shuffled_auc(dataset: Dataset, round_: Round, hyperparameters_of: Blend, seed: int) -> Bounded:
    """AUC with permuted labels: outcomes permuted among the people of each snapshot date, and the model refitted.

    Its interval must contain .5: anything else means that the procedure, not the data, knows the answer. Mean of
    `PERMUTATIONS`, with the mean 95 % interval of one, so that an honest run fails by chance less than once in a
    thousand. The last split is enough, since the procedure is the same in all; the hyperparameters are its own.
    """
    dates = dataset.keys["snapshot_date"].rank("dense").fill_null(0).to_numpy()

    def auc_of(number: int) -> Bounded:
        permuted = np.empty(len(dates), dtype=bool)
        random = np.random.default_rng([seed, number]).random(len(dates))
        permuted[np.lexsort((random, dates))] = dataset.left[np.argsort(dates, kind="stable")]
        blend = _fit(replace(dataset, left=permuted), round_, seed, quick=True, hyperparameters_of=hyperparameters_of)
        risk = blend.risk(dataset.X[round_.test])
        return metrics_with_intervals(permuted[round_.test], risk, dataset.person[round_.test], seed).auc or UNDEFINED

    aucs = in_parallel(auc_of, range(PERMUTATIONS), len(round_.train))
    value, low, high = np.mean([(auc.value, auc.low, auc.high) for auc in aucs], axis=0).tolist()
    return Bounded(value, low, high)


def predictions(dataset: Dataset, result: Backtest, horizon_months: int) -> pl.DataFrame:
    """employee_id, snapshot_date, horizon_months, risk, left: what the metrics are computed from."""
    return dataset.keys[result.rows].with_columns(
        horizon_months=pl.lit(horizon_months, dtype=pl.Int64),
        risk=pl.Series(result.risk),
        left=pl.Series(result.left),
    )


def _fit(
    dataset: Dataset,
    round_: Round,
    seed: int,
    quick: bool,
    hyperparameters_of: Blend | None = None,
    shape: Shape | None = None,
    is_constrained: bool = True,
) -> Blend:
    return fit_blend(
        dataset.X,
        dataset.left,
        round_.folds,
        seed=seed,
        quick=quick,
        hyperparameters_of=hyperparameters_of,
        shape=shape,
        directions=dataset.directions if is_constrained else None,
        rows=round_.train,
    )


def _reduced(dataset: Dataset) -> dict[str, Dataset]:
    """Tenure alone; all without relationships; each driver alone (where the data speaks of it)."""
    by_driver = {
        driver: [name for name, feature in dataset.features.items() if feature.driver == driver] for driver in DRIVERS
    }
    kept = {f"{driver} alone": names for driver, names in by_driver.items() if names}
    if "tenure_months" in dataset.features:
        kept["tenure"] = ["tenure_months"]
    if by_driver["relationships"]:
        kept["without relationships"] = [name for name in dataset.features if name not in by_driver["relationships"]]
    return {name: dataset.of(names) for name, names in kept.items()}


def _judged(label: str, day: date | None, left: np.ndarray, risk: np.ndarray) -> OriginMetrics:
    return OriginMetrics(label, None if day is None else str(day), len(left), float(np.mean(left)), metrics(left, risk))
