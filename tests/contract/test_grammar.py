"""The contract says in writing what the tests' grammar says in code."""

from pathlib import Path

import pytest

from . import grammar

README = Path(__file__).parents[2] / "apps" / "README.md"


@pytest.mark.parametrize("name", ["WHOLE", "COUNT", "DATE", "TIME", "FLAG", "GENDER"])
def test_a_pattern_stands_in_the_contract(name: str) -> None:
    assert f"`{getattr(grammar, name)}`" in README.read_text()


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("id", ["0", "-7", "007", "9223372036854775807"], ["", "+7", "7.0", "1_000", "٧", " 7", "9223372036854775808"]),
        ("page", ["1", "0001", "9" * 5000], ["0", "-1", "1.0", "١"]),
        ("date", ["2000-02-29", "0001-01-01"], ["2001-02-29", "20000229", "0000-01-01"]),
        ("time", ["2020-02-12T05:13:36", "2020-02-12T05:13:36.5-15:59"], ["2020-02-12T05:13:36+16:00", "2020-02-12"]),
        ("time", ["0001-01-01T00:00:00-00:01"], ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"]),
        ("flag", ["true", "false"], ["TRUE", "1", "true\n"]),
        ("ids", ["1", "1,1"], ["1,", "1, 2", ",".join(["1"] * 101)]),
        ("ordering", ["-id,created"], ["id,", "--id", "ID", "address__id"]),
    ],
)
def test_the_grammar_takes_what_is_right_and_nothing_else(kind: str, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not grammar.accepted(kind, text)] == []
    assert [text for text in wrong if grammar.accepted(kind, text)] == []
