from scalebed.measurement.ending import Ended


def test_one_that_the_kernel_killed_for_memory_is_told_so() -> None:
    killed = Ended(1, 2, -9, 4.6, for_memory=True)
    assert killed.sentence == (
        "Replica 1 of 2 was ended by SIGKILL, killed by the kernel for lack of memory, 5 s after its start; it left no "
        "word in its log"
    )
    assert "memory" not in Ended(1, 2, -9, 4.6).sentence
