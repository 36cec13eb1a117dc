"""Print what services answer at saturation: a quota of CPU, a few connections that never wait, straight to one replica,
in rounds of an order drawn anew; requests a second, and their CPU.

    python benchmarks/saturation.py optimized fastapi optimized:cache=off fastapi:cache=off yardstick empty-uvicorn

An arm is a shipped service with the switches that differ; or, as `fastapi@COMMIT`, what a commit of this repository has
of it, on today's libraries; or the yardstick in Go (benchmarks/yardstick); or an application that answers nothing
(empty.py): empty-uvicorn, empty-granian-wsgi, empty-granian-asgi, empty-django-wsgi, empty-django-asgi. --ask names
what is asked for: single contacts and lists where it names nothing, else also patch, health, json, echo and cpu.
All have the same rows, and parts of their own kind outside the quota. A ratio's interval is Student's t on the
logarithms, paired within rounds. --compare A B adds the ratio of A to B. With --out the tables
and each round go into a folder, from whose rounds --again makes the tables anew.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import select
import shlex
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np
from bed import bed, say

from scalebed.engines.local.rig import Rig, Running, Wanted
from scalebed.engines.services import Service, read_service
from scalebed.provision.go_program import GoProgram, ensure
from scalebed.statistics import intervals

KINDS = {
    "detail": "single contacts",
    "list": "lists of 50",
    "patch": "changed contacts",
    "health": "health checks",
    "json": "made lists of 50",
    "echo": "checked bodies",
    "cpu": "sums of primes",
}
PATHS = {
    "list": "/api/contacts/",
    "health": "/healthz",
    "json": "/api/basics/json/?items=50",
    "cpu": "/api/basics/cpu/?n=20000",
}
"""Of kinds that always ask for the same."""
SHARED = ("database", "pooler", "cache")
"""Groups of the parts, which all arms share."""
YARDSTICK = "yardstick"
AS_BEHIND_TLS = "X-Forwarded-Proto: https"
"""Without it an earlier commit sends clients on to TLS; today nobody heeds it where TLS_HOST is not set."""
_AT = "--host ${BIND%:*} --port ${BIND##*:}"
_GRANIAN = f"exec granian --interface wsgi --blocking-threads 2 --http 1 --no-ws --log-level warning {_AT}"
_GRANIAN_ASGI = f"exec granian --interface asginl --loop uvloop --http 1 --no-ws --log-level warning {_AT}"
_QUIET = "--no-proxy-headers --no-access-log --no-server-header --no-date-header --lifespan off --log-level warning"
_UVICORN = f"exec uvicorn {_QUIET} {_AT}"
EMPTY = {
    "empty-uvicorn": f"{_UVICORN} empty:asgi",
    "empty-granian-wsgi": f"{_GRANIAN} empty:wsgi",
    "empty-granian-asgi": f"{_GRANIAN_ASGI} empty:asgi",
    "empty-django-wsgi": f"{_GRANIAN} empty_django:wsgi",
    "empty-django-asgi": f"{_UVICORN} empty_django:asgi",
}
"""By the arm's name what the shell runs, in this folder."""


@dataclass(frozen=True)
class Arm:
    """A service with switches, under the name it was asked for by."""

    name: str
    service: str
    commit: str
    """Empty: as it stands here."""
    switches: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Arm:
        """Of `service`, `service@commit`, `service:switch=value,…`, and any of these behind a `name=` of its own."""
        head, _, switches = text.partition(":")
        name, _, named = head.rpartition("=")
        service, _, commit = named.partition("@")
        given = dict(item.split("=", 1) for item in switches.split(",") if item)
        return cls(name or text, service, commit, given)

    @property
    def slug(self) -> str:
        """The name as programs take it in their configuration."""
        return re.sub("[^a-z0-9]+", "-", self.name)


@dataclass(frozen=True)
class Served:
    """One round of one arm: a second's requests, and seconds of CPU a request of the service and of each part."""

    rate: float
    cpu: Mapping[str, float]


Found = dict[tuple[str, str], list[Served]]
"""By the kind of a request and the arm's name the rounds."""


@dataclass(frozen=True)
class Asked:
    """A request, as load tests send it."""

    path: str
    method: str = "GET"
    body: object = None

    def sent(self, port: int) -> bytes:
        """Its bytes, on a connection that is kept."""
        head = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", AS_BEHIND_TLS]
        body = b"" if self.body is None else json.dumps(self.body).encode()
        if body:
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "", ""]).encode() + body


class Connection:
    """A client's keep-alive connection, which sends the next request when it has the last one's answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._length = -1

    def answered(self) -> bool:
        """Read what is there; whether an answer is whole. Raises RuntimeError where it is not a 200."""
        self._buffer += (got := self.socket.recv(262_144))
        if not got:
            raise RuntimeError("the service closed a connection")
        if self._length < 0:
            head, end, _ = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return False
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"the service answered {head[:80]!r}")
            fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:])
            # 0: in chunks, of which the last is empty.
            given = fields.get(b"content-length")
            self._length = 0 if given is None else len(head) + 4 + int(given)
        if len(self._buffer) < self._length or (not self._length and not self._buffer.endswith(b"\r\n0\r\n\r\n")):
            return False
        self._buffer, self._length = b"", -1
        return True


def saturate(
    port: int, wanted: Sequence[Asked], options: argparse.Namespace, read: Callable[[], Mapping[str, float]]
) -> Served:
    """One arm's round: warmed until every request was sent once and for a while, then counted for a while.

    The connections go on from one to the other, so that what is under way at the beginning stands for what is at the
    end. `read` tells the seconds of CPU that each part has used.
    """
    requests = cycle([each.sent(port) for each in wanted])
    clients = {client.socket.fileno(): client for client in [Connection(port) for _ in range(options.connections)]}
    poll = select.epoll()
    for number, client in clients.items():
        poll.register(number, select.EPOLLIN)
        client.socket.sendall(next(requests))

    def serve(until: Callable[[int, float], bool]) -> tuple[int, float]:
        """How many were answered, in how many seconds."""
        done, began = 0, time.monotonic()
        while not until(done, time.monotonic() - began):
            for number, _ in poll.poll(0.1):
                if clients[number].answered():
                    done += 1
                    clients[number].socket.sendall(next(requests))
        return done, time.monotonic() - began

    try:
        serve(lambda done, seconds: seconds >= options.warm and done >= len(wanted))
        before = read()
        done, seconds = serve(lambda done, seconds: seconds >= options.seconds and done > 0)
        after = read()
    finally:
        poll.close()
        for client in clients.values():
            client.socket.close()
    return Served(done / seconds, {part: (after[part] - before[part]) / done for part in after})


def asked(kind: str, arm: Arm, contacts: int) -> Sequence[Asked]:
    """Requests of a kind: single contacts by random keys, the first page of fifty, or what a scenario asks for."""
    chance = np.random.default_rng(7)
    match kind:
        case "detail" | "list" if arm.service == "empty-django-asgi":
            return [Asked("/async/")]
        case "detail":
            return [Asked(f"/api/contacts/{key}/") for key in chance.integers(1, contacts + 1, 500)]
        case "patch":
            keys = chance.permutation(contacts)[:250] + 1
            # Two numbers a contact, in turn, so that every request changes what is there.
            numbers = chance.integers(10**9, 2 * 10**9, 2 * len(keys))
            return [
                Asked(f"/api/contacts/{key}/", "PATCH", {"phone_number": f"+49{number}"})
                for key, number in zip([*keys, *keys], numbers, strict=True)
            ]
        case "echo":
            tags = ["one", "two", "three", "four", "five"]
            bodies = [{"name": f"Name {n}", "code": f"ABC-{1000 + n}", "quantity": n, "tags": tags} for n in range(500)]
            return [Asked("/api/basics/echo/", "POST", body) for body in bodies]
        case _:
            return [Asked(PATHS[kind])]


def service_of(arm: Arm, rig: Rig) -> Service:
    """How an arm is started: as its `variant.toml` says, or by a command of its own."""
    if arm.service == YARDSTICK:
        source = rig.root / "benchmarks" / YARDSTICK
        building = "Building the yardstick (once; about a minute) …"
        serve: tuple[str, ...] = (str(ensure(rig.cache, GoProgram(YARDSTICK, source, ".", building), say)),)
    elif arm.service in EMPTY:
        serve = ("sh", "-c", f"cd {shlex.quote(str(Path(__file__).parent))} && {EMPTY[arm.service]}")
    else:
        return read_service(tree_of(arm.commit, rig) if arm.commit else rig.root, arm.service)
    # Tables, rows and objects are made by the optimized service's commands, so that both read the same database.
    optimized = read_service(rig.root, "optimized")
    switches = {name: optimized.switches[name] for name in optimized.object_switches}
    values = {name: allowed for name, allowed in optimized.values.items() if name in switches}
    return replace(optimized, name=arm.service, serve=serve, switches=switches, values=values)


def wanted_of(arms: Sequence[Arm], rig: Rig, contacts: int, cpu: float) -> list[Wanted]:
    """What to start for each arm, with a database of so many contacts; `cpu` is each one's quota in cores."""
    template = rig.databases.template(contacts, 7, read_service(rig.root, "optimized"), say)
    wanted = []
    for arm in arms:
        service = service_of(arm, rig)
        # A commit's service reads what today's makes.
        maker = read_service(rig.root, arm.service) if arm.commit else service
        clone = rig.databases.clone(template, maker, arm.switches, say)
        wanted.append(Wanted(arm.slug, service, arm.switches, clone, cpu=cpu, env=told(arm, rig, cpu)))
    return wanted


def tree_of(commit: str, rig: Rig) -> Path:
    """What a commit of this repository holds, in a folder."""
    tree = rig.folder / f"tree-{commit}"
    if not tree.exists():
        tree.mkdir(parents=True)
        archive = subprocess.run(["git", "-C", rig.root, "archive", commit, "apps"], check=True, stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", tree], check=True, input=archive.stdout)
    return tree


def told(arm: Arm, rig: Rig, cpu: float) -> Mapping[str, str]:
    """What an arm's service finds in its environment besides."""
    if arm.commit:
        return {"PYTHONPATH": str(tree_of(arm.commit, rig) / "apps")}
    # From 1.25 Go follows the quota of its cgroup, but runs on 2 cores at once where that is less. Under a quota of one
    # core and less, 1 takes about a sixth less CPU for a request; the services in Python have one worker there, too.
    return {"GOMAXPROCS": "1"} if arm.service == YARDSTICK and cpu <= 1 else {}


def usage(rig: Rig, running: Running, name: str) -> Mapping[str, float]:
    """Seconds of CPU so far, of the service and of each part."""
    parts = {part: rig.processes.group(part).usage().cpu_s for part in SHARED}
    return {"service": running.groups[name][0].usage().cpu_s, **parts}


def rounds(
    rig: Rig, running: Running, arms: Sequence[Arm], options: argparse.Namespace
) -> Iterator[tuple[str, str, Served]]:
    """Each kind of each arm in each round, as it is measured."""
    chance = random.Random(options.rounds)
    for _ in range(options.rounds):
        for kind in options.ask:
            for arm in chance.sample(arms, len(arms)):
                port = running.replicas[arm.slug][0].port
                read = partial(usage, rig, running, arm.slug)
                yield kind, arm.name, saturate(port, asked(kind, arm, options.contacts), options, read)


def ratio(of: Sequence[float], to: Sequence[float]) -> str:
    """The ratio of figures paired by round, with its interval where there are rounds enough for one."""
    found = intervals.ratio(dict(enumerate(of)), dict(enumerate(to)))
    if found is None or found.lower is None:
        return "–" if found is None else f"{found.estimate:.2f} ×"
    return f"{found.estimate:.2f} × ({found.lower:.2f}–{found.upper:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arms", nargs="*", type=Arm.parse)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--warm", type=float, default=1.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--ask", nargs="+", choices=KINDS, default=["detail", "list"], metavar="KIND")
    parser.add_argument("--cpu", type=float, default=0.25)
    parser.add_argument("--compare", nargs=2, action="append", default=[], metavar=("A", "B"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--again", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.again:
        write(rounds_of(options.again / "saturation.csv"), options.compare, options.again)
        return
    names = [arm.name for arm in options.arms]
    if len({arm.slug for arm in options.arms}) < len(names):
        parser.error("two arms have one name: give one of them another, as in other=optimized")
    if unknown := {name for pair in options.compare for name in pair} - set(names):
        parser.error(f"--compare: no arm is called {', '.join(sorted(unknown))}; they are {', '.join(names)}")
    if not options.arms:
        parser.error("name an arm, such as optimized")
    reading = [arm.name for arm in options.arms if arm.service in (YARDSTICK, *EMPTY)]
    if reading and (more := set(options.ask) - {"detail", "list"}):
        parser.error(f"--ask {' '.join(sorted(more))}: {', '.join(reading)} only reads contacts")
    options.ask = list(dict.fromkeys(options.ask))
    with bed("saturation") as rig:
        wanted = wanted_of(options.arms, rig, options.contacts, options.cpu)
        found: Found = {}
        with rig.running(wanted, warm=sorted({item.database for item in wanted if item.database})) as running:
            for kind, name, served in rounds(rig, running, options.arms, options):
                found.setdefault((kind, name), []).append(served)
                say(f"{kind} {name}: {served.rate:.0f}/s, {served.cpu['service'] * 1e6:.0f} µs")
    write(found, options.compare, options.out)


def write(found: Found, pairs: Sequence[tuple[str, str]], out: Path | None) -> None:
    """Print the tables, and put them into a folder."""
    written = {
        "saturation.md": list(table(found)),
        "compared.md": list(compared(found, pairs)),
        "answer.md": [answer(found, pairs)],
        "saturation.csv": list(each_round(found)),
    }
    print(*written["saturation.md"], "", *written["compared.md"], "", *written["answer.md"], sep="\n")
    if out:
        out.mkdir(parents=True, exist_ok=True)
        for name, lines in written.items():
            (out / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def answer(found: Found, pairs: Sequence[tuple[str, str]]) -> str:
    """What is compared, in a sentence each."""
    sentences = []
    # The table has all; so many are read as sentences.
    for one, other in pairs[:5]:
        each_kind = []
        for kind in kinds_of(found):
            ours, theirs = ([each.rate for each in found[kind, name]] for name in (one, other))
            each_kind.append(f"{ratio(ours, theirs)} as many {KINDS[kind]}")
        sentences.append(f"At saturation {one} answers {' and '.join(each_kind)} as {other}.")
    said = [f"**{first}**" for first in sentences[:1]] + sentences[1:]
    rounds_ = max(map(len, found.values()))
    return " ".join([*said, f"In brackets: 95% intervals over {rounds_} rounds."])


def kinds_of(found: Found) -> list[str]:
    """The kinds that were asked for, in the order of the tables."""
    asked_for = {kind for kind, _ in found}
    return [kind for kind in KINDS if kind in asked_for]


def rounds_of(path: Path) -> Found:
    """What `each_round` wrote."""
    found: Found = {}
    with path.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            cpu = {"service": float(row["cpu_service_us"]) / 1e6, "parts": float(row["cpu_parts_us"]) / 1e6}
            found.setdefault((row["read"], row["service"]), []).append(Served(float(row["requests_per_s"]), cpu))
    return found


def compared(found: Found, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Markdown: what one arm answers and needs of what another does, with 95% intervals."""
    kinds = kinds_of(found)
    figures: dict[str, Callable[[Served], float]] = {"requests/s": lambda each: each.rate}
    # Of many kinds the table would be too wide, and a quota that is used up makes the one the inverse of the other.
    if len(kinds) <= 3:
        figures["CPU a request"] = lambda each: each.cpu["service"]
    yield "| Compared | " + " | ".join(f"{kind}, {figure}" for kind in kinds for figure in figures) + " |"
    yield "|---" * (1 + len(figures) * len(kinds)) + "|"
    for one, other in pairs:
        cells = []
        for kind in kinds:
            for figure in figures.values():
                ours, theirs = ([figure(each) for each in found[kind, name]] for name in (one, other))
                cells.append(ratio(ours, theirs))
        yield f"| {one} / {other} | {' | '.join(cells)} |"


def table(found: Found) -> Iterator[str]:
    """Markdown: medians, the fastest first."""
    yield "| Request | Service | requests/s | CPU service, µs/request | CPU parts, µs/request |"
    yield "|---|---|--:|--:|--:|"
    for kind in kinds_of(found):
        rates = {name: statistics.median(e.rate for e in all_) for (each, name), all_ in found.items() if each == kind}
        for name in sorted(rates, key=lambda name: -rates[name]):
            rounds_ = found[kind, name]
            service = statistics.median(each.cpu["service"] for each in rounds_)
            rest = statistics.median(sum(v for k, v in each.cpu.items() if k != "service") for each in rounds_)
            yield f"| {kind} | {name} | {rates[name]:.0f} | {service * 1e6:.0f} | {rest * 1e6:.0f} |"


def each_round(found: Found) -> Iterator[str]:
    """CSV: a line a round."""
    yield "read,service,round,requests_per_s,cpu_service_us,cpu_parts_us"
    for (kind, name), all_ in found.items():
        for number, served in enumerate(all_):
            rest = sum(cost for part, cost in served.cpu.items() if part != "service")
            cpu = f"{served.cpu['service'] * 1e6:.1f},{rest * 1e6:.1f}"
            yield f'{kind},"{name}",{number},{served.rate:.1f},{cpu}'


if __name__ == "__main__":
    main()
