#!/usr/bin/env bash
# loadtest 8.2.1 (npm): a percentile of 0 ms is taken for one not yet found, and overwritten by the next latency that there is: of 999
# responses within a millisecond and one of 250 ms, the median is 250 ms, as is each percentile. Latencies are cut to whole
# milliseconds, so that a service on the same machine is all at 0, and its percentiles are those of what went wrong. A percentile
# that is not 0 is of the request after it, as percents have to be exceeded: with 100 requests p99 is the slowest.
#
# Seen, by its own Latency with a clock that is set by hand:
#   999 of 0 ms, one of 250 ms: p50 250, p90 250, p95 250, p99 250, mean 0.3
#   999 of 1 ms, one of 250 ms: p50 1, p90 1, p95 1, p99 1, mean 1.2
#   99 of 1 ms, one of 250 ms: p50 1, p90 1, p95 1, p99 250, mean 3.5
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . loadtest@8.2.1 >/dev/null
cat >ask.mjs <<'JS'
import { Latency } from './node_modules/loadtest/lib/latency.js'

const say = (fast, ms) => {
  const latency = new Latency({ options: {}, running: true, countClients: () => 1 })
  let now = 0n
  latency.getTimeNs = () => now
  for (const took of [...Array(fast).fill(ms), 250]) {
    const id = latency.begin()
    now += BigInt(took) * 1_000_000n
    latency.end(id)
  }
  latency.stop()
  const { percentiles, meanLatencyMs } = latency.getResult()
  const told = Object.entries(percentiles).map(([percent, value]) => `p${percent} ${value}`)
  console.log(`${fast} of ${ms} ms, one of 250 ms: ${told.join(', ')}, mean ${meanLatencyMs}`)
}
say(999, 0)
say(999, 1)
say(99, 1)
JS
said="$(node ask.mjs)"
echo "$said"
[[ "$said" == "$seen" ]]
