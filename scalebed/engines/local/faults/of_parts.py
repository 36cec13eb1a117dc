"""Faults of what stands around the replicas: database, pooler, cache and balancer."""

from __future__ import annotations

import signal
from typing import Protocol

from scalebed.engines.local.faults.scene import Scene, frozen
from scalebed.engines.local.isolation.processes import Child
from scalebed.engines.local.parts.driver import sql
from scalebed.engines.local.parts.links import LinkedPart, Links
from scalebed.engines.local.parts.pgbouncer import Pooler
from scalebed.engines.local.parts.valkey import Cache
from scalebed.execution.disruption import RisingLoad
from scalebed.messages import EngineError

_ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
_TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"


def balancer_reloaded(scene: Scene) -> None:
    scene.begun("the balancer was asked to read its configuration")
    scene.running.balance()
    scene.over("it was asked")


def pooler_restarted(scene: Scene) -> None:
    pooler = _pooler(scene)
    scene.begun("the pooler was asked to stop once no transaction runs")
    scene.processes.end(pooler.child, signal.SIGINT)
    _start_again(scene, pooler.child)
    pooler.wait()
    scene.over("it accepted connections")


def pooler_killed(scene: Scene) -> None:
    _end(scene, _pooler(scene), signal.SIGKILL, "the pooler was killed", "it accepted connections")


def cache_killed(scene: Scene) -> None:
    _end(scene, _cache(scene), signal.SIGKILL, "the cache was killed", "it answered")


def database_restarted(scene: Scene) -> None:
    what = "the database was asked to shut down fast"
    _end(scene, scene.rig.cluster, signal.SIGINT, what, "it accepted connections")


def database_crashed(scene: Scene) -> None:
    _end(scene, scene.rig.cluster, signal.SIGQUIT, "the database ended at once", "it accepted connections")


def connections_killed(scene: Scene) -> None:
    with scene.rig.cluster.connect("postgres") as connection:
        scene.begun("every connection was ended")
        connection.execute(_ENDED, [scene.database])
    scene.over("they were ended")


def database_frozen(scene: Scene) -> None:
    _frozen(scene, "database")


def cache_frozen(scene: Scene) -> None:
    _frozen(scene, "cache")


def database_slow(scene: Scene) -> None:
    _slow(scene, "database")


def cache_slow(scene: Scene) -> None:
    _slow(scene, "cache")


def database_unreachable(scene: Scene) -> None:
    _silent(scene, "database")


def cache_unreachable(scene: Scene) -> None:
    _silent(scene, "cache")


def overload(scene: Scene) -> None:
    """It is the generator's doing, and at the same moments; here it is told, and replicas are minded."""
    RisingLoad(scene.fault).inject(scene.number, scene.told, scene.pause)


def tables_locked(scene: Scene) -> None:
    """As a migration holds them that runs for long: reads go on, writes wait."""
    with scene.rig.cluster.connect(scene.database) as connection:
        names = [sql.Identifier(*row) for row in connection.execute(_TABLES).fetchall()]
        if not names:
            raise EngineError(f"{scene.fault.name}: database {scene.database} has no table; leave this fault out")
        with connection.transaction():
            connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.SQL(", ").join(names)))
            scene.begun("every table was locked")
            scene.lasting()
    scene.over("they were let go")


def cache_full(scene: Scene) -> None:
    cache = _cache(scene)
    cache.fill(full=True)
    try:
        scene.begun("the cache took no more")
        scene.lasting()
    finally:
        cache.fill(full=False)
    scene.over("it took all again")


def cache_flushed(scene: Scene) -> None:
    scene.begun("the cache was emptied")
    _cache(scene).empty()
    scene.over("it was empty")


def _frozen(scene: Scene, part: LinkedPart) -> None:
    with frozen(scene.processes.group(part)):
        scene.begun(f"the {part} was stopped")
        scene.lasting()
    scene.over("it went on")


def _slow(scene: Scene, part: LinkedPart) -> None:
    with _links(scene).slow(part, scene.fault.delay_s):
        scene.begun(f"the {part}’s answers came {scene.fault.delay_s * 1000:g} ms later")
        scene.lasting()
    scene.over("they came as before")


def _silent(scene: Scene, part: LinkedPart) -> None:
    with _links(scene).silent(part):
        scene.begun(f"nothing came from the {part}")
        scene.lasting()
    scene.over("it could be reached")


class _Part(Protocol):
    """One that can be ended, and waited for."""

    @property
    def child(self) -> Child: ...

    def wait(self) -> None:
        """Until it serves."""
        ...


def _end(scene: Scene, part: _Part, number: signal.Signals, what: str, back: str) -> None:
    """By this signal, and start it again if that is to be."""
    scene.begun(what)
    scene.processes.end(part.child, number, 60.0)
    if scene.fault.restart_after_s is None:
        return
    try:
        scene.pause(scene.fault.restart_after_s)
    finally:
        _start_again(scene, part.child)
    part.wait()
    scene.over(back)


def _start_again(scene: Scene, child: Child) -> None:
    scene.processes.again(child)
    child.excused = False


def _pooler(scene: Scene) -> Pooler:
    assert scene.running.pooler is not None  # noqa: S101 - the experiment was refused otherwise
    return scene.running.pooler


def _cache(scene: Scene) -> Cache:
    assert scene.running.cache is not None  # noqa: S101 - the experiment was refused otherwise
    return scene.running.cache


def _links(scene: Scene) -> Links:
    assert scene.running.links is not None  # noqa: S101 - the engine has made them for such faults
    return scene.running.links
