package poisson

import (
	"sync"
	"time"
)

// pool holds idle workers, last in, first out: the fewest VUs stay busy, so connections are reused and
// a VU's own memory of earlier responses is fresh.
type pool struct {
	mutex sync.Mutex
	idle  []chan<- time.Time
}

// put makes a worker available. Its channel must hold one due time without blocking.
func (p *pool) put(worker chan<- time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.idle = append(p.idle, worker)
}

// hand gives a due time to a worker, or says that all are busy.
func (p *pool) hand(due time.Time) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return false
	}
	p.idle[last] <- due
	p.idle = p.idle[:last]
	return true
}
