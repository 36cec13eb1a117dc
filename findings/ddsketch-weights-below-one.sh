#!/usr/bin/env bash
# ddsketch 3.0.1 (Python) and @datadog/sketches-js 2.1.1: add(value, weight) takes weights that are no whole numbers, but quantiles go by
# the rank q × (sum of weights - 1). Of weights that sum to 1, as shares do, that is at most 0 for each q, and what is answered for it
# is a number below 0, or -0, of values that are all above it; of a sum of 2, the p99 is the median. It is right for counts.
#
# Seen, of 1, 2, … 10 with equal weights, p50 and p99:
#   Python, each 0.1: -0.99 -0.99
#   Python, each 0.2: 2.97 5.00
#   Python, each 1: 5.00 8.94
#   JavaScript, each 0.1: -0.00 -0.00
#   JavaScript, each 0.2: 2.97 5.00
#   JavaScript, each 1: 5.00 8.94
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ddsketch==3.0.1
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @datadog/sketches-js@2.1.1 protobufjs@6.11.4 >/dev/null
cat >ask.py <<'PYTHON'
from ddsketch import DDSketch

for weight in (0.1, 0.2, 1):
    sketch = DDSketch(0.01)
    for value in range(1, 11):
        sketch.add(value, weight)
    print(f"Python, each {weight}: {sketch.get_quantile_value(0.5):.2f} {sketch.get_quantile_value(0.99):.2f}")
PYTHON
cat >ask.cjs <<'JS'
const { DDSketch } = require('@datadog/sketches-js')

for (const weight of [0.1, 0.2, 1]) {
  const sketch = new DDSketch({ relativeAccuracy: 0.01 })
  for (let value = 1; value <= 10; value++) sketch.accept(value, weight)
  const told = [0.5, 0.99].map(quantile => {
    const value = sketch.getValueAtQuantile(quantile)
    return `${Object.is(value, -0) ? '-' : ''}${value.toFixed(2)}`
  })
  console.log(`JavaScript, each ${weight}: ${told.join(' ')}`)
}
JS
said="$(venv/bin/python ask.py; node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
