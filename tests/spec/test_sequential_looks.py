"""Bounds of several looks, and standard errors over clusters: published values, and the definition written out."""

import numpy as np
import pytest

from pipeline.judgement.statistics.cluster_regression import coefficient
from pipeline.judgement.statistics.sequential import HIGHEST, bounds, spent


def test_the_bounds_of_five_equal_looks_are_the_published_ones() -> None:
    # O'Brien-Fleming spending, two-sided 0.05: Reboussin et al., Controlled Clinical Trials 21 (2000); R's ldbounds
    found = bounds([0.2, 0.4, 0.6, 0.8, 1], [1, 2, 3, 4, 5])
    assert found == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)


def test_one_look_at_the_end_is_an_ordinary_test() -> None:
    assert spent(1) == pytest.approx(0.05)
    assert bounds([1], [7]) == pytest.approx([1.95996], abs=1e-4)


def test_a_look_without_new_information_keeps_its_bound_and_a_very_early_one_finds_nothing() -> None:
    first, again, last = bounds([0.01, 0.5, 1], [1, 1, 90])
    assert first == again == HIGHEST
    assert last == pytest.approx(1.96, abs=0.01)


def test_the_variance_over_clusters_is_cr2_with_its_degrees_of_freedom() -> None:
    generator = np.random.default_rng(3)
    clusters = generator.integers(0, 15, 60)
    design = np.column_stack([np.ones(60), clusters % 2, generator.random(60)])
    outcome = (generator.random(60) < 0.3).astype(float)
    found = coefficient(outcome, design, clusters, which=1)
    bread = np.linalg.inv(design.T @ design)
    projection = np.eye(60) - design @ bread @ design.T
    variance, columns = 0.0, []
    for cluster in np.unique(clusters):
        rows = clusters == cluster
        values, vectors = np.linalg.eigh(projection[np.ix_(rows, rows)])
        weights = (vectors / np.sqrt(values) @ vectors.T) @ design[rows] @ bread[:, 1]
        variance += (weights @ (projection @ outcome)[rows]) ** 2
        columns.append(projection[:, rows] @ weights)
    products = np.array(columns) @ np.array(columns).T
    assert found.value == pytest.approx((bread @ design.T @ outcome)[1])
    assert found.standard_error == pytest.approx(np.sqrt(variance))
    assert found.freedom == pytest.approx(np.trace(products) ** 2 / np.trace(products @ products))


def test_with_one_person_a_cluster_the_variance_is_that_of_two_separate_samples() -> None:
    # s²₁ / n₁ + s²₀ / n₀: (0, 2, 4) has a variance of 4, (1, 3) of 2
    outcome, gets = np.array([0.0, 2, 4, 1, 3]), np.array([1.0, 1, 1, 0, 0])
    found = coefficient(outcome, np.column_stack([np.ones(5), gets]), np.arange(5), which=1)
    assert found.standard_error == pytest.approx(np.sqrt(4 / 3 + 2 / 2))
