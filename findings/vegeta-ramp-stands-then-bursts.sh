#!/usr/bin/env bash
# tsenart/vegeta v12.13.0: LinearPacer, "starting at a given request rate and increasing linearly", waits for the next hit as if the
# rate stayed what it is now. From 1 a second, rising by 100 a second each second, nothing is sent for 2 s, when it is 199 behind,
# and these are sent at once: the ramp that was asked for begins with a pause and a burst of 200. What is measured of the
# service's first seconds is the burst. A gentler slope has the same in small.
#
# Seen, by its own Pace() alone, without a network:
#   second 0 to 1: 1 hits, asked for 51
#   second 1 to 2: 0 hits, asked for 151
#   the first 10 ms after that: 202 hits, asked for 2
#   second 3 to 4: 351 hits, asked for 351
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

func main() {
	pacer := vegeta.LinearPacer{StartAt: vegeta.Rate{Freq: 1, Per: time.Second}, Slope: 100}
	var sent []time.Duration
	for elapsed := time.Duration(0); elapsed < 5*time.Second; {
		wait, _ := pacer.Pace(elapsed, uint64(len(sent)))
		if wait > 0 {
			elapsed += wait
		}
		sent = append(sent, elapsed)
		elapsed += time.Microsecond
	}
	between := func(from, to time.Duration) int {
		count := 0
		for _, at := range sent {
			if at >= from && at < to {
				count++
			}
		}
		return count
	}
	asked := func(from, to time.Duration) float64 {
		hits := func(t time.Duration) float64 { return t.Seconds() + 50*t.Seconds()*t.Seconds() }
		return hits(to) - hits(from)
	}
	say := func(name string, from, to time.Duration) {
		fmt.Printf("%s: %d hits, asked for %.0f\n", name, between(from, to), asked(from, to))
	}
	say("second 0 to 1", 0, time.Second)
	say("second 1 to 2", time.Second, sent[1])
	say("the first 10 ms after that", sent[1], sent[1]+10*time.Millisecond)
	say("second 3 to 4", 3*time.Second, 4*time.Second)
}
GO
(go mod init ask && go get github.com/tsenart/vegeta/v12@v12.13.0 && go build -o ask .) >go.log 2>&1 || { cat go.log; exit 1; }
said="$(./ask)"
echo "$said"
[[ "$said" == "$seen" ]]
