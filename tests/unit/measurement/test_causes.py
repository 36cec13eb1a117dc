from __future__ import annotations

from scalebed.measurement.causes import BY_GENERATOR, BY_HOST, DISTURBANCES, Kind


def test_each_kind_is_laid_to_one_who_did_it() -> None:
    """A new one belongs to one of these, or the report says of a trial that it spoiled what is not so."""
    whose = (DISTURBANCES, BY_HOST, BY_GENERATOR)
    assert set().union(*whose) == set(Kind)
    assert sum(map(len, whose)) == len(Kind)
