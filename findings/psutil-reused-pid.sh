#!/usr/bin/env bash
# psutil 7.2.2: once a pid has been given to another process, process_iter() yields the former process of that pid, which
# says that it does not run; asked again after that, it leaves the living process out; only the third time it is there.
# Process(pid) tells the living one throughout. So one pass over all processes, to end what is left, can miss some.
# (The pid is had again by ns_last_pid where that can be written, else by starting processes until it comes.)
#
# Seen:
#   1: a process that is not running
#   2: none of that pid
#   3: the living process
#   Process(pid) runs each time: True
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'psutil==7.2.2'
cat >reused.py <<'PYTHON'
import os
import time

import psutil

LAST = "/proc/sys/kernel/ns_last_pid"


def begin(wanted=None):
    """A process that sleeps; with a pid that is wanted it ends at once if it has another."""
    pid = os.fork()
    if pid == 0:
        if wanted in (None, os.getpid()):
            time.sleep(120)
        os._exit(0)
    return pid


def end(pid):
    os.kill(pid, 9)
    os.waitpid(pid, 0)


pid = begin()
assert pid in [each.pid for each in psutil.process_iter()]
end(pid)
time.sleep(1)
while True:
    if os.access(LAST, os.W_OK):
        try:
            with open(LAST, "w") as file:
                file.write(str(pid - 1))
        except OSError:
            pass
    got = begin(pid)
    if got == pid:
        break
    os.waitpid(got, 0)
alone = []
for look in (1, 2, 3):
    found = [each for each in psutil.process_iter() if each.pid == pid]
    told = ["the living process" if each.is_running() else "a process that is not running" for each in found]
    print(f"{look}: {told[0] if told else 'none of that pid'}")
    alone.append(psutil.Process(pid).is_running())
print(f"Process(pid) runs each time: {all(alone)}")
end(pid)
PYTHON
told="$(venv/bin/python reused.py)"
echo "$told"
[[ "$told" == "$seen" ]]
