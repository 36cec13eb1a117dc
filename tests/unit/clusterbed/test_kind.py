from pathlib import Path

import pytest

from clusterbed.commands import Log
from clusterbed.kind import Cluster, is_there
from scalebed.messages import EngineError
from scalebed.paths import ROOT


class Programs:
    """kind, kubectl and docker that write down their words, and answer what they are told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        for name in ("kind", "kubectl", "docker"):
            self.put(name, "")

    def put(self, name: str, answer: str, code: int = 0) -> None:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\necho {name} \"$@\" >>'{self.calls}'\nprintf '%s' '{answer}'\nexit {code}\n")
        program.chmod(0o755)

    def said(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def cluster(self) -> Cluster:
        return Cluster(self.folder / "kind", self.folder / "kubectl", ROOT, Log(self.folder / "log"))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Programs(tmp_path)


def test_a_cluster_is_made_from_the_one_configuration_with_our_node_image(programs: Programs) -> None:
    programs.put("kubectl", "True")

    programs.cluster().create("scalebed.local/node:1")

    made = programs.said()[0]
    assert made.startswith(f"kind create cluster --config {ROOT}/kind-config.yaml")
    assert made.endswith("--image scalebed.local/node:1")


def test_with_a_registry_the_configuration_names_the_image(programs: Programs) -> None:
    programs.put("kubectl", "True")

    programs.cluster().create(None)

    assert "--image" not in programs.said()[0]


def test_a_node_that_does_not_become_ready_is_said(programs: Programs) -> None:
    programs.put("kubectl", "False")

    with pytest.raises(EngineError, match="node is not Ready"):
        programs.cluster().create(None)


def test_a_stopped_node_is_a_cluster_too(programs: Programs) -> None:
    assert not is_there()
    programs.put("docker", "0123abcd")

    assert is_there()
    assert "--all" in programs.said()[-1]


def test_an_api_server_that_does_not_answer_is_none(programs: Programs) -> None:
    programs.put("kubectl", "", code=1)

    assert not programs.cluster().answers()


def test_only_our_context_is_spoken_to(programs: Programs, tmp_path: Path) -> None:
    programs.cluster().install(tmp_path / "resources")
    programs.cluster().wait_for_metrics()

    assert len(programs.said()) > 8
    assert all(call.startswith("kubectl --context=kind-scalebed ") for call in programs.said())


def test_custom_resources_are_there_before_what_uses_them(programs: Programs, tmp_path: Path) -> None:
    programs.cluster().install(tmp_path / "resources")

    said = programs.said()
    resources = next(number for number, call in enumerate(said) if "Established" in call)
    operator = next(number for number, call in enumerate(said) if call.endswith("k8s/k6-operator"))
    assert resources < operator


def test_a_definition_without_conditions_is_asked_for_again(programs: Programs, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    program = tmp_path / "kubectl"
    not_yet = f"case \"$*\" in *Established*) [ -e '{asked}' ] || {{ touch '{asked}'; exit 1; }};; esac"
    program.write_text(program.read_text().replace("exit 0", not_yet))

    programs.cluster().install(tmp_path / "resources")

    assert sum("Established" in call for call in programs.said()) == 2


def test_a_definition_that_is_never_established_is_named(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusterbed.kind._ESTABLISHED_S", 0)
    program = tmp_path / "kubectl"
    program.write_text(program.read_text().replace("exit 0", 'case "$*" in *Established*) exit 1;; esac'))

    with pytest.raises(EngineError, match=r"resources are not established after 0 s: kubectl .* get crds says why"):
        programs.cluster().install(tmp_path / "resources")


def test_a_program_that_fails_is_named_with_its_words(programs: Programs, tmp_path: Path) -> None:
    programs.put("kubectl", "no such host", code=1)

    with pytest.raises(EngineError, match=r"kubectl apply --server-side --force-conflicts failed: no such host"):
        programs.cluster().install(tmp_path)


def test_a_deleted_cluster_leaves_no_network(programs: Programs) -> None:
    programs.cluster().delete()

    assert programs.said() == ["kind delete cluster --name scalebed", "docker network rm kind"]


def test_a_daemon_that_does_not_answer_is_no_sign_that_there_is_no_cluster(programs: Programs) -> None:
    programs.put("docker", "", code=1)

    with pytest.raises(EngineError, match="The Docker daemon does not answer: docker ended with status 1"):
        is_there()
