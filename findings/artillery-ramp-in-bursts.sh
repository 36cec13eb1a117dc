#!/usr/bin/env bash
# @artilleryio/int-core 2.28.0 (artillery's core): a phase with rampTo spaces a second's arrivals by 1000 / their number, cut to whole
# milliseconds, and then pauses for what is left of the second: 501 a second are sent as 1000 a second for half of it, 334 as 500,
# 251 as 333. A phase of the same rate without rampTo spaces them evenly. The queues that such a ramp meets are those of its own
# bursts, and the rate at which a service seems to break is up to half of what it bears.
#
# Seen, of 510 a second for 4 s, and of the share that came in the last fifth of a second (machine's delays taken into account):
#   arrivalRate 510, rampTo 510.001: less than a twentieth
#   arrivalRate 510: about a fifth
# Exits with 1 if either line differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @artilleryio/int-core@2.28.0 >/dev/null
cat >ask.cjs <<'JS'
const phaser = require('@artilleryio/int-core/lib/phases')

const ask = (name, rampTo) => new Promise(resolve => {
  const phases = phaser([{ duration: 4, arrivalRate: 510, ...rampTo, worker: 1, totalWorkers: 1 }])
  const began = performance.now()
  const at = []
  phases.on('arrival', () => at.push((performance.now() - began) % 1000))
  phases.on('phaseCompleted', () => {
    const share = at.filter(ms => ms >= 800).length / at.length
    console.error(`${name}: ${at.length} arrivals, ${share.toFixed(3)} of them in the last fifth`)
    console.log(`${name}: ${share < 0.05 ? 'less than a twentieth' : Math.abs(share - 0.2) < 0.05 ? 'about a fifth' : share}`)
    setTimeout(resolve, 1500)
  })
  phases.run()
})
const main = async () => {
  await ask('arrivalRate 510, rampTo 510.001', { rampTo: 510.001 })
  await ask('arrivalRate 510', {})
  process.exit()
}
main()
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
