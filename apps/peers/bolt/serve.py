"""Serves HTTP on `$BIND` by Bolt's own command, with as many processes as the switch `workers` names."""

import os
import sys
from pathlib import Path

# The folder of the package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from peers.bolt.config.switches import TABLE
from stopping import drain_s
from switchboard import SwitchError, Switches

THREADS_A_CONNECTION = 8


def main() -> None:
    """Check the switches, and exec."""
    try:
        switches = Switches.parse(os.environ.get("SWITCHES", ""), TABLE)
    except SwitchError as error:
        sys.exit(str(error))
    host, _, port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")
    drain = str(drain_s(os.environ))
    # Of one process this is the time to stop, of several the command's own option.
    os.environ["DJANGO_BOLT_SHUTDOWN_TIMEOUT"] = drain
    # Django's ORM is asked from a loop, but waits on threads. More of them than connections, so that who finds none
    # free waits for the pool, which gives up in time, and not for a thread, which nobody gives up waiting for.
    os.environ["DJANGO_BOLT_ORM_THREADS"] = str(THREADS_A_CONNECTION * int(switches["pool_size"]))
    # Its endpoints run on Rust's threads, whose stack of 2 MiB is less than Python takes itself to have: JSON of many
    # brackets would end the process.
    os.environ["RUST_MIN_STACK"] = str(16 * 1024 * 1024)
    arguments = [
        *(sys.executable, str(Path(__file__).with_name("manage.py")), "serve", "--no-admin"),
        *("--host", host, "--port", port),
        *("--processes", switches["workers"], "--workers-kill-timeout", drain, "--keep-alive", "75"),
    ]
    if switches["workers"] != "1":
        # Unless asked, it goes on without a worker that has died. Of one process it would make two.
        arguments.append("--respawn-failed-workers")
    os.execv(arguments[0], arguments)  # noqa: S606  the command is the table's above


if __name__ == "__main__":
    main()
