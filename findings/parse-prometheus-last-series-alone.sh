#!/usr/bin/env bash
# parse-prometheus-text-format 1.1.1 (npm): of a histogram or a summary with labels, only the last series is left, without its labels,
# its sum and its count: the others are overwritten, bucket by bucket. "The output aims to be compatible with that of prom2json", which
# has one entry for each. Nothing tells what is missing, so a reader of latencies by route takes those of
# whichever route comes last for those of the service.
#
# Seen, of GET (6 requests) and POST (60), and of one without labels:
#   histogram by method: 1 entry: {"buckets":{"0.1":"50","+Inf":"60"}}
#   summary by method: 1 entry: {"quantiles":{"0.5":"30"}}
#   histogram without labels: 1 entry: {"buckets":{"0.1":"5","+Inf":"6"},"count":"6","sum":"1.5"}
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . parse-prometheus-text-format@1.1.1 >/dev/null
cat >ask.cjs <<'JS'
const parse = require('parse-prometheus-text-format')

const say = (name, text) => {
  const [{ metrics }] = parse(text)
  console.log(`${name}: ${metrics.length} entry: ${JSON.stringify(metrics[0])}`)
}
say('histogram by method', `# TYPE d histogram
d_bucket{method="GET",le="0.1"} 5
d_bucket{method="GET",le="+Inf"} 6
d_sum{method="GET"} 1.5
d_count{method="GET"} 6
d_bucket{method="POST",le="0.1"} 50
d_bucket{method="POST",le="+Inf"} 60
d_sum{method="POST"} 15
d_count{method="POST"} 60
`)
say('summary by method', `# TYPE s summary
s{method="GET",quantile="0.5"} 3
s_sum{method="GET"} 10
s_count{method="GET"} 4
s{method="POST",quantile="0.5"} 30
s_sum{method="POST"} 100
s_count{method="POST"} 40
`)
say('histogram without labels', `# TYPE d histogram
d_bucket{le="0.1"} 5
d_bucket{le="+Inf"} 6
d_sum 1.5
d_count 6
`)
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
