"""Brings in Debian's packages: onto this machine with apt, and into root filesystems for images with mmdebstrap.

apt verifies the signature of every index, and by it every package. The mirror is the one this machine uses already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from clusterbed.commands import Log
from scalebed.messages import EngineError, Say
from scalebed.provision.pgbouncer import KEYRING, mirrors

_LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/lintian/*")


def install(packages: Mapping[str, str], purpose: str, log: Log, say: Say) -> None:
    """Install what is missing on this machine; `packages`: a program or a path that shows it is there → package.

    Raises EngineError with the command to run where we may not.
    """
    missing = sorted({package for sign, package in packages.items() if not _is_there(sign)})
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise EngineError(f"To {purpose}, first run: sudo apt-get install {' '.join(missing)}")
    say(f"Installing {', '.join(missing)} (needed to {purpose}) …")
    # Runlevel 1 has no services: none of these packages shall start one by itself.
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    log.run(["apt-get", "update", "-q"], what="apt-get update", env=env)
    argv = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing]
    log.run(argv, what=f"Installing {', '.join(missing)}", env=env)


def program_path(program: str) -> str | None:
    """Also where ordinary users' PATH does not look."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin")


def _is_there(sign: str) -> bool:
    return Path(sign).exists() if sign.startswith("/") else program_path(sign) is not None


def root_filesystem(suite: str, packages: Sequence[str], archive: Path, log: Log) -> None:
    """Write a tar archive of a Debian of this suite: the essential packages and these, without documentation."""
    sources = archive.with_suffix(".list")
    sources.write_text(source_lines(_index_targets(), suite), encoding="utf-8")
    argv: list[str | Path] = ["mmdebstrap", "--variant=essential", f"--include={','.join(packages)}"]
    argv += [f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT]
    # Licences stay.
    argv += ["--dpkgopt=path-include=/usr/share/doc/*/copyright", suite, archive, sources]
    log.run(argv, what=f"Making a root filesystem of Debian {suite}")
    sources.unlink()


def source_lines(targets: str, suite: str) -> str:
    """apt's sources for this suite and its updates, from the mirrors among a machine's own index targets.

    `targets` has `address|codename` a line. Raises EngineError where there is no Debian mirror among them.
    """
    archives = mirrors(targets)
    if not archives:
        raise EngineError(
            "This machine's apt knows no Debian mirror to make images from: add one to /etc/apt/sources.list.d"
        )
    signed_by = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    lines = [f"deb {signed_by}{archives[0]} {name} main" for name in (suite, f"{suite}-updates")]
    security = [
        address
        for address in (line.partition("|")[0] for line in targets.splitlines())
        if urlsplit(address).path.rstrip("/").endswith("/debian-security")
    ]
    lines += [f"deb {signed_by}{address} {suite}-security main" for address in security[:1]]
    return "\n".join(lines) + "\n"


def _index_targets() -> str:
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(CODENAME)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout
