"""Quantities: every form that Kubernetes writes, to thousandths rounded away from zero."""

from __future__ import annotations

import pytest

from scalebed.autoscaling.quantity import approximate, milli


@pytest.mark.parametrize(
    ("quantity", "thousandths"),
    [
        ("250m", 250),
        ("1", 1000),
        ("1.5", 1500),
        (".5", 500),
        ("2.", 2000),
        ("119500123n", 120),
        ("119000000n", 119),
        ("1u", 1),
        ("-1u", -1),
        ("-5", -5000),
        ("+3", 3000),
        ("0", 0),
        ("1k", 1_000_000),
        ("64Mi", 64 * 2**20 * 1000),
        ("1.5Gi", 3 * 2**29 * 1000),
        ("100M", 10**11),
        ("9e15", 9 * 10**18),
        ("1E2", 100_000),
        ("12e-4", 2),
        ("2E", 2 * 10**21),
    ],
)
def test_thousandths(quantity: str, thousandths: int) -> None:
    assert milli(quantity) == thousandths


@pytest.mark.parametrize("quantity", ["", "m", "1 m", "1K", "0x1", "1e", "1.2.3", "ten"])
def test_what_is_no_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(ValueError, match="is no quantity, such as 250m"):
        milli(quantity)


@pytest.mark.parametrize(
    ("quantity", "value"), [("0", 0.0), ("0.05", 50 * 1e-3), ("50m", 50 * 1e-3), ("0.0001", 100 * 1e-6), ("2", 2.0)]
)
def test_a_tolerance_is_the_float_of_its_canonical_form(quantity: str, value: float) -> None:
    assert approximate(quantity) == value
