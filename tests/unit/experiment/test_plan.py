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
