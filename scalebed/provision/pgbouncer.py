"""Builds PgBouncer from Debian's source package into the cache, where PATH offers none that is new enough.

apt fetches and verifies the package from the mirror this machine already uses, with lists and archives of its
own in the cache: the system's apt configuration, lists and packages stay as they are.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from scalebed.messages import EngineError, Say

SUITE = "trixie"
"""Debian 13: PgBouncer 1.24."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
BUILD_PACKAGES = ("gcc", "make", "pkg-config", "libc6-dev", "libevent-dev", "libssl-dev")
_NEEDS = {"gcc": "gcc", "make": "make", "pkg-config": "pkg-config"}


def ensure_pgbouncer(cache: Path, say: Say) -> Path:
    """The program in `cache`, built when it is not there; raises EngineError with the log's path."""
    folder = cache / "pgbouncer"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = list(folder.glob("*/bin/pgbouncer"))
        if built:
            return max(built, key=lambda path: [int(number) for number in re.findall(r"\d+", path.parts[-3])])
        say("Building PgBouncer from Debian's source package (once; about 15 s) …")
        log = folder / "build.log"
        log.unlink(missing_ok=True)
        # Built beside its place and renamed into it when whole.
        with tempfile.TemporaryDirectory(prefix="build-", dir=folder) as work:
            return _build(Path(work), folder, log)


def _build(work: Path, folder: Path, log: Path) -> Path:
    _build_packages(log)
    source = _fetch(work, log)
    version = source.name.split("_")[1].removesuffix(".tar.gz").removesuffix(".orig")
    tree = work / "tree"
    tree.mkdir()
    _run(["tar", "-xf", str(source), "-C", str(tree), "--strip-components=1", "--no-same-owner"], log, work)
    # Debian's patches concern its packaging and tests; the program is upstream's.
    prefix = work / "prefix"
    options = ["--disable-debug", "--without-cares", "--without-pam", "--without-systemd", "--without-ldap"]
    _run(["./configure", f"--prefix={prefix}", *options], log, tree)
    _run(["make", f"-j{os.cpu_count() or 1}", "pgbouncer"], log, tree)
    target = folder / version
    (prefix / "bin").mkdir(parents=True)
    shutil.copy2(tree / "pgbouncer", prefix / "bin" / "pgbouncer")
    prefix.rename(target)
    return target / "bin" / "pgbouncer"


def _build_packages(log: Path) -> None:
    missing = [package for program, package in _NEEDS.items() if shutil.which(program) is None]
    if not missing and _has_libraries():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise EngineError(f"To build PgBouncer, first run: sudo apt-get install {' '.join(BUILD_PACKAGES)}")
    # Libraries and compilers only: none of them brings a service.
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-q"], log, log.parent, env)
    _run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *BUILD_PACKAGES], log, log.parent, env)


def _has_libraries() -> bool:
    done = subprocess.run(["pkg-config", "--exists", "libevent", "openssl"], check=False)
    return done.returncode == 0


def mirrors(targets: str) -> tuple[str, ...]:
    """Base addresses of Debian mirrors among apt's index targets (`address|codename` a line), the likeliest first.

    The archive's own folder is named `debian` on every mirror; suites of security updates hold no other releases.
    """
    found = []
    for line in targets.splitlines():
        address, _, codename = line.partition("|")
        if urlsplit(address).path.rstrip("/").endswith("/debian") and not codename.endswith("-security"):
            found.append(address)
    return tuple(dict.fromkeys(found))


def _fetch(work: Path, log: Path) -> Path:
    """Download and verify the source package; returns the path of the upstream archive."""
    if shutil.which("apt-get") is None:
        raise EngineError("PgBouncer 1.23 or newer was not found: install it, or name it in SCALEBED_PGBOUNCER")
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(CODENAME)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    addresses = mirrors(asked.stdout)
    if not addresses:
        raise EngineError(
            "PgBouncer 1.23 or newer was not found, and this machine's apt knows no Debian mirror to build it from: "
            "install it, or name it in SCALEBED_PGBOUNCER"
        )
    signed_by = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    sources = work / "sources.list"
    sources.write_text(f"deb-src {signed_by}{addresses[0]} {SUITE} main\n", encoding="utf-8")
    for folder in (work, work / "lists" / "partial", work / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # root's apt downloads as a user of its own
    apt = ["apt-get", "-q", *_private_apt(work, sources)]
    _run([*apt, "update"], log, work)
    _run([*apt, "source", "--download-only", "pgbouncer"], log, work)
    archives = sorted(work.glob("pgbouncer_*.orig.tar.*"))
    if not archives:
        raise EngineError(f"apt brought no source of PgBouncer; {log} says why")
    return archives[-1]


def _private_apt(work: Path, sources: Path) -> Iterable[str]:
    settings = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache::Archives": work / "archives",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Update::Post-Invoke-Success::": "",
        "APT::Update::Error-Mode": "any",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    for key, value in settings.items():
        yield from ("-o", f"{key}={value}")


def _run(argv: Sequence[str], log: Path, folder: Path, env: dict[str, str] | None = None) -> None:
    with log.open("ab") as file:
        file.write(f"$ {' '.join(argv)}\n".encode())
        file.flush()
        done = subprocess.run(argv, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=env, check=False)
    if done.returncode != 0:
        raise EngineError(explain(argv[0], log.read_text(encoding="utf-8", errors="replace"), log))


def explain(program: str, said: str, log: Path) -> str:
    """One sentence on why a step failed, from what was logged."""
    if re.search(r"NO_PUBKEY|is not signed|cannot be authenticated", said):
        return (
            f"apt could not verify the signature of Debian's suite {SUITE}: bring the package debian-archive-keyring "
            f"up to date, or name a PgBouncer of your own in SCALEBED_PGBOUNCER ({log})"
        )
    return f"PgBouncer could not be built: {Path(program).name} failed; {log} says why"
