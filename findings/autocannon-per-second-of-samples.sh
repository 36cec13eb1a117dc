#!/usr/bin/env bash
# autocannon 9.0.0: `requests` and `throughput` of a result are "the number of requests that were sent per second" by its README,
# but are counts of a sample: with sampleInt: 200 they are a fifth of it. Nothing in a result's numbers tells; a script
# that takes more samples for a finer spread reports a service that is five times slower.
#
# Seen, of a server that answers after 20 ms to 2 connections, so at most 100 times a second:
#   sampleInt 1000: requests.average is the rate
#   sampleInt 200: requests.average is a fifth of the rate
# Exits with 1 if either line differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . autocannon@9.0.0 >/dev/null
cat >ask.cjs <<'JS'
const autocannon = require('autocannon')
const http = require('http')

const server = http.createServer((request, response) => setTimeout(() => response.end('x'), 20))
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}`
  for (const sampleInt of [1000, 200]) {
    const { requests, duration } = await autocannon({ url, connections: 2, duration: 4, sampleInt })
    const share = requests.average / (requests.total / duration)
    console.error(`sampleInt ${sampleInt}: ${requests.total} in ${duration} s, requests.average ${requests.average}`)
    const what = share > 0.85 && share < 1.15 ? 'the rate' : share > 0.17 && share < 0.23 ? 'a fifth of the rate' : `${share} of the rate`
    console.log(`sampleInt ${sampleInt}: requests.average is ${what}`)
  }
  server.close()
})
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
