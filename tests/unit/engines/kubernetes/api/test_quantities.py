import pytest

from scalebed.engines.kubernetes.api.quantities import millicores, number


@pytest.mark.parametrize(
    ("quantity", "value"),
    [("250m", 0.25), ("2", 2.0), ("320Mi", 320 * 2**20), ("1e3", 1000.0), ("128974848n", 0.128974848), (None, 0.0)],
)
def test_quantities_are_numbers(quantity: str | None, value: float) -> None:
    assert number(quantity) == pytest.approx(value)


def test_what_is_no_quantity_is_told() -> None:
    with pytest.raises(ValueError, match="'2 cores' is no quantity"):
        number("2 cores")


@pytest.mark.parametrize(("cores", "quantity"), [(0.25, "250m"), (1.5, "1500m"), (0.0001, "1m")])
def test_cpu_is_told_in_thousandths(cores: float, quantity: str) -> None:
    assert millicores(cores) == quantity
