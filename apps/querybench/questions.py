"""The questions: what an application asks of a list of contacts, as requests of the contract. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from querybench.sample import Sample

LIST = "/api/contacts/"
Group = Literal["read", "filter", "sort", "search", "combined", "page"]


@dataclass(frozen=True)
class Question:
    """A request under a name.

    `paths` are asked in turn, one a repeat; most questions have one. `follow`: what is measured is the page behind
    the answer's `next` link, by cursor where the variant gives one.
    """

    name: str
    group: Group
    title: str
    paths: tuple[str, ...]
    follow: bool = False

    def path(self, repeat: int) -> str:
        """The path of a repeat, from 0."""
        return self.paths[repeat % len(self.paths)]


def _asked(**parameters: object) -> str:
    return f"{LIST}?{urlencode(parameters)}" if parameters else LIST


def pages(sample: Sample, page_size: int) -> int:
    """How many pages the whole list has."""
    return max(1, -(-sample.contacts // page_size))


def questions(sample: Sample, page_size: int, seed: int) -> tuple[Question, ...]:
    """All of them, for these rows. `page_size` is the contract's parameter; the seed draws the random pages."""
    size = {"page_size": page_size}
    last = pages(sample, page_size)
    middle = (last + 1) // 2
    generator = random.Random(seed)
    drawn = tuple(_asked(**size, page=generator.randint(1, last)) for _ in range(16))

    def one(name: str, group: Group, title: str, **parameters: object) -> Question:
        return Question(name, group, title, (_asked(**size, **parameters),))

    return (
        Question("detail", "read", "one contact by its key", (f"{LIST}{sample.contact_id}/",)),
        one("list", "read", "the list as it opens"),
        one("filter-name", "filter", "one last name", last_name=sample.last_name),
        one("filter-part", "filter", "part of a first name", first_name__icontains=sample.first_name[1:5]),
        one(
            "filter-several", "filter", "four filters over three tables",
            gender="F", birthday__gte="1980-01-01", address__country=sample.country, relationship__points__gte=500,
        ),
        one("sort-one", "sort", "by last name", ordering="last_name"),
        one("sort-several", "sort", "by three attributes", ordering="last_name,first_name,-created"),
        one("sort-related", "sort", "by points, of another table", ordering="-relationship__points"),
        one(
            "filter-sort", "combined", "one country, most points first",
            address__country=sample.country, ordering="-relationship__points",
        ),
        one("search", "search", "a word of a name", search=sample.last_name[:5].split()[0]),
        one("search-sorted", "search", "the same by date", search=sample.last_name[:5].split()[0], ordering="-created"),
        one("search-digits", "search", "digits of a phone number", search=sample.phone_number[-5:]),
        one(
            "complex", "combined", "search, three filters and two orderings",
            search=sample.first_name.split()[0], address__country=sample.country, gender__in="F,M",
            relationship__points__gte=100, ordering="-relationship__points,last_name",
        ),
        one("page-first", "page", "the first page by number", page=1),
        one("page-middle", "page", "the middle page by number", page=middle),
        one("page-last", "page", "the last page by number", page=last),
        Question("page-random", "page", "random pages by number", drawn),
        Question(
            "page-deep-next", "page", "the page behind the middle one by its link", (_asked(**size, page=middle),), True
        ),
    )  # fmt: skip


def depths(sample: Sample, page_size: int) -> tuple[tuple[float, int], ...]:
    """Places for the curve of pagination: the share of the list that lies before, and the page's number."""
    last = pages(sample, page_size)
    shares = (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.99)
    numbers = {max(1, round(share * last)): share for share in reversed(shares)}
    return tuple(sorted((share, number) for number, share in numbers.items()))


def chosen(every: Iterable[Question], names: Iterable[str]) -> tuple[Question, ...]:
    """Those with these names, in the order of the table; raises `KeyError` with a sentence for an unknown one."""
    table = {question.name: question for question in every}
    wanted = set(names)
    for name in sorted(wanted - table.keys()):
        raise KeyError(f"there is no question {name!r}; the questions are {', '.join(table)}")
    return tuple(question for name, question in table.items() if name in wanted)
