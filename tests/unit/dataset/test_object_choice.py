"""Which objects a choice of switches or a strategy asks for."""

from pathlib import Path

import pytest
from dataset.objects.choice import OBJECTS, ChoiceError, of_service, of_strategy, strategies, wanted, wanted_sets
from dataset.objects.definitions import SWITCHES

DECLARED = '[switches]\nindexes = "on"\nsearch = "fulltext"\nworkers = "2"\n'


def service(folder: Path, text: str = DECLARED) -> Path:
    (folder / "variant.toml").write_text(text)
    return folder


def test_a_service_s_defaults_are_its_own(tmp_path: Path) -> None:
    choice = of_service(service(tmp_path), "")
    assert choice == {"indexes": "on", "search": "fulltext", "trigram": "off", "denormalised": "off"}
    assert of_service(tmp_path, " search = trigram ,workers=4") == choice | {"search": "trigram"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("trigram=on", "there is no switch 'trigram'; the switches are indexes, search, workers"),
        ("search=magic", "search cannot be 'magic'; choose one of substring, trigram, fulltext"),
        ("indexes", "indexes cannot be ''; choose one of on, off"),
    ],
)
def test_what_does_not_exist_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ChoiceError) as refusal:
        of_service(service(tmp_path), text)
    assert sentence in str(refusal.value)


def test_without_a_variant_there_are_no_defaults(tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match=r"has no variant\.toml"):
        of_service(tmp_path, "")


def test_strategies_are_sets_and_only_the_last_has_them_all() -> None:
    sets = {name: wanted_sets(choice) for name, choice in strategies().items()}
    assert sets == {
        "baseline": set(),
        "index": {"indexes"},
        "trgm": {"trigram"},
        "fts": {"fulltext"},
        "all": {"indexes", "trigram", "fulltext"},
        "denormalised": {"indexes", "trigram", "fulltext", "denormalised"},
    }
    assert all(set(choice) == set(SWITCHES) for choice in strategies().values())


def test_nothing_stands_twice() -> None:
    assert len({item.name for item in OBJECTS}) == len(OBJECTS)
    digits = [item.name for item in wanted(of_strategy("fts")) if item.name.endswith("_digits")]
    assert len(digits) == 2
    assert not [item.name for item in wanted(of_strategy("all")) if item.name.endswith("_digits")]


def test_columns_come_before_indexes_and_triggers_last() -> None:
    made = wanted(of_strategy("denormalised"))
    kinds = [item.kind for item in made]
    assert kinds == sorted(kinds, key=["columns", "index", "triggers"].index)
    assert {item.table for item in made if item.kind == "index"} == {"app_user", "address", "customer_relationship"}
