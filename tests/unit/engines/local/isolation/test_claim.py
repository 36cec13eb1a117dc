"""One testbed at a time uses a cache."""

import os
from pathlib import Path

import pytest

from scalebed.engines.local.isolation.claim import Claim
from scalebed.messages import EngineError


def test_a_second_one_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first, second = Claim(tmp_path), Claim(tmp_path)
    first.take()
    with pytest.raises(EngineError, match=rf"{tmp_path}: process {os.getpid()} measures or serves here; wait for it"):
        second.take()
    first.release()
    first.release()
    second.take()
    second.release()
