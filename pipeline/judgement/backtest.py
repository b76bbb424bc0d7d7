"""Rolling-origin backtest: predicts each test date from what had matured by then, with baselines and ablations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

import numpy as np
import polars as pl

from features.contract.vocabulary import DRIVERS
from pipeline.dataset.evaluation_splits import Split, most_rows
from pipeline.dataset.rows import Dataset
from pipeline.judgement.plausible_exits import PlausibleExits, plausible_exits
from pipeline.judgement.reporting.report import Baselines, Difference, OriginMetrics
from pipeline.judgement.statistics.figures import UNDEFINED, Bounded, Metrics
from pipeline.judgement.statistics.metrics import Resampled, metrics, metrics_with_intervals, resampled_metrics
from pipeline.model.blend import Blend, fit_blend, with_posterior
from pipeline.model.calibration import risk_of
from pipeline.model.fallback import FALLBACK
from pipeline.model.risk_range import risk_range
from pipeline.model.selection import HeldOut
from pipeline.model.training_rows import TrainingRows
from pipeline.model.trees.boosting import Shape
from pipeline.model.trees.parallel import bytes_of_fit, in_parallel

_OF_THE_MODEL = ("risk", "low", "high", "unconstrained", "refitted")
PERMUTATIONS = 3
"""How often labels are permuted."""


@dataclass(frozen=True)
class Backtest:
    """Predictions for the test rows of every split, concatenated in the order of the splits.

    `risk`, its range `low` to `high` (NaN where there is none), and each of `baselines` and `reduced` are aligned
    arrays (n,) of probabilities. `unconstrained` are the risks of the same model without monotone constraints; None if
    it has no constraints, and in quick runs. `refitted` are those of the same model fitted on as few rows as
    `unconstrained` and the `reduced` ones were; None where these learned from all training rows. `rows` (n,) are
    indices into the data set, `split_number` (n,) indices into `splits`. `tenths` are groups of people of similar risk
    in one split, with their plausible and actual exits.
    """

    splits: Sequence[Split]
    rows: np.ndarray
    split_number: np.ndarray
    left: np.ndarray
    person: np.ndarray
    risk: np.ndarray
    baselines: Mapping[str, np.ndarray]
    reduced: Mapping[str, np.ndarray]
    blends: Sequence[Blend]
    low: np.ndarray
    high: np.ndarray
    unconstrained: np.ndarray | None = None
    refitted: np.ndarray | None = None
    tenths: Sequence[PlausibleExits] = ()

    def metrics(self, seed: int) -> Metrics:
        """Metrics pooled over the splits, each with a 95 % interval from resampling people."""
        return metrics_with_intervals(self.left, self.risk, self.person, seed)

    def by_origin(self) -> tuple[OriginMetrics, ...]:
        """n, base rate and metrics of each label, in the order of the splits; without dates `snapshot_date` is None."""
        labels = np.array([split.label for split in self.splits])[self.split_number]
        dates = {split.label: split.snapshot_date for split in self.splits}
        return tuple(
            _judged(label, day, self.left[labels == label], self.risk[labels == label]) for label, day in dates.items()
        )

    def baseline_metrics(self) -> Baselines:
        return Baselines(**{name: metrics(self.left, risk) for name, risk in self.baselines.items()})

    def monotone_cost(self, seed: int) -> Difference | None:
        """Unconstrained model less this one, in AUC and average precision; positive: the constraints cost that much.

        None if no feature has a monotone constraint, and in quick runs, which skip the second fit.
        """
        if self.unconstrained is None:
            return None
        return Difference(**self._resampled(self.unconstrained, seed).less(self._whole(seed)))

    def ablation(self, seed: int) -> dict[str, Difference]:
        """Whole model less each reduced one, in AUC and average precision; positive: the other features help."""
        whole = self._whole(seed)
        return {name: Difference(**whole.less(self._resampled(risk, seed))) for name, risk in self.reduced.items()}

    def _whole(self, seed: int) -> Resampled:
        """The whole model, fitted on the rows that the models it is compared with were fitted on."""
        return self._resampled(self.risk if self.refitted is None else self.refitted, seed)

    def _resampled(self, risk: np.ndarray, seed: int) -> Resampled:
        return resampled_metrics(self.left, risk, self.person, seed, ("auc", "average_precision"))


def backtest(
    dataset: Dataset,
    splits: Sequence[Split],
    seed: int,
    quick: bool,
    progress: Callable[[str], None] = lambda _: None,
    shape: Shape | None = None,
    held_out: HeldOut | None = None,
) -> Backtest:
    """Fits and predicts every split, with baselines and the ablation by driver.

    The reduced models reuse the hyperparameters that the whole model chose on that split, so that only the features
    differ. A quick run that learns from samples of stayers chooses once, on the training rows of the first split, which
    lie before all test dates. In a cross-section, splits that share a label are pooled in `by_origin`. `shape` is the
    tuned shape of the trees, if there is one, and `held_out` what the search for it fitted on the folds of the first
    split.
    """
    first = splits[0]
    chosen = _fit(dataset, first, seed, quick, shape=shape) if quick and first.stayers_kept < 1 else None

    def fit_and_predict(split: Split) -> tuple[Blend, dict[str, np.ndarray], list[PlausibleExits]]:
        progress(f"judging {split.label}")
        shared = TrainingRows.of(dataset.X, split.train, held_out if split is first else None)
        if chosen and split is first:
            fitted = chosen
        else:
            fitted = _fit(dataset, split, seed, quick, chosen, shape=shape, shared=shared)
        blend, unconstrained = _with_ranges(dataset, split, fitted, seed, quick, shared)
        predicted, tenths = _predicted(dataset, split, blend, seed, quick)
        if unconstrained:
            predicted["unconstrained"] = unconstrained.risk(dataset.X[split.test])
        return blend, predicted, tenths

    size = bytes_of_fit(most_rows(splits), dataset.X.width)
    blends, parts, tenths = zip(*in_parallel(fit_and_predict, splits, size), strict=True)
    predicted = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = np.concatenate([split.test for split in splits])
    baselines = [name for name in ("base_rate", "tenure", "logistic", "boosting") if name in predicted]
    return Backtest(
        splits=splits,
        rows=rows,
        split_number=np.repeat(np.arange(len(splits)), [len(split.test) for split in splits]),
        left=dataset.left[rows],
        person=dataset.person[rows],
        risk=predicted["risk"],
        baselines={name: predicted[name] for name in baselines},
        reduced={name: risk for name, risk in predicted.items() if name not in {*baselines, *_OF_THE_MODEL}},
        blends=blends,
        low=predicted["low"],
        high=predicted["high"],
        unconstrained=predicted.get("unconstrained"),
        refitted=predicted.get("refitted"),
        tenths=tuple(chain.from_iterable(tenths)),
    )


def _with_ranges(
    dataset: Dataset, split: Split, blend: Blend, seed: int, quick: bool, shared: TrainingRows
) -> tuple[Blend, Blend | None]:
    """The model of a split, which knows how uncertain its risks are, and the same without monotone constraints; None if
    it has none, and in quick runs."""
    blend = with_posterior(
        blend,
        dataset.X,
        dataset.left,
        dataset.person,
        split.train,
        shared,
        split.stayers_kept,
    )
    if quick or not dataset.directions:
        return blend, None
    again = split.for_refits
    of_refit = shared if again is split else None
    return blend, _fit(dataset, again, seed, quick, blend, is_constrained=False, shared=of_refit)


def _predicted(
    dataset: Dataset, split: Split, blend: Blend, seed: int, quick: bool
) -> tuple[dict[str, np.ndarray], list[PlausibleExits]]:
    """Risks of the split's test rows by the model, the baselines and the reduced models; and the tenths of the rows."""
    test, again = dataset.X[split.test], split.for_refits
    log_odds, errors = blend.all_log_odds(test), blend.errors(test)
    low, high = risk_range(log_odds.blend, errors.sd if errors else np.full(test.height, np.nan))
    predicted = {
        "risk": risk_of(log_odds.blend),
        "low": low,
        "high": high,
        "base_rate": np.full(test.height, split.base_rate(dataset.left)),
        "logistic": risk_of(log_odds.linear),
        "boosting": risk_of(log_odds.trees),
        **{
            name: _fit(part, again, seed, quick, hyperparameters_of=blend).risk(test)
            for name, part in _refits(dataset, again is not split)
        },
    }
    return predicted, plausible_exits(log_odds.blend, errors, dataset.left[split.test]) if errors else []


def permuted_labels_auc(dataset: Dataset, split: Split, hyperparameters_of: Blend, seed: int) -> Bounded:
    """AUC with permuted labels: outcomes permuted among the people of each snapshot date, and the model refitted.

    Its interval must contain 0.5; otherwise the procedure itself leaks the outcome. The result is the mean of
    `PERMUTATIONS` with the mean 95 % interval of one, so that a sound run fails by chance less than once in a thousand.
    The last split is enough, since the procedure is the same in all; the hyperparameters are its own.
    """
    split = split.for_refits
    shared = TrainingRows.of(dataset.X, split.train).prepared(hyperparameters_of.choice.shape, seed)

    def risk(permuted: Dataset, split: Split) -> np.ndarray:
        blend = _fit(permuted, split, seed, quick=True, hyperparameters_of=hyperparameters_of, shared=shared)
        return blend.risk(permuted.X[split.test])

    return mean_permuted_auc(dataset, split, risk, seed)


def mean_permuted_auc(
    dataset: Dataset, split: Split, risk: Callable[[Dataset, Split], np.ndarray], seed: int, at_once: bool = True
) -> Bounded:
    """The same for any model: `risk` fits it on a split with permuted labels and predicts its test rows.

    `at_once` runs the permutations in parallel.
    """
    dates = dataset.keys["snapshot_date"].rank("dense").fill_null(0).to_numpy()

    def auc_of(number: int) -> Bounded:
        permuted = np.empty(len(dates), dtype=bool)
        random = np.random.default_rng([seed, number]).random(len(dates))
        permuted[np.lexsort((random, dates))] = dataset.left[np.argsort(dates, kind="stable")]
        left, person = permuted[split.test], dataset.person[split.test]
        return metrics_with_intervals(left, risk(replace(dataset, left=permuted), split), person, seed).auc or UNDEFINED

    numbers, size = range(PERMUTATIONS), bytes_of_fit(len(split.train), dataset.X.width)
    aucs = in_parallel(auc_of, numbers, size) if at_once else [auc_of(number) for number in numbers]
    value, low, high = np.mean([(auc.value, auc.low, auc.high) for auc in aucs], axis=0).tolist()
    return Bounded(value, low, high)


def predictions(dataset: Dataset, result: Backtest, horizon_months: int) -> pl.DataFrame:
    """The rows behind the metrics: employee_id, snapshot_date, horizon_months, risk, left."""
    return dataset.keys[result.rows].with_columns(
        horizon_months=pl.lit(horizon_months, dtype=pl.Int64),
        risk=pl.Series(result.risk),
        left=pl.Series(result.left),
    )


def _fit(
    dataset: Dataset,
    split: Split,
    seed: int,
    quick: bool,
    hyperparameters_of: Blend | None = None,
    shape: Shape | None = None,
    is_constrained: bool = True,
    shared: TrainingRows | None = None,
) -> Blend:
    return fit_blend(
        dataset.X,
        dataset.left,
        split.folds,
        seed=seed,
        quick=quick,
        hyperparameters_of=hyperparameters_of,
        shape=shape,
        directions=dataset.directions if is_constrained else None,
        quarters=dataset.quarters,
        rows=split.train,
        shared=shared,
        stayers_kept=split.stayers_kept,
        fallback=FALLBACK,
    )


def _refits(dataset: Dataset, has_fewer_rows: bool) -> Iterator[tuple[str, Dataset]]:
    """What is fitted again: the reduced models, and the whole one where they learn from fewer rows than it did."""
    if has_fewer_rows:
        yield "refitted", dataset
    yield from _reduced(dataset).items()


def _reduced(dataset: Dataset) -> dict[str, Dataset]:
    """Data with fewer features: each driver alone if the data has it, tenure alone, all without relationships."""
    by_driver = {
        driver: [name for name, feature in dataset.features.items() if feature.driver == driver] for driver in DRIVERS
    }
    names_of = {f"{driver} alone": names for driver, names in by_driver.items() if names}
    if "tenure_months" in dataset.features:
        names_of["tenure"] = ["tenure_months"]
    if by_driver["relationships"]:
        others = [name for name in dataset.features if name not in by_driver["relationships"]]
        names_of["without relationships"] = others
    return {name: dataset.of(names) for name, names in names_of.items()}


def _judged(label: str, day: date | None, left: np.ndarray, risk: np.ndarray) -> OriginMetrics:
    return OriginMetrics(label, None if day is None else str(day), len(left), float(np.mean(left)), metrics(left, risk))
