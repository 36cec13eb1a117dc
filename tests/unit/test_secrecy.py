"""What is blotted out, and what cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from scalebed.secrecy import BLOT, Veil

HARD = 'pa"ss wörd/\\1'


@pytest.fixture
def veil() -> Veil:
    made = Veil()
    for value in ("hunter22", "hunter22-longer", HARD, "-----BEGIN KEY-----\nMIIB4nope9\n}\n", "abc", ""):
        made.add(value)
    return made


def test_nothing_of_a_value_is_left_however_it_is_spelled(veil: Veil) -> None:
    for said in (HARD, json.dumps(HARD), json.dumps(HARD, ensure_ascii=False), quote(HARD), quote(HARD, safe="")):
        veiled = veil.over(f"Error: {said}!")
        assert BLOT in veiled
        assert "rd" not in veiled.replace(BLOT, "").replace("Error", "")


@pytest.mark.parametrize(
    "said",
    [
        "a%26b%3C!'()*%2F~%20z%C3%B6",  # encodeURIComponent
        "a%26b%3c!%27%28%29*%2f%7e+z%c3%b6",  # URLSearchParams, in small letters
        r"a\u0026b\u003c!'()*/~ zö",  # Go's JSON
        r"a&b<!'()*\/~ z\u00f6",  # PHP's
        r"a\u0026b\u003C!\u0027()*/~ z\u00F6",  # .NET's
        "a&amp;b&lt;!&#39;()*/~ zö",  # HTML
    ],
)
def test_every_language_spells_it_in_its_own_way(said: str) -> None:
    veil = Veil()
    veil.add("a&b<!'()*/~ zö")
    assert veil.over(f"-{said}-") == f"-{BLOT}-"


def test_a_value_that_is_no_text_is_one_too() -> None:
    veil = Veil()
    veil.add("caf\udce9 \U0001f511")
    assert veil.over("caf%E9+%F0%9F%94%91, caf\udce9 \\ud83d\\udd11") == f"{BLOT}, {BLOT}"


def test_of_two_that_begin_alike_no_end_is_left(veil: Veil) -> None:
    assert veil.over("hunter22-longer, hunter22") == f"{BLOT}, {BLOT}"


def test_each_line_of_a_long_value_is_one(veil: Veil) -> None:
    assert veil.over("it holds MIIB4nope9 } and abc") == f"it holds {BLOT} }} and abc", "what is short cannot be told"


def test_without_secrets_nothing_changes() -> None:
    assert Veil().over("as it is") == "as it is"


def test_a_file_keeps_all_else(veil: Veil, tmp_path: Path) -> None:
    log = tmp_path / "shop.log"
    log.write_bytes(b"\xff before hunter22 after\n")
    veil.over_file(log)
    assert log.read_bytes() == b"\xff before [secret] after\n"
    veil.over_file(tmp_path / "none.log")
