#!/usr/bin/env bash
# @artilleryio/int-core 2.28.0 (artillery's core): a rate of its reports, as http.request_rate, is a window's count by the time from its
# first to its last event, at least 1 s, as a whole number; and the summary's is the mean of the windows', that of a last one with a
# single request like that of a full one. So one request each 10 s is told as 1 a second, one each 5 s as none, and 10 a second
# for 20 s and a bit as 7. The count and the times, by which it could be divided, are there.
#
# Seen, of events at set times, as windows and as the summary, a second:
#   1 each 10 s, for 60 s: 1 1 1 1 1 1, summary 1 (0.1 were sent)
#   1 each 5 s, for 60 s: 0 0 0 0 0 0, summary 0 (0.2 were sent)
#   10 a second, for 20.1 s: 10 10 1, summary 7 (10 were sent)
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @artilleryio/int-core@2.28.0 >/dev/null
cat >ask.cjs <<'JS'
const { SSMS } = require('@artilleryio/int-core/lib/ssms')

const start = 1_700_000_000_000
const ask = (name, count, apart, sent) => {
  const store = new SSMS({ pullOnly: true })
  for (let i = 0; i < count; i++) {
    store.incr('http.requests', 1, start + i * apart)
    store.rate('http.request_rate', start + i * apart)
  }
  store.aggregate(true)
  const windows = store.getBucketIds().reverse().map(id => store.getMetrics(id))
  store.stop()
  const rates = windows.map(({ rates }) => rates['http.request_rate'])
  console.log(`${name}: ${rates.join(' ')}, summary ${SSMS.pack(windows).rates['http.request_rate']} (${sent} were sent)`)
}
ask('1 each 10 s, for 60 s', 6, 10_000, 0.1)
ask('1 each 5 s, for 60 s', 12, 5_000, 0.2)
ask('10 a second, for 20.1 s', 201, 100, 10)
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
