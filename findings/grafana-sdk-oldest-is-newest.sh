#!/usr/bin/env bash
# grafana-foundation-sdk: a build carries its moment as the epoch of its version and the Grafana that it is for behind it. The
# builds of January 2026 were made from the newest Grafana to the oldest, so that of all versions the one for Grafana 10.1 is the
# highest: who asks for 11.6 or newer, as for any other package, gets 10.1. Who wants 11.6 has to name the epoch as well.
#
# Seen:
#   asked for >=11.6, and no later than January 2026: 1769699998!10.1.0
#   asked for ==11.6.*: no matching distribution
#   asked for ==1769699379!11.6.0: 1769699379!11.6.0
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
got() { # REQUIREMENT: the version that pip would install for it
  venv/bin/pip install --quiet --disable-pip-version-check --no-deps --dry-run --report - "grafana-foundation-sdk$1" 2>error |
    venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["install"][0]["metadata"]["version"])' 2>/dev/null ||
    { grep -q 'No matching distribution' error && echo "no matching distribution"; }
}
{
  echo "asked for >=11.6, and no later than January 2026: $(got '>=11.6,<=1769699998!10.1.0')"
  echo "asked for ==11.6.*: $(got '==11.6.*')"
  echo "asked for ==1769699379!11.6.0: $(got '==1769699379!11.6.0')"
} | tee seen
diff - seen <<'SEEN'
asked for >=11.6, and no later than January 2026: 1769699998!10.1.0
asked for ==11.6.*: no matching distribution
asked for ==1769699379!11.6.0: 1769699379!11.6.0
SEEN
