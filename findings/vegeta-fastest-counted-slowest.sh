#!/usr/bin/env bash
# tsenart/vegeta v12.13.0: a Histogram whose first bucket does not begin at 0 counts what is faster than it in its last one, that of
# the slowest, without end. Only the text form of buckets puts a 0 before them, as the command line does; the type is public, with
# Buckets as a plain field, and its Add is "finding the right Bucket". All of a service that is faster than asked is told as slow.
#
# Seen, of 98 responses of 1 ms and 2 of 15 ms:
#   Buckets{10ms, 20ms, 50ms}: from 10ms 2, from 20ms 0, from 50ms 98
#   "[10ms,20ms,50ms]": from 0s 98, from 10ms 2, from 20ms 0, from 50ms 0
# Exits with 1 if either line differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

func main() {
	ms := time.Millisecond
	var text vegeta.Buckets
	if err := text.UnmarshalText([]byte("[10ms,20ms,50ms]")); err != nil {
		panic(err)
	}
	for name, buckets := range map[string]vegeta.Buckets{"Buckets{10ms, 20ms, 50ms}": {10 * ms, 20 * ms, 50 * ms}, `"[10ms,20ms,50ms]"`: text} {
		histogram := vegeta.Histogram{Buckets: buckets}
		for i := 0; i < 98; i++ {
			histogram.Add(&vegeta.Result{Latency: ms})
		}
		histogram.Add(&vegeta.Result{Latency: 15 * ms})
		histogram.Add(&vegeta.Result{Latency: 15 * ms})
		var told []string
		for i, count := range histogram.Counts {
			told = append(told, fmt.Sprintf("from %s %d", buckets[i], count))
		}
		fmt.Printf("%s: %s\n", name, strings.Join(told, ", "))
	}
}
GO
(go mod init ask && go get github.com/tsenart/vegeta/v12@v12.13.0 && go build -o ask .) >go.log 2>&1 || { cat go.log; exit 1; }
said="$(./ask | LC_ALL=C sort -r)"
echo "$said"
[[ "$said" == "$seen" ]]
