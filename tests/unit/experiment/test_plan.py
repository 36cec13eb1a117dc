"""The order of repetitions: blocks in turn, each whole, each in a drawn order."""

from __future__ import annotations

from itertools import groupby

from scalebed.experiment.plan import cells, plan
from scalebed.experiment.spec import Experiment, parse_experiment


def experiment(seed: int = 7, blocks: int = 6) -> Experiment:
    keys = {
        "name": "tried", "variants": ["naive", {"name": "cold", "service": "optimized"}], "replicas": [1, 2, 4],
        "seed": seed, "blocks": blocks, "workload": "detail", "warm": False, "cpu_per_replica": 0.5,
        "dataset": {"contacts": 500, "seed": 3},
    }  # fmt: skip
    return parse_experiment(keys, "tried.yaml")


def orders(spec: Experiment) -> list[list[str]]:
    return [[step.cell.id for step in steps] for _, steps in groupby(plan(spec), key=lambda step: step.block)]


def test_a_cell_carries_what_decides_its_deployment() -> None:
    cell = cells(experiment())[4]
    assert cell.id == "cold-x2"
    assert (cell.variant.service, cell.replicas, cell.cpu_per_replica) == ("optimized", 2, 0.5)
    assert (cell.workload, cell.contacts, cell.dataset_seed, cell.warm) == ("detail", 500, 3, False)


def test_each_block_holds_each_cell_once() -> None:
    spec = experiment()
    assert [step.block for step in plan(spec)] == [block for block in range(6) for _ in range(6)]
    for order in orders(spec):
        assert sorted(order) == sorted(cell.id for cell in cells(spec))


def test_the_order_is_drawn_from_the_seed() -> None:
    assert plan(experiment(seed=3)) == plan(experiment(seed=3))
    assert orders(experiment(seed=3)) != orders(experiment(seed=4))


def test_blocks_differ_in_order() -> None:
    assert len({tuple(order) for order in orders(experiment())}) > 1


def test_more_blocks_keep_the_order_of_the_first() -> None:
    assert orders(experiment(blocks=9))[:6] == orders(experiment(blocks=6))


def duets(**keys: object) -> set[tuple[str, str | None]]:
    """Each step's cell, and what runs beside it, of one block."""
    plain = {"name": "tried", "rate": 5, "duration": 20, "blocks": 1, "duet": True}
    steps = plan(parse_experiment({**plain, **keys}, "tried.yaml"))
    return {(step.cell.id, None if step.beside is None else step.beside.id) for step in steps}


def test_in_duets_each_variant_runs_beside_the_base() -> None:
    matrix = {"variants": ["naive", "optimized"]}
    assert duets(kind="matrix", matrix=matrix, control=True) == {
        ("optimized-x1", "naive-x1"),
        ("naive-again-x1", "naive-x1"),
    }


def test_on_a_ladder_it_runs_beside_the_rung_before_and_the_control_beside_the_base() -> None:
    steps = [{"name": "pool", "switches": {"pool": "on"}}, {"name": "indexes", "switches": {"indexes": "on"}}]
    assert duets(kind="ablation", ablation={"base": "naive", "steps": steps}, control=True) == {
        ("pool-x1", "naive-x1"),
        ("indexes-x1", "pool-x1"),
        ("naive-again-x1", "naive-x1"),
    }


def test_a_duet_is_of_one_load_and_one_number_of_replicas() -> None:
    matrix = {"variants": ["naive", "optimized"], "factors": {"users": [2, 5]}}
    assert duets(kind="matrix", matrix=matrix, rate=None, replicas=[1, 2]) == {
        (f"optimized-x{replicas}-u{users}", f"naive-x{replicas}-u{users}") for replicas in (1, 2) for users in (2, 5)
    }


def test_the_base_has_a_step_of_its_own_where_its_capacity_is_sought() -> None:
    matrix = {"variants": ["naive", "optimized"]}
    assert duets(kind="matrix", matrix=matrix, capacity=["naive"]) == {
        ("optimized-x1", "naive-x1"),
        ("naive-x1", None),
    }
