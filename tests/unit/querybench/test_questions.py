"""The questions are the same for the same rows, and hold to the contract's parameters."""

from urllib.parse import parse_qs, urlsplit

import pytest
from dataset.vocabulary import vocabulary
from querybench.questions import chosen, depths, pages, questions
from querybench.sample import Sample

SAMPLE = Sample(1_000_000, 7, "Zoë Marie", "Müller", "+491701234567", "Köln", "Germany")


def test_the_same_rows_and_seed_ask_the_same() -> None:
    assert questions(SAMPLE, 50, 7) == questions(SAMPLE, 50, 7)
    other = {question.name for question in questions(SAMPLE, 50, 8) if question not in questions(SAMPLE, 50, 7)}
    assert other == {"page-random"}


def test_every_kind_of_question_is_asked() -> None:
    names = [question.name for question in questions(SAMPLE, 50, 7)]
    assert len(set(names)) == len(names)
    assert {question.group for question in questions(SAMPLE, 50, 7)} == {
        "read", "filter", "sort", "search", "combined", "page",
    }  # fmt: skip


def test_pages_lie_where_they_say() -> None:
    asked = {question.name: parse_qs(urlsplit(question.path(0)).query) for question in questions(SAMPLE, 50, 7)}
    assert asked["page-first"]["page"] == ["1"]
    assert asked["page-middle"]["page"] == ["10000"]
    assert asked["page-last"]["page"] == ["20000"]
    drawn = next(question for question in questions(SAMPLE, 50, 7) if question.name == "page-random")
    assert len(set(drawn.paths)) > 10
    assert drawn.path(0) != drawn.path(1)
    assert drawn.path(0) == drawn.path(len(drawn.paths))


@pytest.mark.parametrize(("contacts", "expected"), [(1, 1), (50, 1), (51, 2), (1000, 20)])
def test_a_list_has_a_last_page(contacts: int, expected: int) -> None:
    sample = Sample(contacts, *list(vars(SAMPLE).values())[1:])
    assert pages(sample, 50) == expected
    places = depths(sample, 50)
    assert [page for _, page in places] == sorted({page for _, page in places})
    assert places[0][1] == 1
    assert places[-1][1] <= expected


def test_an_unknown_question_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="no question 'everything'; the questions are detail, list, "):
        chosen(questions(SAMPLE, 50, 7), ["list", "everything"])
    assert [question.name for question in chosen(questions(SAMPLE, 50, 7), ["search", "list"])] == ["list", "search"]


def test_every_name_of_the_dataset_can_be_searched_for() -> None:
    for kind in ("last_names", "first_names"):
        for name, _ in vocabulary().get(kind, []):
            sample = Sample(100, 1, name, name, "+49123456", "Köln", "Germany")
            for question in questions(sample, 50, 7):
                asked = parse_qs(urlsplit(question.path(0)).query, keep_blank_values=True)
                assert all(value.strip() for values in asked.values() for value in values), (name, question)
