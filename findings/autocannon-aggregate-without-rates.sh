#!/usr/bin/env bash
# autocannon 9.0.0: aggregateResult(), which its README has for the results of several machines, answers a rate of 0 requests and
# 0 bytes a second for runs that made hundreds: the runs hand over what they sampled each second, and it throws that away. The
# latencies and the totals beside it are right, so the result looks whole. Who compares such runs by requests.average
# finds them equal, all 0.
#
# Seen, of two runs of 2 s against a server that answers at once:
#   the runs: each sampled more than 100 requests a second
#   aggregated: requests of both: yes, latencies of both: yes, requests.average 0, requests.p50 0, throughput.average 0
# Exits with 1 if either line differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . autocannon@9.0.0 hdr-histogram-js@3.0.1 >/dev/null
cat >ask.cjs <<'JS'
const autocannon = require('autocannon')
const hdr = require('hdr-histogram-js')
const http = require('http')

const server = http.createServer((request, response) => response.end('x'))
server.listen(0, '127.0.0.1', async () => {
  const options = { url: `http://127.0.0.1:${server.address().port}`, connections: 2, duration: 2 }
  const runs = []
  for (let run = 0; run < 2; run++) runs.push(await autocannon({ ...options, skipAggregateResult: true }))
  const sampled = runs.map(run => hdr.decodeFromCompressedBase64(run.requests).mean)
  console.log(`the runs: each sampled ${sampled.every(rate => rate > 100) ? 'more than 100' : sampled} requests a second`)
  const { requests, latency, throughput } = autocannon.aggregateResult(runs, options)
  const made = runs.reduce((sum, run) => sum + run.totalCompletedRequests, 0)
  console.log(`aggregated: requests of both: ${requests.total === made ? 'yes' : 'no'}, latencies of both: ` +
    `${latency.totalCount === made ? 'yes' : 'no'}, requests.average ${requests.average}, requests.p50 ${requests.p50}, ` +
    `throughput.average ${throughput.average}`)
  server.close()
})
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
