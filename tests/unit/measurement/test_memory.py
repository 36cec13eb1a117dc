from scalebed.measurement.memory import ReplicaMemory, Taken, deaths, for_others, taken

MIB = 2**20


def reading(
    working_set: int = 10, kills: int = 0, *, elsewhere: int = 0, gone: bool = False, met: int | None = None
) -> ReplicaMemory:
    """`met`: as often as something was killed, where it is not said."""
    times = kills if met is None else met
    return ReplicaMemory(working_set * MIB, elsewhere * MIB, 50 * MIB, 60 * MIB, kills, gone, times)


def test_the_most_of_all_readings_and_the_kernel_s_last_word() -> None:
    readings = [[reading(10)], [reading(30, elsewhere=4)], [reading(20)]]
    assert taken(readings) == (Taken(30 * MIB, 4 * MIB, 50 * MIB, 60 * MIB, 0, lost=False, at_limit=False),)


def test_replicas_stand_for_themselves() -> None:
    one, other = taken([[reading(10), reading(20)], [reading(30), reading(5, 1)]])
    assert (one.working_set_bytes, one.kills) == (30 * MIB, 0)
    assert (other.working_set_bytes, other.kills) == (20 * MIB, 1)


def test_what_was_killed_before_is_not_killed_again() -> None:
    (again,) = taken([[reading(kills=2)], [reading(kills=3)]], before=[reading(kills=2)])
    assert (again.kills, again.lost) == (1, False)
    (lost,) = taken([[reading(kills=2, gone=True)]], before=[reading(kills=2)])
    assert (lost.kills, lost.lost) == (0, True)


def test_nothing_is_told_where_it_was_not_always_read() -> None:
    assert taken([]) == ()
    assert taken([[], []]) == ()
    assert taken([[reading()], [reading(), reading()]]) == ()


def test_what_ended_by_itself_was_not_killed() -> None:
    assert deaths(taken([[reading(gone=True)]]), 64 * MIB) == ()


def test_a_limit_that_was_not_met_killed_nobody() -> None:
    """The kernel counts a kill whoever lacked memory."""
    limit = 64 * MIB
    for readings, before in (
        ([reading(kills=1, met=0)], reading()),
        ([reading(kills=1, met=3)], reading(met=3)),
        ([reading(kills=1, met=0, gone=True)], reading(kills=1, met=0)),
    ):
        took = taken([readings], before=[before])
        assert for_others(took, limit)
        (told,) = deaths(took, limit)
        assert "this machine had none left" in told
        assert "it may take 64 MiB, and did not" in told
    assert not for_others(taken([[reading(kills=1, met=4)]], before=[reading(met=3)]), limit)
    assert for_others(taken([[reading(kills=1, met=4)]]), None), "it had no limit"
    assert not for_others(taken([[reading()]]), None)


def test_who_was_killed_and_why() -> None:
    took = taken([[reading(), reading(kills=1), reading(kills=3, gone=True)]])
    assert deaths(took, 64 * MIB) == (
        "The kernel killed a process of replica 2 for lack of memory: it may take 64 MiB (memory_per_replica).",
        "The kernel killed 3 processes of replica 3 for lack of memory: it may take 64 MiB (memory_per_replica).",
    )
    (before,) = deaths(taken([[reading(kills=1, gone=True)]], before=[reading(kills=1)]), 64 * MIB)
    assert before.startswith("The kernel had killed replica 1 for lack of memory before this trial: it may take 64 MiB")
    assert "this machine had none left" in deaths(taken([[reading(kills=1)]]), None)[0]
