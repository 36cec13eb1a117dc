package seconds

import (
	"fmt"
	"time"

	"go.k6.io/k6/lib/netext/httpext"

	"scalebed/k6/iterations"
)

// Why a request failed, beside the class of its status (`3xx`, `5xx`).
const (
	noResponse  = "no response"
	checkFailed = "check failed"
	scriptError = "script error"
)

// byItself is the endpoint of a failure that is no request's: the iteration's own.
const byItself = "iteration"

// request is one that has been answered, or not, and may still be judged by a check.
type request struct {
	endpoint string
	url      string // where samples name it: it tells which redirect led to which answer
	status   int
	ended    time.Time
	latency  time.Duration // from its own start; of a redirect that was followed, from the first request's
	late     time.Duration // how much later than due that start was
	failure  string        // empty: it succeeded
	beside   bool          // no part of the load
}

// told is what a redirect to this request is known by.
func (r *request) told() string {
	if r.url != "" {
		return r.url
	}
	return r.endpoint
}

func (r *request) started() time.Time {
	return r.ended.Add(-r.latency)
}

// journey is an iteration under way. The requests that it made last, at once, are held until the script goes on:
// a check that fails makes a failure of the request it judges, which is the last one before it.
type journey struct {
	open   bool
	seen   bool // samples name their VU, and redirects that are followed have their mark
	began  time.Time
	late   time.Duration // of its first requests; 0 once there was one after them
	busy   time.Time     // until here its time is accounted for: its start, or the end of the last request
	held   []request
	over   []request      // those no longer held, until the next are
	hops   map[string]hop // by what follows them: redirects, which the next response ends
	judged time.Time      // the check() call under way, told by its time
	target int            // what that call judges among those held
}

// hop is what redirects of one request took so far, and the endpoint that it began with.
type hop struct {
	endpoint string
	took     time.Duration
}

// begin starts anew, and returns what an iteration that was cut short had left.
func (j *journey) begin(mark *iterations.Began) []request {
	left := j.release()
	*j = journey{open: true, seen: mark.Seen, began: mark.At, late: mark.Late, busy: mark.At, held: j.held, over: j.over}
	return left
}

// add holds a request, and returns those that no check can judge any more: they were over before this one began.
func (j *journey) add(r request) []request {
	if led, followed := j.hops[r.told()]; followed {
		r.endpoint = led.endpoint
		r.latency += led.took
		delete(j.hops, r.told())
	}
	var over []request
	if len(j.held) > 0 && !r.started().Before(j.lastEnd()) {
		over = j.release()
		for _, before := range over {
			if !before.beside {
				j.late = 0
			}
		}
	}
	r.late = j.late
	j.held = append(j.held, r)
	if r.ended.After(j.busy) {
		j.busy = r.ended
	}
	return over
}

// follow takes back the redirect that was answered last: it is a part of the request that follows it.
func (j *journey) follow(mark *iterations.Followed) {
	for index := len(j.held) - 1; index >= 0; index-- {
		r := j.held[index]
		if r.status < 300 || r.status >= 400 || (r.url != "" && r.url != mark.From) {
			continue
		}
		if j.hops == nil {
			j.hops = make(map[string]hop)
		}
		to := r.endpoint
		if r.url != "" {
			to = mark.To
		}
		j.hops[to] = hop{r.endpoint, r.latency}
		j.held = append(j.held[:index], j.held[index+1:]...)
		return
	}
}

// blame makes a failure of the request that a failed check judges, and reports whether there is one: the last one,
// or where several were under way at once and every one is judged, the last of them that has not failed yet. `called`
// tells apart calls of check(), each of which judges one response.
func (j *journey) blame(called time.Time, endpoint string) bool {
	if called.Equal(j.judged) && j.target < len(j.held) {
		return true
	}
	last := -1
	for index := len(j.held) - 1; index >= 0; index-- {
		if r := &j.held[index]; !r.beside && (endpoint == "" || r.endpoint == endpoint) {
			if last < 0 {
				last = index
			}
			if r.failure == "" {
				last = index
				r.failure = checkFailed
				break
			}
		}
	}
	j.judged, j.target = called, last
	return last >= 0
}

// idle is how long the iteration has gone on since its last request, and with it what a failure of its own took.
func (j *journey) idle(now time.Time) time.Duration {
	took := max(now.Sub(j.busy), 0)
	j.busy = now
	return took
}

func (j *journey) lastEnd() time.Time {
	last := j.held[0].ended
	for _, r := range j.held[1:] {
		if r.ended.After(last) {
			last = r.ended
		}
	}
	return last
}

// release returns what is held, valid until the next time, and holds it no more.
func (j *journey) release() []request {
	j.over, j.held = j.held, j.over[:0]
	j.judged = time.Time{}
	return j.over
}

// failureOf says whether an answer is an error: none at all, or a status outside 2xx that the script has not declared
// as expected. k6's own default expects every 3xx too, which nobody declared; the scripts here expect 2xx alone, so in
// a VU that imports their module what is expected has been declared. Whoever declares that 2xx is not expected is taken
// at their word.
func failureOf(trail *httpext.Trail, status int, seen bool) string {
	successful := status >= 200 && status < 300
	switch {
	case status == 0:
		return noResponse
	case successful && trail.Failed.Valid && trail.Failed.Bool:
		return "unexpected 2xx"
	case successful:
		return ""
	case trail.Failed.Valid && !trail.Failed.Bool && (seen || status >= 400):
		return ""
	default:
		return fmt.Sprintf("%dxx", status/100)
	}
}
