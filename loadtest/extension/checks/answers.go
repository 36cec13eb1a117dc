// Package checks names the answers that a script's checks are about.
package checks

import (
	"fmt"
	"math"
)

// Key is the metadata of a check's sample that names the answer it was called with, as Of has it.
const Key = "scalebed-checked"

// None is the value of that metadata where a check was called with anything but one answer.
const None = "none"

// Refused is its value where k6 could not make a request of what it was given: it answers without having asked.
const Refused = "refused"

// Of names an answer by how long it took in its parts, which no two answers of one iteration have in common. It is
// empty where there was no answer.
func Of(durationMs, waitingMs, blockedMs float64) string {
	if durationMs == 0 {
		return ""
	}
	nanoseconds := func(ms float64) int64 { return int64(math.Round(ms * 1e6)) }
	return fmt.Sprintf("%d/%d/%d", nanoseconds(durationMs), nanoseconds(waitingMs), nanoseconds(blockedMs))
}
