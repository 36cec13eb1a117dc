#!/usr/bin/env bash
# hdr-histogram-js 3.0.1: a histogram of bitBucketSize 8 or 16, which its README offers for less memory, forgets a bucket's count
# where it passes 255 or 65,535, and every percentile becomes 0, as the total, which is right, is no longer reached. Its code
# means to throw ("would overflow short integer count"), as the Java that it was ported from does, but asks whether a count
# that it added 1 to is below 0. 65,536 cheap requests that took the same whole millisecond are soon had.
#
# Seen, of n times 3 and once 900, in 16 bits:
#   JavaScript, n = 65535: total 65536, p50 3, p99 3, max 900
#   JavaScript, n = 65536: total 65537, p50 0, p99 0, max 900
#   WebAssembly, n = 65535: total 65536, p50 3, p99 3, max 900
#   WebAssembly, n = 65536: total 65537, p50 0, p99 0, max 900
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . hdr-histogram-js@3.0.1 >/dev/null
cat >ask.cjs <<'JS'
const hdr = require('hdr-histogram-js')

hdr.initWebAssemblySync()
for (const useWebAssembly of [false, true]) {
  for (const n of [65535, 65536]) {
    const histogram = hdr.build({ bitBucketSize: 16, useWebAssembly })
    for (let i = 0; i < n; i++) histogram.recordValue(3)
    histogram.recordValue(900)
    console.log(`${useWebAssembly ? 'WebAssembly' : 'JavaScript'}, n = ${n}: total ${histogram.totalCount}, ` +
      `p50 ${histogram.getValueAtPercentile(50)}, p99 ${histogram.getValueAtPercentile(99)}, max ${histogram.maxValue}`)
  }
}
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
