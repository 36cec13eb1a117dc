"""How helm is called, by each of its versions, and what of its words reaches people."""

import json
import shlex
from pathlib import Path

import pytest

from scalebed.engines.kubernetes.api.helm import HelmCommand
from scalebed.messages import EngineError


class Program:
    """A helm that writes down how it was called, and answers as it is told."""

    def __init__(self, folder: Path, major: int) -> None:
        self._calls = folder / "calls"
        self._answers = folder / "answers"
        self._answers.mkdir()
        path = folder / "helm"
        path.write_text(
            "#!/bin/sh\n"
            f"printf '%s\\n' \"$*\" >>{shlex.quote(str(self._calls))}\n"
            f"cd {shlex.quote(str(self._answers))}\n"
            'answer="$1"; [ "$1" = get ] && answer="$1-$2"\n'
            'cat "$answer.out" 2>/dev/null\n'
            'if [ -e "$answer.err" ]; then cat "$answer.err" >&2; exit 1; fi\n'
        )
        path.chmod(0o755)
        self.helm = HelmCommand(path, folder / "chart", "kind-scalebed", "scalebed", major)

    def says(self, what: str, out: str = "", error: str = "") -> None:
        (self._answers / f"{what}.out").write_text(out)
        if error:
            (self._answers / f"{what}.err").write_text(error)

    def call(self, what: str) -> list[str]:
        """The words of the last call of this kind."""
        calls = [line.split() for line in self._calls.read_text().splitlines()]
        return next(words for words in reversed(calls) if words[0] == what)


def changed(program: Program) -> list[list[str]]:
    program.helm.upgrade("scalebed", {"naive": {"replicas": 2}}, "why")
    program.helm.rollback("scalebed", 3)
    return [program.call("upgrade"), program.call("rollback")]


def test_helm_3_is_called_with_what_it_knows(tmp_path: Path) -> None:
    for words in changed(Program(tmp_path, 3)):
        assert not [word for word in words if word.startswith(("--server-side", "--force-conflicts"))]


@pytest.mark.parametrize(
    ("made", "flags"),
    [
        ("ssa", ["--server-side=true", "--force-conflicts"]),
        ("csa", ["--server-side=false"]),
        ("", ["--server-side=false"]),  # by Helm 3, which says nothing
    ],
)
def test_helm_4_applies_as_the_release_was_made(tmp_path: Path, made: str, flags: list[str]) -> None:
    program = Program(tmp_path, 4)
    program.says("get-metadata", json.dumps({"name": "scalebed", **({"applyMethod": made} if made else {})}))
    for words in changed(program):
        assert [word for word in words if word.startswith(("--server-side", "--force-conflicts"))] == flags


def test_helm_4_installs_as_it_does_by_itself(tmp_path: Path) -> None:
    program = Program(tmp_path, 4)
    program.says("get-metadata", error="Error: release: not found\n")
    assert {"--server-side=true", "--install"} < set(changed(program)[0])


def test_a_cluster_that_does_not_answer_is_no_missing_release(tmp_path: Path) -> None:
    program = Program(tmp_path, 4)
    program.says("get-metadata", error="Error: Kubernetes cluster unreachable\n")
    with pytest.raises(EngineError, match="helm get metadata scalebed: Kubernetes cluster unreachable"):
        program.helm.upgrade("scalebed", {}, "why")


LINKS = "walk.go:75: found symbolic link in path: /a resolves to /b\n"
CHECKED = """\
Error: UPGRADE FAILED: execution error at (scalebed/charts/naive/templates/a.yaml:8:4): naive.resources: is too much

Use --debug flag to render out invalid YAML
"""
LOGGED = 'level=WARN msg="unable to find exact version"\nI1128 06:00:00.000000 7 warnings.go:110] old\n'
SCHEMA = """\
Error: values don't meet the specifications of the schema(s) in the following chart(s):
naive:
- at '/replicas': got string, want integer
"""


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (LINKS + CHECKED, "UPGRADE FAILED: naive.resources: is too much"),
        (LOGGED + SCHEMA, " ".join(SCHEMA.removeprefix("Error: ").split())),
        ("WARNING: Kubernetes configuration file is group-readable.\n", "helm failed and gave no reason"),
        ("something else went wrong\n", "something else went wrong"),
    ],
)
def test_an_error_is_helm_s_own_sentence_and_nothing_before_it(tmp_path: Path, said: str, sentence: str) -> None:
    program = Program(tmp_path, 3)
    program.says("upgrade", error=said)
    with pytest.raises(EngineError) as caught:
        program.helm.upgrade("scalebed", {}, "why")
    assert str(caught.value) == f"helm upgrade scalebed: {sentence}"


def test_the_jobs_of_a_revision_are_those_of_its_manifest(tmp_path: Path) -> None:
    program = Program(tmp_path, 3)
    manifest = "---\nkind: Job\nmetadata: {name: rows-1}\n---\nkind: Service\nmetadata: {name: web}\n---\n"
    program.says("get-manifest", manifest)
    assert program.helm.jobs("scalebed", 3) == {"rows-1"}
    assert "--revision=3" in program.call("get")
