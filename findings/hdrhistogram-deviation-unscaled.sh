#!/usr/bin/env bash
# hdrhistogram 0.10.8 (Python): output_percentile_distribution() divides values, mean and maximum by its scaling ratio, but not the
# standard deviation: latencies in microseconds, printed in milliseconds as usual, deviate a thousand times too much. The Java
# that it was ported from divides it, and so do hdr-histogram-js 3.0.1 and HdrHistogram/hdrhistogram-go v1.4.0.
#
# Seen, of 1, 2 and 3 ms recorded in µs, with a ratio of 1000:
#   Python: #[Mean    =        2.000, StdDeviation   =      816.905]
#   JavaScript: #[Mean    =        2.000, StdDeviation   =        0.817]
# Exits with 1 if either line differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check hdrhistogram==0.10.8
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . hdr-histogram-js@3.0.1 >/dev/null
cat >ask.py <<'PYTHON'
import io

from hdrh.histogram import HdrHistogram

histogram = HdrHistogram(1, 3_600_000_000, 3)
for us in (1000, 2000, 3000):
    histogram.record_value(us)
text = io.BytesIO()
histogram.output_percentile_distribution(text, 1000)
print(text.getvalue().decode())
PYTHON
cat >ask.cjs <<'JS'
const histogram = require('hdr-histogram-js').build()
for (const us of [1000, 2000, 3000]) histogram.recordValue(us)
console.log(histogram.outputPercentileDistribution(5, 1000))
JS
said="Python: $(venv/bin/python ask.py | grep Mean)
JavaScript: $(node ask.cjs | grep Mean)"
echo "$said"
[[ "$said" == "$seen" ]]
