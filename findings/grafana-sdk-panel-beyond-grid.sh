#!/usr/bin/env bash
# grafana-foundation-sdk 11.6.0: a dashboard has 24 columns, and the builder puts panels side by side until a row of them is full;
# but it begins a new row only where a panel has no column left at all, not where it does not fit. The third of three panels of 10
# columns begins at column 20 and ends at 30, six beyond the edge. Who places panels by span lets each row add up to 24.
#
# Seen:
#   three panels of 10 columns begin at column 0 10 20, in row 0 0 0
#   the last one ends at column 30 of 24
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'grafana-foundation-sdk==1769699379!11.6.0'
venv/bin/python - <<'PYTHON' | tee seen
from grafana_foundation_sdk.builders import dashboard, timeseries

made = dashboard.Dashboard("three")
for _ in range(3):
    made = made.with_panel(timeseries.Panel().span(10).height(8))
places = [panel.grid_pos for panel in made.build().panels]
columns, rows = (" ".join(str(value) for value in values) for values in zip(*((each.x, each.y) for each in places)))
print(f"three panels of 10 columns begin at column {columns}, in row {rows}")
print(f"the last one ends at column {places[-1].x + places[-1].w} of 24")
PYTHON
diff - seen <<'SEEN'
three panels of 10 columns begin at column 0 10 20, in row 0 0 0
the last one ends at column 30 of 24
SEEN
