#!/usr/bin/env bash
# ddsketch 3.0.1 (Python) and @datadog/sketches-js 2.1.1: a sketch that went through its own protobuf has its count and quantiles, but
# a sum of 0, and no minimum and maximum. Merged into another, which is what a sketch is sent for, it makes that one's mean wrong, as
# the count grows and the sum does not, and its minimum and maximum are those of one side. Nothing says so.
#
# Seen, of 1, 2, … 100 here, and of 1001, 1002, … 1100 from elsewhere:
#   Python, merged as it is: count 200, mean 550.5, max 1100
#   Python, merged after protobuf: count 200, mean 25.25, max 100
#   JavaScript, merged as it is: count 200, mean 550.5, max 1100
#   JavaScript, merged after protobuf: count 200, mean 25.25, max 100
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ddsketch==3.0.1 protobuf==6.33.2
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @datadog/sketches-js@2.1.1 protobufjs@6.11.4 >/dev/null
cat >ask.py <<'PYTHON'
from ddsketch import DDSketch
from ddsketch.pb.proto import DDSketchProto

for how in ("as it is", "after protobuf"):
    here, there = DDSketch(0.01), DDSketch(0.01)
    for value in range(1, 101):
        here.add(value)
        there.add(1000 + value)
    here.merge(there if how == "as it is" else DDSketchProto.from_proto(DDSketchProto.to_proto(there)))
    print(f"Python, merged {how}: count {here.count:g}, mean {here.avg}, max {here._max}")
PYTHON
cat >ask.cjs <<'JS'
const { DDSketch } = require('@datadog/sketches-js')

for (const how of ['as it is', 'after protobuf']) {
  const [here, there] = [new DDSketch({ relativeAccuracy: 0.01 }), new DDSketch({ relativeAccuracy: 0.01 })]
  for (let value = 1; value <= 100; value++) {
    here.accept(value)
    there.accept(1000 + value)
  }
  here.merge(how === 'as it is' ? there : DDSketch.fromProto(there.toProto()))
  console.log(`JavaScript, merged ${how}: count ${here.count}, mean ${here.sum / here.count}, max ${here.max}`)
}
JS
said="$(venv/bin/python ask.py; node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
