from pathlib import Path

import pytest

from clusterbed.commands import Answer, Log, ask, output
from scalebed.messages import EngineError


def test_a_failure_names_what_the_last_line_and_the_log(tmp_path: Path) -> None:
    log = Log(tmp_path / "logs" / "stage.log")

    with pytest.raises(EngineError, match=r"Baking failed: no flour \(all of it: .*stage\.log\)"):
        log.run(["sh", "-c", "echo no flour; exit 3"], what="Baking")

    assert "sh -c 'echo no flour; exit 3'" in log.path.read_text()


def test_a_program_that_fails_silently_is_named_and_not_another(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.run(["echo", "what another said before"], what="Saying")

    with pytest.raises(EngineError, match=r"Baking failed: sh ended with status 3 and said nothing \(all of it"):
        log.run(["sh", "-c", "exit 3"], what="Baking")


def test_a_program_that_does_not_answer_is_named() -> None:
    assert ask(["printf", "%s", "fine"]) == Answer("fine")
    assert ask(["sh", "-c", "echo out; echo no flour >&2; exit 1"]) == Answer(None, "no flour")
    assert ask(["sh", "-c", "exit 4"]) == Answer(None, "sh ended with status 4 and said nothing")
    assert ask(["sleep", "5"], timeout_s=0.05) == Answer(None, "sleep said nothing for 0.05 s")
    assert ask(["no-such-program"]) == Answer(None, "no-such-program cannot be run (No such file or directory)")


def test_a_program_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="Baking failed: no-such-program cannot be run"):
        Log(tmp_path / "log").run(["no-such-program"], what="Baking")


def test_begin_empties_the_log_and_runs_add_to_it(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.run(["echo", "before"], what="Saying")
    log.begin()
    log.run(["echo", "one"], what="Saying")
    log.run(["echo", "two"], what="Saying", env={"PATH": "/usr/bin:/bin"})

    assert log.path.read_text() == "$ echo one\none\n$ echo two\ntwo\n"


def test_output_is_none_of_what_fails_hangs_or_is_not_there() -> None:
    assert output(["printf", "%s", "fine"]) == "fine"
    assert output(["sh", "-c", "echo; exit 1"]) is None
    assert output(["sleep", "5"], timeout_s=0.05) is None
    assert output(["no-such-program"]) is None
