"""The universal scalability law, against data whose law is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalebed.statistics.scaling_law import ScalingLaw, fit


def _of(law: ScalingLaw, *replicas: int) -> dict[int, float]:
    values = law.throughput(np.array(replicas, dtype=np.float64))
    return dict(zip(replicas, values.tolist(), strict=True))


@pytest.mark.parametrize("law", [ScalingLaw(100, 0.05, 0.002), ScalingLaw(3.7, 0.2, 0.0), ScalingLaw(250, 0.0, 0.0)])
def test_a_law_is_found_again_from_what_it_says(law: ScalingLaw) -> None:
    found = fit(_of(law, 1, 2, 4, 8, 16), deviation=1e-4)
    assert found.gamma == pytest.approx(law.gamma, rel=1e-6)
    assert found.alpha == pytest.approx(law.alpha, abs=1e-6)
    assert found.beta == pytest.approx(law.beta, abs=1e-6)


def test_the_vignette_of_r_is_matched() -> None:
    """The synthetic data of R's package usl 3.0.4: 1 to 10 processors, with α = β = 0.02."""
    found = fit({1: 1, 2: 1.8868, 4: 3.0769, 6: 3.5294, 8: 3.5398, 10: 3.3557}, deviation=0.001)
    assert (found.gamma, found.alpha, found.beta) == pytest.approx((1, 0.02, 0.02), abs=2e-4)
    assert found.peak == pytest.approx(7.0, abs=0.05)


def test_one_number_of_replicas_is_a_straight_line() -> None:
    assert fit({3: 90.0}).gamma == pytest.approx(30.0)
    assert (fit({3: 90.0}).alpha, fit({3: 90.0}).beta) == (0, 0)
    assert fit({3: 90.0}).peak == math.inf


def test_two_numbers_are_met_by_the_milder_loss() -> None:
    found = fit({1: 100.0, 2: 180.0})
    assert found.beta == 0
    assert found.throughput(np.array([1.0, 2.0])).tolist() == pytest.approx([100, 180])


def test_a_peak_is_believed_only_where_noise_does_not_explain_it() -> None:
    """The same figures, known to 1% and to 10%."""
    found = {1: 100.0, 2: 180.0, 4: 280.0}
    assert fit(found, 0.005).beta > 0
    assert fit(found, 0.1).beta == 0


def test_what_grows_faster_than_its_replicas_is_a_straight_line() -> None:
    found = fit({1: 100.0, 2: 240.0, 4: 520.0})
    assert (found.alpha, found.beta) == (0, 0)


def test_what_falls_more_steeply_than_a_law_can_still_has_one() -> None:
    found = fit({1: 100.0, 2: 20.0, 3: 1.0})
    assert np.isfinite(found.throughput(np.array([1.0, 2.0, 3.0]))).all()


@pytest.mark.parametrize("wrong", [{}, {0: 5.0}, {1: 0.0}, {1: -3.0}])
def test_what_has_no_law_is_refused(wrong: dict[int, float]) -> None:
    with pytest.raises(ValueError, match="needs a positive throughput"):
        fit(wrong)
