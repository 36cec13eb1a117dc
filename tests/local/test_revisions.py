"""Revisions of an application's repository, as variants of one experiment."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.local import rooms
from tests.local.test_own import SERVICE, folder, said, scalebed, write

__all__ = ["folder"]
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("engine")]

SETTINGS = {"duration": 10, "rates": [4], "search": {"min_requests": 30}}


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Shop", "-c", "user.email=shop@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(folder: Path) -> Path:
    """The application in a subfolder of a repository; the branch `old` answers 404 to everything else."""
    top = folder.parent
    git(top, "init", "--quiet", "--initial-branch", "main")
    write(folder)
    serve = folder / "serve.py"
    new = serve.read_text(encoding="utf-8")
    serve.write_text(new.replace('status, body = 200, "fine"', 'status, body = 404, "gone"'), encoding="utf-8")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "old")
    git(top, "branch", "old")
    serve.write_text(new, encoding="utf-8")
    git(top, "commit", "--quiet", "-a", "-m", "new")
    return folder


def test_a_revision_is_run_beside_the_folder_and_leaves_nothing_in_its_repository(repository: Path) -> None:
    variants = [{"name": "before", "revision": "old"}, {"name": "after"}]
    write(repository, variants=variants, **SETTINGS)
    git(repository, "commit", "--quiet", "-a", "-m", "two variants")
    done = scalebed(repository, "check")
    assert done.returncode == 1, said(done)
    before, _, after = said(done).partition("after: served")
    assert "Checking out old" in before
    assert "× 404" in before
    assert "× 404" not in after
    assert "× 200" in after
    assert git(repository, "worktree", "list").count("\n") == 0
    assert git(repository, "status", "--porcelain") == ""


def test_each_variant_is_known_by_its_commit_and_what_the_two_differ_in_is_told(repository: Path) -> None:
    variants = [{"name": "before", "revision": "main"}, {"name": "after"}]
    write(repository, service=SERVICE, variants=variants, blocks=1, **SETTINGS)
    with (repository / "serve.py").open("a", encoding="utf-8") as file:
        file.write("# not committed yet\n")
    done = scalebed(repository, "run", "--out", "run", "--host", "shared")
    assert done.returncode in (0, 3), said(done)
    applications = json.loads((repository / "run" / "manifest.json").read_text())["fingerprint"]["applications"]
    commit = git(repository, "rev-parse", "HEAD")
    assert {name: own["commit"] for name, own in applications.items()} == {"before": commit, "after": commit}
    assert (applications["before"]["revision"], applications["before"]["dirty"]) == ("main", False)
    assert applications["after"]["dirty"] is True
    assert applications["before"]["sources"]["serve.py"] != applications["after"]["sources"]["serve.py"]
    compared = scalebed(repository, "compare", "run")
    assert compared.returncode == 2
    assert "rough figures are compared with nothing" in said(compared)


def test_what_it_needs_is_built_in_the_checkout_alone(repository: Path) -> None:
    """What is no part of a repository, such as packages, is missing from a checkout."""
    service = {**SERVICE, "command": "python made.py", "revision": "main", "build": ["cp serve.py made.py"]}
    write(repository, service=service, **SETTINGS)
    done = scalebed(repository, "check")
    assert done.returncode == 0, said(done)
    assert not (repository / "made.py").exists()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"revision": "nowhere"}, "knows no revision nowhere; fetch it, or name another"),
        ({"revision": "main", "build": ["python -c 'raise SystemExit(3)'"]}, "ended with status 3"),
        ({"build": ["true"]}, "build: is for a checkout of a revision; name one"),
        ({"revision": "--output=x"}, "service.revision: must be a commit, a branch or a tag, not '--output=x'"),
    ],
)
def test_what_cannot_be_checked_out_is_one_sentence(repository: Path, changed: dict[str, object], told: str) -> None:
    write(repository, service={**SERVICE, **changed}, **SETTINGS)
    done = scalebed(repository, "check")
    assert done.returncode == 2
    assert told in said(done)


def test_what_leads_back_into_the_folder_is_refused(repository: Path, tmp_path: Path) -> None:
    """Both variants would run the same code, and their figures would say that nothing changed."""
    environment = tmp_path / "environment"
    site = environment / "lib" / "python3.11" / "site-packages"
    (site / "shop-1.dist-info").mkdir(parents=True)
    (site / "shop-1.dist-info" / "direct_url.json").write_text(json.dumps({"url": repository.as_uri()}))
    ways = (
        ({"environment": str(environment)}, "has shop 1 of"),
        ({"env": {"PYTHONPATH": f"/elsewhere:{repository}/src"}}, "service.env.PYTHONPATH: names"),
        ({"command": f"python '{repository}/serve.py'"}, "service.command: names"),
    )
    for changed, told in ways:
        write(repository, service={**SERVICE, "revision": "old", **changed}, **SETTINGS)
        done = scalebed(repository, "check")
        assert done.returncode == 2, said(done)
        assert told in said(done)


def test_variants_of_one_revision_are_built_apart(repository: Path) -> None:
    made = ["sh", "-c", "sed 's/status, body = 200/status, body = '$STATUS'/' serve.py > made.py"]
    service = {**SERVICE, "command": "python made.py", "revision": "main", "build": [shlex.join(made)]}
    variants = [{"name": "one", "env": {"STATUS": 200}}, {"name": "other", "env": {"STATUS": 404}}]
    write(repository, service=service, variants=variants, **SETTINGS)
    told = said(scalebed(repository, "check"))
    one, _, other = told.partition("other: served")
    assert "× 200" in one
    assert "× 404" in other


def test_a_shallow_clone_as_ci_makes_one_knows_what_the_remote_had(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--no-single-branch", repository.parent.as_uri(), str(clone))
    git(clone, "checkout", "--quiet", "--detach")
    git(clone, "branch", "--quiet", "-D", "main")
    folder = clone / repository.name
    write(folder, variants=[{"name": "before", "revision": "old"}, {"name": "after", "revision": "main"}], **SETTINGS)
    before, _, after = said(scalebed(folder, "check")).partition("after: served")
    assert "× 404" in before
    assert "× 200" in after


def test_a_clone_without_its_files_is_refused(repository: Path, tmp_path: Path) -> None:
    """Git checks out what is there, and ends well."""
    git(repository.parent, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", repository.parent.as_uri(), str(clone))
    folder = clone / repository.name
    write(folder, service={**SERVICE, "revision": "origin/old"}, **SETTINGS)
    done = scalebed(folder, "check")
    assert done.returncode == 2, said(done)
    assert "cannot be checked out" in said(done)


def test_hooks_of_whoever_measures_are_not_run(repository: Path, tmp_path: Path) -> None:
    hook = tmp_path / "hooks" / "post-checkout"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(tmp_path / 'ran'))}\n", encoding="utf-8")
    hook.chmod(0o755)
    write(repository, service={**SERVICE, "revision": "main"}, **SETTINGS)
    own = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": str(hook.parent)}
    assert scalebed(repository, "check", **own).returncode == 0
    assert not (tmp_path / "ran").exists()


def test_what_a_build_prints_of_a_secret_is_veiled(repository: Path) -> None:
    service = {
        **SERVICE,
        "revision": "main",
        "secrets": {"TOKEN": {"variable": "MY_TOKEN"}},
        "build": ["sh -c 'echo $$TOKEN'"],
    }
    write(repository, service=service, **SETTINGS)
    assert scalebed(repository, "check", MY_TOKEN="s3cr3t-token").returncode == 0
    made = (rooms.make_cache() / "run" / "engine").rglob("build-*.log")
    assert not [path for path in made if b"s3cr3t-token" in path.read_bytes()]


def test_a_folder_in_no_repository_has_no_revision(folder: Path) -> None:
    write(folder, service={**SERVICE, "revision": "main"}, **SETTINGS)
    done = scalebed(folder, "check")
    assert done.returncode == 2
    assert "git tells no repository that" in said(done)
