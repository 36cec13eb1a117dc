#!/usr/bin/env bash
# native-hdr-histogram 1.0.0: what decode() answers has lost each value of 2,048 and more (at 3 digits), also of what its own
# encode() wrote, and without a word: percentiles, maximum and mean are those of the short ones. Its README has the two for
# storing a histogram and loading it again. Of latencies in microseconds, all above 2 ms are gone, so what is left is
# just the fast part. hdr-histogram-js 3.0.1 reads all of it from the same text.
#
# Seen, of 100, 200 and 900 µs and 5, 50 and 900 ms, in µs:
#   before: p50 900, p75 50015, max 900095, mean 159340.33
#   decode(encode()): p50 200, p75 200, max 900, mean 400.00
#   hdr-histogram-js: p50 900, p75 50015, max 900095, mean 159340.33
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . native-hdr-histogram@1.0.0 hdr-histogram-js@3.0.1 >/dev/null
cat >ask.cjs <<'JS'
const hdr = require('hdr-histogram-js')
const Native = require('native-hdr-histogram')

const say = (name, percentile, max, mean) =>
  console.log(`${name}: p50 ${percentile(50)}, p75 ${percentile(75)}, max ${max}, mean ${mean.toFixed(2)}`)
const histogram = new Native(1, 3_600_000_000, 3)
for (const us of [100, 200, 900, 5_000, 50_000, 900_000]) histogram.record(us)
say('before', p => histogram.percentile(p), histogram.max(), histogram.mean())
const decoded = Native.decode(histogram.encode())
say('decode(encode())', p => decoded.percentile(p), decoded.max(), decoded.mean())
const other = hdr.decodeFromCompressedBase64(histogram.encode().toString())
say('hdr-histogram-js', p => other.getValueAtPercentile(p), other.maxValue, other.mean)
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
