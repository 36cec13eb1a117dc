"""Asks the questions: cold, then warm, a number of times each, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from querybench.asking import Answer, Service
from querybench.coldness import Coldness
from querybench.questions import LIST, Question
from querybench.recording import Recording
from querybench.results import Depth, Phase, Request

# Asked so often without being measured before the warm repeats: what is prepared on its second use is prepared then.
WARM_UPS = 2
# Whoever takes longer is as warm as it gets; asking again only takes time.
SLOW_S = 0.5


@dataclass(frozen=True)
class Amount:
    """How much to ask: cold and warm repeats of each question, and the seconds after which no warm one is begun."""

    cold: int
    warm: int
    budget_s: float


@dataclass
class Measured:
    """A question's requests, and the statements of the last warm one."""

    requests: list[Request]
    recorded: Recording


def measure(service: Service, question: Question, coldness: Coldness, amount: Amount) -> Measured:
    """Ask one question; every request counts, whatever came of it."""
    requests: list[Request] = []
    recorded = Recording()
    # Found before anything is measured, and once, since a deep page may take its time.
    behind = _next(service.get(question.path(0))) if question.follow else None

    def ask(phase: Phase, repeat: int) -> Answer:
        path = behind or question.path(repeat)
        if phase == "cold":
            coldness.cool()
        answer = service.get(path)
        requests.append(_request(question.name, phase, repeat, path, answer))
        return answer

    last = 0.0
    for repeat in range(amount.cold):
        last = ask("cold", repeat).seconds
    for repeat in range(WARM_UPS):
        if last < SLOW_S:
            last = service.get(behind or question.path(repeat)).seconds
    spent = 0.0
    for repeat in range(amount.warm):
        answer = ask("warm", repeat)
        recorded = answer.recorded
        spent += answer.seconds
        # A statement that timed out will do so again.
        if spent > amount.budget_s or recorded.timed_out:
            break
    return Measured(requests, recorded)


def curve(service: Service, page_size: int, depths: Iterable[tuple[float, int]]) -> Iterator[Depth]:
    """Pages by number, and each one's next by its link, from the front of the list to its end; the better of two."""
    for share, page in depths:
        path = f"{LIST}?{urlencode({'page_size': page_size, 'page': page})}"
        first = _better(service, path)
        yield Depth(share, page, "number", first.seconds, first.status)
        link = _next(first)
        if link is not None:
            behind = _better(service, link)
            yield Depth(share, page, "link", behind.seconds, behind.status)


def _better(service: Service, path: str) -> Answer:
    first = service.get(path)
    if first.seconds > SLOW_S:
        return first
    second = service.get(path)
    return min(first, second, key=lambda answer: answer.seconds)


def _next(answer: Answer) -> str | None:
    link = answer.body.get("next") if isinstance(answer.body, dict) else None
    return link if isinstance(link, str) else None


def _request(name: str, phase: Phase, repeat: int, path: str, answer: Answer) -> Request:
    return Request(
        question=name,
        phase=phase,
        repeat=repeat,
        path=path,
        seconds=answer.seconds,
        sql_seconds=answer.recorded.seconds,
        queries=len(answer.recorded.statements),
        rows=answer.rows,
        status=answer.status,
        timed_out=answer.recorded.timed_out,
        error="" if answer.status < 400 else str(answer.body)[:200],
    )
