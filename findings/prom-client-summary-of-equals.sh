#!/usr/bin/env bash
# prom-client 15.1.3: a Summary of values that repeat, as whole milliseconds do, has quantiles that nobody saw: it puts equal values
# into one centroid of its t-digest (npm's tdigest 0.1.x), however heavy, and draws a straight line from there to the next.
# One response of 10 s among 1000 of 1 ms makes 3 of 4 seem to take 5 s; with latencies of 1 to 30 ms, a p99 of 30 ms is told
# as 4.4 s. The same with each value a nanosecond off its neighbour is right, and so are caio/go-tdigest and fastdigest with equals.
#
# Seen, of 1000 values and one of 10 s, in s:
#   all 1 ms: p75 5.01 (exact 0.00), p99 9.81 (exact 0.00)
#   all 1 ms, and some ns: p75 0.00 (exact 0.00), p99 0.00 (exact 0.00)
#   1 to 30 ms: p75 0.02 (exact 0.02), p99 4.42 (exact 0.03)
#   1 to 30 ms, and some ns: p75 0.02 (exact 0.02), p99 0.03 (exact 0.03)
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . prom-client@15.1.3 >/dev/null
cat >ask.cjs <<'JS'
const { Summary } = require('prom-client')

const ask = async (name, of) => {
  const summary = new Summary({ name: 'seconds', help: 'h', percentiles: [0.75, 0.99], registers: [] })
  const all = [...Array(1000).keys()].map(of).concat(10)
  for (const value of all) summary.observe(value)
  all.sort((a, b) => a - b)
  const { values } = await summary.get()
  const told = values.filter(({ labels }) => labels.quantile).map(({ labels: { quantile }, value }) =>
    `p${quantile * 100} ${value.toFixed(2)} (exact ${all[Math.ceil(quantile * all.length) - 1].toFixed(2)})`)
  console.log(`${name}: ${told.join(', ')}`)
}

const main = async () => {
  await ask('all 1 ms', () => 0.001)
  await ask('all 1 ms, and some ns', i => 0.001 + i * 1e-9)
  await ask('1 to 30 ms', i => (1 + (i % 30)) / 1000)
  await ask('1 to 30 ms, and some ns', i => (1 + (i % 30)) / 1000 + i * 1e-9)
}
main()
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
