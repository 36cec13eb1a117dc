"""The engine on real Postgres, PgBouncer, Valkey and nginx, with a service as small as one can be."""

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from processes import children, listening

from scalebed.engines.local.engine import LocalEngine
from scalebed.engines.local.parts.pgbouncer import pool_size
from scalebed.execution.ports import Engine, Probe
from scalebed.experiment.plan import Cell, cells
from scalebed.measurement.load import Load
from scalebed.messages import EngineError
from scalebed.secrecy import VEIL
from tests.local import rooms

pytestmark = pytest.mark.xdist_group("engine")


def prepared(engine: LocalEngine, **keys: object) -> tuple[Cell, ...]:
    experiment = rooms.tiny(**keys)
    engine.prepare(experiment, lambda line: None)
    return cells(experiment)


def test_it_is_an_engine(engine: LocalEngine) -> None:
    as_port: Engine = engine
    assert as_port.name == "local"
    assert as_port.cores > 0


def test_a_cell_is_deployed_behind_its_parts_and_gone_afterwards(engine: LocalEngine) -> None:
    (cell,) = prepared(engine, variants=[{"name": "tiny", "switches": {"greeting": "hi"}}])

    with engine.deploy(cell) as target:
        assert len(target.replica_urls) == 2
        assert rooms.get(f"{target.url}/count") == 500
        assert rooms.get(f"{target.url}/timeout") == "10s"
        about = [rooms.get(f"{target.url}/about") for _ in range(20)]
        # Idle replicas take turns.
        assert sorted([entry["pid"] for entry in about].count(pid) for pid in {e["pid"] for e in about}) == [10, 10]
        assert {entry["secret"] for entry in about} == {about[0]["secret"]}
        assert len({entry["metrics"] for entry in about}) == 2
        assert about[0]["switches"] == {"greeting": "hi"}
        assert about[0]["headers"]["X-Forwarded-Proto"] == "http"
        assert f"http://{about[0]['headers']['Host']}" == target.url
        pids = {entry["pid"] for entry in about}
        ports = [int(url.rsplit(":", 1)[1]) for url in (target.url, *target.replica_urls)]

    assert not any(psutil.pid_exists(pid) for pid in pids)
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)


def test_an_error_of_a_replica_reaches_the_client(engine: LocalEngine) -> None:
    (cell,) = prepared(engine)

    with engine.deploy(cell) as target:
        assert [rooms.status(f"{target.url}/error") for _ in range(4)] == [500] * 4
        assert rooms.status(f"{target.url}/absent?key=a-scripts-s3cret") == 404
        assert rooms.status(f"{target.url}/count") == 200
        VEIL.add("a-scripts-s3cret")

    said = "".join(log.read_text() for log in engine._in_use().folder.glob("*.log"))
    assert "s3cret" not in said
    assert "/absent?key=[secret]" in said


def test_nothing_listens_outside_loopback(engine: LocalEngine) -> None:
    (cell,) = prepared(engine)

    with engine.deploy(cell):
        addresses = listening(children(os.getpid()))
        assert len({port for _, port in addresses}) >= 6
        assert {ip for ip, _ in addresses} == {"127.0.0.1"}


def test_trials_that_write_find_the_rows_as_they_were(engine: LocalEngine) -> None:
    (cell,) = prepared(engine, workload="write-mix")

    for _ in range(2):
        with engine.deploy(cell) as target:
            for _ in range(2):
                engine.restore(cell)
                assert rooms.get(f"{target.url}/count") == 500
                rooms.get(f"{target.url}/add")
                assert rooms.get(f"{target.url}/count") == 501


def test_each_choice_of_objects_has_its_own_database(engine: LocalEngine) -> None:
    variants = ["tiny", {"name": "indexed", "service": "tiny", "switches": {"index": "on"}}]
    found = {}

    for cell in prepared(engine, variants=variants, replicas=[1]):
        with engine.deploy(cell) as target:
            found[cell.variant.name] = rooms.get(f"{target.url}/indexes")

    assert found == {"tiny": 0, "indexed": 1}


def test_each_variant_has_the_pooler_it_asks_for(engine: LocalEngine) -> None:
    variants = [
        {"name": "tiny-session", "service": "tiny", "pooler": {"mode": "session", "size": 3}},
        {"name": "tiny-direct", "service": "tiny", "pooler": "off"},
        "tiny",
    ]
    ports = {}

    for cell in prepared(engine, variants=variants, replicas=[1]):
        with engine.deploy(cell) as target:
            assert rooms.get(f"{target.url}/count") == 500
            assert rooms.get(f"{target.url}/timeout") == "10s"
            ports[cell.variant.name] = rooms.get(f"{target.url}/about")["database_port"]

    postgres = engine._in_use().cluster.port
    assert {name: port == postgres for name, port in ports.items()} == {
        "tiny-session": False,
        "tiny-direct": True,
        "tiny": False,
    }
    assert engine.fingerprint()["pool"] == {
        "tiny-session": "session, 3 connections",
        "tiny-direct": "off",
        "tiny": f"transaction, {pool_size(engine.cores)} connections",
    }


def test_database_time_is_that_of_the_cell_s_database(engine: LocalEngine) -> None:
    (cell,) = prepared(engine, replicas=[1])
    probe = engine.probe()

    with engine.deploy(cell) as target:
        before = probe.sample().database_time_s
        for _ in range(3):
            rooms.get(f"{target.url}/sleep")
        time.sleep(10.5)  # when Postgres has added up what an idle session did, all but its last statement perhaps
        after = probe.sample().database_time_s

    assert before is not None
    assert after is not None
    assert 0.55 < after - before < 1.5


def test_loaded_databases_are_kept_and_interrupted_ones_made_again(engine: LocalEngine, root: Path) -> None:
    said: list[str] = []
    engine.prepare(rooms.tiny(dataset={"contacts": 700}), said.append)
    assert sum("Loading 700" in line for line in said) == 1
    rig = engine._in_use()
    (template,) = [name for name in rig.databases.names() if name.startswith("tpl_700_")]
    engine.close()

    again: list[str] = []
    engine.prepare(rooms.tiny(dataset={"contacts": 700}), again.append)
    assert not any("Loading" in line for line in again)
    with engine._in_use().cluster.connect("postgres") as connection:
        connection.execute(f"COMMENT ON DATABASE {template} IS NULL")
    engine.close()

    after: list[str] = []
    engine.prepare(rooms.tiny(dataset={"contacts": 700}), after.append)
    assert sum("Loading 700" in line for line in after) == 1


@pytest.mark.parametrize("order", [["tiny", "double"], ["double", "tiny"]])
def test_services_with_rows_of_their_own_never_get_each_others(engine: LocalEngine, order: list[str]) -> None:
    """Whoever comes first: a template belongs to the commands that made it, not to its size."""
    contacts = 300 + len(order[0])  # in either order a size that no other test has loaded
    counted = {}
    for cell in prepared(engine, variants=order, replicas=[1], dataset={"contacts": contacts}):
        with engine.deploy(cell) as target:
            counted[cell.variant.name] = rooms.get(f"{target.url}/count")
    assert counted == {"tiny": contacts, "double": 2 * contacts}


def test_a_replica_that_does_not_start_is_quoted(engine: LocalEngine) -> None:
    (cell,) = prepared(engine, variants=[{"name": "tiny", "switches": {"greeting": "broken"}}])

    with pytest.raises(EngineError, match=r"tiny \(tiny-\d\) ended with status 1 .*this replica refuses to greet"):
        engine.deploy(cell).__enter__()

    (whole,) = cells(rooms.tiny())
    with engine.deploy(whole) as target:
        assert rooms.get(f"{target.url}/count") == 500


def test_the_fingerprint_is_json_and_says_what_was_measured_with(engine: LocalEngine) -> None:
    prepared(engine)

    found = json.loads(json.dumps(engine.fingerprint()))

    assert found["parts"]["postgres"]["version"].startswith("18.")
    assert found["packages"]["django"].startswith("5.2")
    assert found["postgres_settings"]["fsync"] == "on"
    assert found["host"]["cores"] == len(os.sched_getaffinity(0))
    assert found["dataset"]["contacts"] == 500


def test_a_second_testbed_is_refused_by_name(engine: LocalEngine, root: Path, cache: Path) -> None:
    prepared(engine)
    second = LocalEngine(root, cache, lambda line: None)

    with pytest.raises(EngineError, match=rf"process {os.getpid()} measures or serves here"):
        second.prepare(rooms.tiny(), lambda line: None)

    second.close()


def test_using_it_unprepared_is_one_sentence(engine: LocalEngine) -> None:
    with pytest.raises(EngineError, match="call prepare first"):
        engine.probe()


def test_closing_twice_is_safe_and_leaves_no_process(engine: LocalEngine) -> None:
    before = set(psutil.Process().children(recursive=True))
    prepared(engine)
    assert set(psutil.Process().children(recursive=True)) - before

    engine.close()
    engine.close()

    assert not set(psutil.Process().children(recursive=True)) - before


def test_k6_loads_the_target_in_a_group_of_its_own(engine: LocalEngine) -> None:
    (cell,) = prepared(engine)
    probe = engine.probe()

    with engine.deploy(cell) as target:
        before = probe.sample()
        run = engine.generator().start(target, Load("detail", 20, 3, 20, 7, 500))
        counted = 0
        deadline = time.monotonic() + 30
        while not run.finished and time.monotonic() < deadline:
            counted += sum(line.count for line in run.poll(1.0)[0])
            after = probe.sample()

    assert run.failure is None
    assert counted > 20
    assert after.cpu_s["generator"] > before.cpu_s["generator"] + 0.05
    assert after.memory_bytes["database"] > 10 * 2**20


@pytest.mark.alone
def test_the_quota_limits_each_replica(engine: LocalEngine) -> None:
    """A busy loop under a quarter of a core takes four times as long; where no quota can be set, it is said."""
    (cell,) = prepared(engine, cpu_per_replica=0.25, replicas=[1])
    probe = engine.probe()

    with engine.deploy(cell) as target:
        assert target.service_quota == (0.25 if engine.quota.limits else None)
        before, begun = probe.sample(), time.monotonic()
        took = rooms.get(f"{target.url}/spin?seconds=1")
        elapsed, after = time.monotonic() - begun, probe.sample()

    if not engine.quota.limits:
        warnings = [finding.message for finding in engine.preflight(rooms.tiny()) if finding.level == "warn"]
        assert any("no CPU quota can be set here" in warning for warning in warnings)
        return
    assert 3.2 < took < 6
    assert (after.cpu_s["service"] - before.cpu_s["service"]) / elapsed == pytest.approx(0.25, abs=0.05)
    assert after.throttled_s["service"] > before.throttled_s["service"] + 0.2


@pytest.mark.alone
def test_a_sample_is_cheap(engine: LocalEngine) -> None:
    """About what its own files cost to read: asking the system for all processes would be ten times as much."""
    (cell,) = prepared(engine, replicas=[4])

    with engine.deploy(cell):
        assert least_files(engine.probe()) < 120


def least_files(probe: Probe, rounds: int = 5) -> float:
    """CPU of a sample in reads of a small file beside it: the least mean of some rounds, as the host may be busy."""
    file = Path("/proc/self/statm")
    return min(cost(probe.sample) / cost(lambda: file.read_text(encoding="ascii")) for _ in range(rounds))


def cost(of: Callable[[], object], times: int = 20) -> float:
    """CPU-seconds of this process."""
    begun = time.process_time()
    for _ in range(times):
        of()
    return (time.process_time() - begun) / times
