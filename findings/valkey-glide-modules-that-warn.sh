#!/usr/bin/env bash
# valkey-glide 2.6.0 puts 17 modules of former names into sys.modules when it is imported, each of which warns at the first
# attribute that anybody reads of it, also of one that every module has, such as __file__. So whoever looks over
# sys.modules is told to mend imports that nobody wrote: Hypothesis 6.170.15 does when pytest 9.1.1 has collected, and where
# warnings are errors no test runs any more.
#
# Seen:
#   imported alone: 0 warnings
#   after __file__ of each module of sys.modules: 17 warnings, the first: Importing from 'glide.exceptions' is deprecated.
#   pytest -W error, a test of Hypothesis beside import glide: exit 3, INTERNALERROR DeprecationWarning
#   the same without -W error: exit 0
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check valkey-glide==2.6.0 pytest==9.1.1 hypothesis==6.170.15
cat >looks.py <<'PYTHON'
import sys
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import glide  # noqa: F401
print(f"imported alone: {len(caught)} warnings")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for module in list(sys.modules.values()):
        getattr(module, "__file__", None)
told = [str(each.message) for each in caught if "glide" in str(each.message)]
first = told[0].split(" Please")[0] if told else ""
print(f"after __file__ of each module of sys.modules: {len(told)} warnings, the first: {first}")
PYTHON
cat >test_sum.py <<'PYTHON'
import glide  # noqa: F401
from hypothesis import given
from hypothesis.strategies import integers


@given(integers())
def test_sum(number):
    assert number + 0 == number
PYTHON
found="$(
  venv/bin/python looks.py
  code=0
  venv/bin/python -m pytest -q -p no:cacheprovider -W error test_sum.py >out 2>&1 || code=$?
  echo "pytest -W error, a test of Hypothesis beside import glide: exit $code, $(grep -o 'INTERNALERROR> DeprecationWarning' out | tr -d '>' | head -1)"
  code=0
  venv/bin/python -m pytest -q -p no:cacheprovider test_sum.py >out 2>&1 || code=$?
  echo "the same without -W error: exit $code"
)"
echo "$found"
[[ "$found" == "$seen" ]] || { echo "This has changed." >&2; exit 1; }
