"""A load, and what it is aimed at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from scalebed.experiment.faults import CLIENT_PATIENCE_S
from scalebed.experiment.slo import Slo
from scalebed.experiment.spec import Experiment
from scalebed.measurement.timeline import Journeys

MOST_VUS = 2000
GRACE_S = 30.0
"""How long journeys under way are waited for at the end of a load, as the scripts of loadtest/k6 have it."""


@dataclass(frozen=True)
class Target:
    """A deployed cell. `url` is the balancer's, `parts` are the names the probe reports usage for:
    `service`, `database`, `pooler`, `cache`, `balancer`, `generator`."""

    url: str
    replica_urls: tuple[str, ...]
    parts: tuple[str, ...]
    service_quota: float | None
    """CPU quota of all replicas together, in cores; None where the host lets nobody set one."""
    insecure: bool = False
    """Take any certificate."""
    ca: str | None = None
    """A file of certificates that are trusted."""
    cert: str | None = None
    """A file with the client's certificate, and with its `key` another."""
    key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request that has none of the name; some may be secrets."""
    start_up_s: tuple[float, ...] = ()
    """Seconds from when each replica was asked for until it was ready; of those that somebody saw start."""


@dataclass(frozen=True)
class Load:
    """One load on a target, as the scenario reads it from its environment."""

    workload: str
    rate: float
    """Mean arrivals a second, Poisson."""
    duration_s: float
    max_vus: int
    seed: int
    contacts: int
    """Rows in the dataset, so that keys can be drawn."""
    writes: bool = False
    concurrency: int | None = None
    """Set: a closed model with this many users, each sending its next request when the last is answered."""
    stages: tuple[tuple[int, float], ...] = ()
    """Users and seconds, one after another: a closed model whose users come and go; `concurrency` is the most."""
    steps: tuple[tuple[float, float], ...] = ()
    """Rates and seconds, one after another; `rate` is their mean."""
    journeys: bool = False
    """An arrival is a journey of a script of the user's own, which may make several requests and pause."""
    grace_s: float = GRACE_S
    """How long journeys under way are waited for at its end."""
    expected: Journeys | None = None
    """What a journey came to before, for as long as none has ended."""
    then: tuple[tuple[float, int], ...] = ()
    """`rate` and `max_vus` of the loads that will be asked for next, in this order, unless something goes wrong; they
    are like this one in all else. A generator that takes long to start may start them as one."""


def load_of(
    experiment: Experiment,
    users: int | None,
    rate: float,
    *,
    duration_s: float,
    seed: int,
    journeys: Journeys | None = None,
) -> Load:
    """One load of an experiment, by so many users or at a rate; `journeys` is what an arrival came to before."""
    faulty = experiment.traits.disrupts
    vus = vus_of_outage(rate, journeys) if faulty else most_vus(rate, experiment.slo, journeys)
    return Load(
        workload=experiment.workload,
        rate=rate,
        duration_s=duration_s,
        max_vus=users or vus,
        grace_s=CLIENT_PATIENCE_S if faulty and experiment.load is None else GRACE_S,
        seed=seed,
        contacts=experiment.dataset.contacts,
        writes=experiment.writes,
        concurrency=users,
        journeys=experiment.load is not None,
        expected=journeys,
    )


def vus_of_outage(rate: float, journeys: Journeys | None = None) -> int:
    """So many that they hold all that comes while nothing is answered, until clients give up."""
    requests, pause_s = (1.0, 0.0) if journeys is None else (max(journeys.requests, 1.0), journeys.pause_s)
    return min(math.ceil(rate * (requests * CLIENT_PATIENCE_S + pause_s) + 13 * math.sqrt(rate)) + 20, MOST_VUS)


def most_vus(rate: float, slo: Slo, journeys: Journeys | None = None) -> int:
    """So many that an overloaded service holds them all only after it has broken the SLO.

    `journeys`: what an arrival comes to, where it is more than a request; VUs are held in its pauses, too.
    """
    held_s = 3 * slo.latency_ms / 1000
    if journeys is not None:
        # Each VU of a script that somebody else wrote may cost megabytes, and all requests of a journey are hardly ever
        # at the limit at once.
        held_s = 1.5 * max(journeys.requests, 1.0) * slo.latency_ms / 1000 + journeys.pause_s
    return min(math.ceil(rate * held_s + 13 * math.sqrt(rate)) + 20, MOST_VUS)
