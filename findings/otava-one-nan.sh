#!/usr/bin/env bash
# apache-otava 0.8.0: one cell that reads nan, among those of a metric in a CSV, and no change is found in the whole series,
# also where one that is plain without it lies twelve rows further on. It says nothing of that, and ends with 0. An empty cell
# is refused with an error. Who exports what was not measured leaves such rows out, as there is no cell that stands for it.
#
# Seen:
#   all cells filled: a change at row 18
#   one nan in row 6: no change
#   one empty cell in row 6: an error
#   exit codes: 0 0
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check apache-otava==0.8.0
venv/bin/python - <<'PYTHON'
import datetime
import pathlib

today = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
noise = [0.4, -0.7, 0.1, 0.9, -0.3, -0.5, 0.6, 0.2, -0.8, 0.3]
for name, cell in (("filled", None), ("nan", "nan"), ("empty", "")):
    rows = ["time,commit,rate"]
    for row in range(36):
        value = (100 if row < 18 else 85) + noise[row % 10]
        when = today - datetime.timedelta(days=40 - row)
        rows.append(f"{when.isoformat()},c{row:02d},{cell if cell is not None and row == 6 else value}")
    pathlib.Path(f"{name}.csv").write_text("\n".join(rows) + "\n")
tests = "".join(
    f"  {name}:\n    type: csv\n    file: {name}.csv\n    time_column: time\n    attributes: [commit]\n    metrics: [rate]\n"
    for name in ("filled", "nan", "empty")
)
pathlib.Path("otava.yaml").write_text(f"tests:\n{tests}")
PYTHON
analyse() { # NAME: what it prints, and its exit code in the last line
  local status=0
  venv/bin/otava analyze "$1" --config-file otava.yaml 2>&1 || status=$?
  echo "status $status"
}
changed() { grep -oE '^[-+]?[0-9.]+%' <<<"$1" | head -1 || true; }
row() { # the commit of the row under which a change is drawn
  awk '/c[0-9][0-9]/ { for (i = 1; i <= NF; i++) if ($i ~ /^c[0-9][0-9]$/) last = $i } /%/ { next_row = 1; next } next_row && /c[0-9][0-9]/ { print substr(last, 2) + 0; exit }' <<<"$1"
}
filled="$(analyse filled)"
nan="$(analyse nan)"
empty="$(analyse empty)"
{
  if [[ "$filled" == *%* ]]; then echo "all cells filled: a change at row $(row "$filled")"; else echo "all cells filled: no change"; fi
  if [[ "$nan" == *%* ]]; then echo "one nan in row 6: a change"; else echo "one nan in row 6: no change"; fi
  if [[ "$empty" == *"could not convert string to float"* ]]; then echo "one empty cell in row 6: an error"; else echo "one empty cell in row 6: none"; fi
  echo "exit codes: $(tail -1 <<<"$filled" | cut -d' ' -f2) $(tail -1 <<<"$nan" | cut -d' ' -f2)"
} | tee seen
diff - seen <<'SEEN'
all cells filled: a change at row 18
one nan in row 6: no change
one empty cell in row 6: an error
exit codes: 0 0
SEEN
