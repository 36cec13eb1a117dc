#!/usr/bin/env bash
# kubernetes 35.0.0 (the official Python client): format_quantity() takes a Decimal, "produces a string value in kubernetes' canonical
# quantity form", and divides it by the float 0.001, 0.000001 or 0.000000001: a quarter of a core is no longer 250m, and 10^9 in
# m lack something in their last digits. Such a text is not the canonical one, does not read back as what it was, and differs
# from what the server keeps, so that whoever compares the two finds a change each time. Suffixes above 1 are exact.
#
# Seen:
#   0.25 in m: 249.9999999999999947958295721m, read back as 0.2499999999999999947958295721
#   1000000000 in m: 999999999999.9999791833182883m, read back as 999999999.9999999791833182883
#   0.25 in n: 249999999.9999999844296021356n, read back as 0.2499999999999999844296021356
#   1536 in Ki: 1.5Ki, read back as 1536.0
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==35.0.0
cat >ask.py <<'PYTHON'
from decimal import Decimal

from kubernetes.utils.quantity import format_quantity, parse_quantity

for value, suffix in (("0.25", "m"), ("1000000000", "m"), ("0.25", "n"), ("1536", "Ki")):
    text = format_quantity(Decimal(value), suffix)
    print(f"{value} in {suffix}: {text}, read back as {parse_quantity(text)}")
PYTHON
said="$(venv/bin/python ask.py)"
echo "$said"
[[ "$said" == "$seen" ]]
