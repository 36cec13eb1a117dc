#!/usr/bin/env bash
# cadvisor 0.52.1 (the one in the kubelet of Kubernetes 1.34) has a housekeeping_interval, "Interval between container
# housekeepings". It is the shortest of them: to each a random part of as much again is added, so that readings are one and
# a half intervals apart as a mean, and up to two. A kubelet, which sets 10 s, so reads a container's CPU every 10 to 20 s,
# and whoever divides two readings, such as metrics-server, has windows that long.
#
# Needs go, and root on a Linux with control groups, which cadvisor reads.
#
# Seen, over 60 s at an interval of 2 s:
#   shortest gap: 2.0 s to 2.4 s
#   longest gap: 3.3 s to 4.1 s
#   mean gap: 2.5 s to 3.5 s
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
cat >main.go <<'GO'
package main

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/google/cadvisor/cache/memory"
	"github.com/google/cadvisor/container"
	info "github.com/google/cadvisor/info/v1"
	"github.com/google/cadvisor/manager"
	"github.com/google/cadvisor/utils/sysfs"
)

func within(name string, value, low, high float64) {
	if value < low || value > high {
		fmt.Printf("%s: %.2f s\n", name, value)
		return
	}
	fmt.Printf("%s: %.1f s to %.1f s\n", name, low, high)
}

func main() {
	*manager.HousekeepingInterval = 2 * time.Second
	most, dynamic := 15*time.Second, false
	asked := manager.HousekeepingConfig{Interval: &most, AllowDynamic: &dynamic}
	metrics := container.MetricSet{container.CpuUsageMetrics: struct{}{}}
	cache := memory.New(5*time.Minute, nil)
	made, err := manager.New(cache, sysfs.NewRealSysFs(), asked, metrics, http.DefaultClient, nil, nil, "", 0)
	if err != nil {
		panic(err)
	}
	if err := made.Start(); err != nil {
		panic(err)
	}
	time.Sleep(60 * time.Second)
	found, err := made.GetContainerInfo("/", &info.ContainerInfoRequest{NumStats: -1})
	if err != nil {
		panic(err)
	}
	shortest, longest, total, count := math.Inf(1), 0.0, 0.0, 0
	for i := 1; i < len(found.Stats); i++ {
		gap := found.Stats[i].Timestamp.Sub(found.Stats[i-1].Timestamp).Seconds()
		shortest, longest = math.Min(shortest, gap), math.Max(longest, gap)
		total += gap
		count++
	}
	within("shortest gap", shortest, 2.0, 2.4)
	within("longest gap", longest, 3.3, 4.1)
	within("mean gap", total/float64(count), 2.5, 3.5)
}
GO
export GOFLAGS=-mod=mod GOTOOLCHAIN=local
{
  go mod init finding
  go mod edit -require=github.com/google/cadvisor@v0.52.1
  go mod tidy
  go build -o finding .
} >log 2>&1 || {
  cat log >&2
  exit 1
}
./finding 2>/dev/null | tee seen
diff seen - <<'SEEN'
shortest gap: 2.0 s to 2.4 s
longest gap: 3.3 s to 4.1 s
mean gap: 2.5 s to 3.5 s
SEEN
