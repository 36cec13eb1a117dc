// Package health keeps the load generator's own figures, second by second: the executor writes them,
// the output reads them.
package health

import (
	"sort"
	"sync"
	"time"
)

// Second is what happened within one second of Unix time.
type Second struct {
	Unix     int64
	Arrivals int64         // iterations that were due and started
	Dropped  int64         // iterations that were due and found no free VU
	Busy     time.Duration // integral of the number of iterations under way over this second
	Lag      time.Duration // the most an iteration started after it was due
	Ended    Journeys      // as marks of iterations tell; not the ledger's
}

// Journeys are iterations that ended within one second, and how long they took together.
type Journeys struct {
	Count int64
	Took  time.Duration
}

// Ledger adds up seconds. It is safe for concurrent use.
type Ledger struct {
	mutex    sync.Mutex
	seconds  map[int64]*Second
	inFlight int64
	upTo     int64 // Unix nanoseconds that Busy has been integrated to; 0 before the first event
}

// Default is the ledger that all executors of this process write.
var Default = NewLedger()

func NewLedger() *Ledger {
	return &Ledger{seconds: make(map[int64]*Second)}
}

// Open marks the moment from which there is a line for every second, also for those without an arrival.
func (l *Ledger) Open(now time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.advance(now.UnixNano())
}

// Begin notes that an iteration started now, which was due earlier or just now.
func (l *Ledger) Begin(now, due time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.advance(now.UnixNano())
	l.inFlight++
	second := l.second(now.Unix())
	second.Arrivals++
	second.Lag = max(second.Lag, now.Sub(due))
}

// End notes that an iteration that had begun is over.
func (l *Ledger) End(now time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.advance(now.UnixNano())
	l.inFlight--
}

// Drop notes an iteration that could not start, in the second in which it was due.
func (l *Ledger) Drop(now, due time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.advance(now.UnixNano())
	l.second(due.Unix()).Dropped++
}

// Opened reports whether any executor has written to this ledger.
func (l *Ledger) Opened() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.upTo != 0
}

// Take returns, and forgets, all seconds before the given one, in order. Time has passed up to now. What
// comes later for a second already taken makes a further entry for it.
func (l *Ledger) Take(before int64, now time.Time) []Second {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.upTo != 0 {
		l.advance(now.UnixNano())
	}
	var taken []Second
	for unix, second := range l.seconds {
		if unix < before {
			taken = append(taken, *second)
			delete(l.seconds, unix)
		}
	}
	sort.Slice(taken, func(a, b int) bool { return taken[a].Unix < taken[b].Unix })
	return taken
}

func (l *Ledger) second(unix int64) *Second {
	second, known := l.seconds[unix]
	if !known {
		second = &Second{Unix: unix}
		l.seconds[unix] = second
	}
	return second
}

// advance integrates up to a moment, splitting at the edges of seconds. The wall clock may step back:
// then nothing is added until it has caught up.
func (l *Ledger) advance(to int64) {
	if l.upTo == 0 {
		l.upTo = to
		l.second(to / int64(time.Second))
		return
	}
	for l.upTo < to {
		unix := l.upTo / int64(time.Second)
		end := min(to, (unix+1)*int64(time.Second))
		l.second(unix).Busy += time.Duration(l.inFlight * (end - l.upTo))
		l.upTo = end
	}
}
