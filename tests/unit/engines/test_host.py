import os

import pytest

from scalebed.engines.host import Placement, busy_cores, cpu_model, parse_stat, place, read_cpu

TICKS = os.sysconf("SC_CLK_TCK")


def test_busy_time_leaves_idle_waiting_and_stolen_time_out() -> None:
    cpu = parse_stat("cpu  100 20 30 9000 400 5 6 70 50 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")

    assert cpu.busy_s == pytest.approx(161 / TICKS)
    assert cpu.steal_s == pytest.approx(70 / TICKS)


def test_the_host_s_own_figures_only_grow() -> None:
    first = read_cpu()
    assert read_cpu().busy_s >= first.busy_s > 0
    assert busy_cores(0.05) >= 0


def test_few_cores_are_not_divided() -> None:
    assert place([0, 1], [0, 1], 1.0) == Placement(None, None)
    assert place([0, 1, 2], [0, 1, 2], 0.5) == Placement(None, None)


def test_cores_are_halved_where_that_is_enough() -> None:
    assert place([0, 1, 2, 3], [0, 1, 2, 3], 1.0) == Placement((0, 1), (2, 3))


def test_replicas_get_what_they_need_while_two_cores_remain() -> None:
    assert place(range(8), range(8), 5.5) == Placement((0, 1, 2, 3, 4, 5), (6, 7))
    assert place(range(8), range(8), 6.5) == Placement(None, None)


def test_threads_of_one_core_stay_together() -> None:
    cores, siblings = list(range(8)), [0, 1, 2, 3, 0, 1, 2, 3]

    assert place(cores, siblings, 1.0) == Placement((0, 1, 4, 5), (2, 3, 6, 7))
    assert place(cores, siblings, 4.5) == Placement((0, 1, 2, 4, 5, 6), (3, 7))


def test_placement_is_described() -> None:
    assert place([0, 1, 2, 3], [0, 1, 2, 3], 1.0).describe() == "replicas on cores 0, 1, everything else on 2, 3"
    assert place([0, 1], [0, 1], 1.0).describe().startswith("none")


def test_cpu_model_is_read_or_unknown() -> None:
    assert cpu_model("processor\t: 0\nmodel name\t: AMD EPYC\nmodel name\t: other\n") == "AMD EPYC"
    assert cpu_model("processor\t: 0\n") == "unknown"
