import os
from pathlib import Path

import pytest

from scalebed.provision.locks import Lock, TakenError


def test_the_second_owner_learns_who_the_first_is(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "run" / "lock"), Lock(tmp_path / "run" / "lock")
    first.acquire()

    with pytest.raises(TakenError) as taken:
        second.acquire()

    assert taken.value.owner == str(os.getpid())
    first.release()
    second.acquire()
    second.release()
    second.release()
