#!/usr/bin/env bash
# go.k6.io/k6 v1.8.1: a counter's rate, in the summary and in thresholds, is its count by the time of the whole run, in which setup()
# and teardown() are, and all other scenarios: of requests that were sent at exactly 10 a second, after a setup() of 4 s and before
# another scenario, it says a third of that, also where the threshold asks for this scenario's alone, and so the threshold fails.
# A service gets slower by the time that it took to fill its database first. Documentation has rate as "per second".
#
# Seen, of setup() with 4 s, and two scenarios of 4 s in turn with 10 iterations a second each:
#   iterations{scenario:first}: 40 or 41 in 4 s, rate below 4
#   iterations{scenario:second}: 40 or 41 in 4 s, rate below 4
#   threshold rate>9 of the first: failed
# Exits with 1 if any of these lines differs. (It builds k6, which takes some minutes at first.)
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir build
(cd build && go mod init k6build && go get go.k6.io/k6@v1.8.1 && go build -o ../k6 go.k6.io/k6) >go.log 2>&1 || { cat go.log; exit 1; }
cat >script.js <<'JS'
import { sleep } from 'k6';

const scenario = startTime => ({
  executor: 'constant-arrival-rate', rate: 10, timeUnit: '1s', duration: '4s', preAllocatedVUs: 5, startTime,
});
export const options = {
  scenarios: { first: scenario('0s'), second: scenario('4s') },
  thresholds: { 'iterations{scenario:first}': ['rate>9'], 'iterations{scenario:second}': ['rate>0'] },
};
export function setup() {
  sleep(4);
}
export default function () {}
export function handleSummary({ metrics }) {
  let told = '';
  for (const name of ['first', 'second']) {
    const { count, rate } = metrics[`iterations{scenario:${name}}`].values;
    console.error(`${name}: ${count} ${rate}`);
    const counted = count === 40 || count === 41 ? '40 or 41' : count;
    told += `iterations{scenario:${name}}: ${counted} in 4 s, rate ${rate < 4 ? 'below 4' : rate}\n`;
  }
  const { ok } = metrics['iterations{scenario:first}'].thresholds['rate>9'];
  return { told: `${told}threshold rate>9 of the first: ${ok ? 'held' : 'failed'}\n` };
}
JS
K6_NO_USAGE_REPORT=true ./k6 run --quiet script.js >k6.log 2>&1 || [[ "$?" -eq 99 ]] || { cat k6.log; exit 1; }
said="$(cat told)"
echo "$said"
[[ "$said" == "$seen" ]]
