package poisson

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// stage is a span of time with one mean rate.
type stage struct {
	rate     float64 // arrivals a second
	duration time.Duration
}

// process draws the arrival times of a Poisson process whose rate is constant within each stage.
//
// With L(t) the integral of the rate up to t, arrivals are at the times where L reaches the sums of
// independent unit exponential variates (time change of a unit-rate process; Çinlar, Introduction to
// Stochastic Processes, 1975, section 4.7). Within a stage that gives exponential gaps with mean 1/rate.
type process struct {
	random *rand.Rand
	stages []stage
	begun  time.Duration // when the first of the remaining stages began
	at     time.Duration // the last arrival
}

// newProcess makes the stream that seed and name determine; other names give independent streams.
func newProcess(seed int64, name string, stages []stage) *process {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name))
	return &process{random: rand.New(rand.NewPCG(uint64(seed), hash.Sum64())), stages: stages}
}

// next returns the time of the next arrival since the start of the first stage, and false when all
// stages are over.
func (p *process) next() (time.Duration, bool) {
	due := p.random.ExpFloat64()
	for len(p.stages) > 0 {
		current := p.stages[0]
		end := p.begun + current.duration
		left := current.rate * (end - p.at).Seconds()
		if due < left {
			p.at += time.Duration(due / current.rate * float64(time.Second))
			return p.at, true
		}
		due -= left
		p.begun, p.at, p.stages = end, end, p.stages[1:]
	}
	return 0, false
}
