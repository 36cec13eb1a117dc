package ledger

import (
	"math"
	"time"
)

// What is found of a resource when the load is over.
const (
	Kept       = "kept"                 // the last acknowledged write is there, and there is none of unknown outcome
	Lost       = "lost"                 // neither that write is there nor one of unknown outcome after it
	TookEffect = "unknown: took effect" // the write of unknown outcome is there
	DidNot     = "unknown: did not"     // it is not, and the acknowledged one before it is
)

// underWay is the outcome of a write that has none yet. Where the load was stopped before it came, it is unknown.
const underWay = ""

// Resource is one whose making was acknowledged. What is not exported is under the ledger's lock.
type Resource struct {
	Key  string
	Made int64 // the value that it was made with

	// In their order. All are acknowledged but for the last, which may be under way or of unknown outcome; what was
	// refused is not among them.
	writes       []write
	acknowledged int // the place of the last acknowledged one
	lent         bool
	retired      bool // never to be written again
}

type write struct {
	value   int64
	outcome string
	at      time.Time // when it was acknowledged
}

func newResource(key string, made write) *Resource {
	return &Resource{Key: key, Made: made.value, writes: []write{made}}
}

func (r *Resource) begin(value int64) {
	r.writes = append(r.writes, write{value: value, outcome: underWay})
}

func (r *Resource) underWay(value int64) bool {
	last := r.writes[len(r.writes)-1]
	return last.value == value && last.outcome == underWay
}

func (r *Resource) end(outcome string, now time.Time) {
	last := len(r.writes) - 1
	r.writes[last].outcome = outcome
	switch outcome {
	case Acknowledged:
		r.writes[last].at = now
		r.acknowledged = last
	case Refused:
		r.writes = r.writes[:last]
	case Unknown:
		r.retired = true
	}
	r.lent = false
}

// stale is as Ledger.Read has it, for a read that began at a moment by which the write at the place `last` was the last
// acknowledged one.
func (r *Resource) stale(value int64, last int, began time.Time) float64 {
	for place := len(r.writes) - 1; place >= 0; place-- {
		switch {
		case r.writes[place].value != value:
		case place >= last:
			return 0
		default:
			return float64(began.Sub(r.writes[place+1].at)) / float64(time.Millisecond)
		}
	}
	return math.NaN()
}

func (r *Resource) settle(value int64) string {
	last := len(r.writes) - 1
	answered := last == r.acknowledged
	switch {
	case value == r.writes[r.acknowledged].value && answered:
		return Kept
	case value == r.writes[r.acknowledged].value:
		return DidNot
	case value == r.writes[last].value:
		return TookEffect
	default:
		return Lost
	}
}
