package seconds

import (
	"fmt"
	"time"

	"go.k6.io/k6/lib/netext/httpext"

	"scalebed/k6/checks"
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

// mostHeld is how many requests of an iteration wait for a check at once, and mostPast of how many others it is known
// what they asked.
const (
	mostHeld = 1000
	mostPast = 10_000
)

// request is one that has been answered, or not, and may still be judged by a check.
type request struct {
	endpoint string
	url      string // where samples name it: it tells which redirect led to which answer
	status   int
	ended    time.Time
	latency  time.Duration // from its own start; of a redirect that was followed, from the first request's
	late     time.Duration // how much later than due that start was
	failure  string        // empty: it succeeded
	answer   string        // what a check of it is told by (checks.Of); empty where there was none
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

// journey is an iteration under way. The requests that it made are held for a while: a check that fails makes a failure
// of the request it judges.
type journey struct {
	open     bool
	seen     bool // samples name their VU, and redirects that are followed have their mark
	began    time.Time
	late     time.Duration // of its first requests; 0 once there was one after them
	busy     time.Time     // until here its time is accounted for: its start, or the end of the last request
	answered time.Time     // when the last one had ended
	held     []request
	over     []request         // those no longer held, until the next are
	past     map[string]string // endpoints of those no longer held, by what a check of them is told by
	endpoint string            // of all that it asked so far
	several  bool              // it asked more than one endpoint
	lost     bool              // a request of it got no answer, which has no name
	hops     map[string]hop    // by what follows them: redirects, which the next response ends
	judged   time.Time         // the check() call under way, told by its time
	target   int               // what that call judges among those held
}

// hop is what redirects of one request took so far, and the endpoint that it began with.
type hop struct {
	endpoint string
	took     time.Duration
}

// begin starts anew, and returns what an iteration that was cut short had left.
func (j *journey) begin(mark *iterations.Began) []request {
	left := j.end()
	*j = journey{open: true, seen: mark.Seen, began: mark.At, late: mark.Late, busy: mark.At, held: j.held, over: j.over}
	return left
}

// end returns what is held, and forgets what only a check could ask for.
func (j *journey) end() []request {
	j.open, j.past = false, nil
	return j.release(time.Time{})
}

// add holds a request, and returns those that are too many to be held.
func (j *journey) add(r request) []request {
	if led, followed := j.hops[r.told()]; followed {
		r.endpoint = led.endpoint
		r.latency += led.took
		delete(j.hops, r.told())
	}
	if !j.answered.IsZero() && !r.started().Before(j.answered) {
		j.late = 0
	}
	r.late = j.late
	j.lost = j.lost || r.answer == ""
	var over []request
	if len(j.held) >= mostHeld {
		over = j.release(time.Time{})
	}
	j.held = append(j.held, r)
	if r.ended.After(j.busy) {
		j.busy = r.ended
	}
	if r.ended.After(j.answered) {
		j.answered = r.ended
	}
	j.several = j.several || (j.endpoint != "" && j.endpoint != r.endpoint)
	j.endpoint = r.endpoint
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

// blame makes a failure of the request that a failed check judges, and reports whether it needs no failure of its own.
// Where it does, `of` is the endpoint that this belongs to. What was checked tells the request (checks.Of); else the tag
// `endpoint` does, as the last one of that; else, where the check was called with no answer and all requests of the
// iteration so far were of one endpoint, it is the last of them that has not failed yet. Beyond that nothing tells, and no
// request is blamed: not for an answer of another iteration, nor for one to a request that was never made. `called` tells
// apart calls of check().
func (j *journey) blame(called time.Time, checked, endpoint string) (of string, done bool) {
	if checked == "" && j.lost {
		return "", true // there was no answer, which has failed already
	}
	guess := checked == checks.None
	if !guess {
		for index := range j.held {
			if r := &j.held[index]; r.answer == checked {
				if r.failure == "" {
					r.failure = checkFailed
				}
				return "", true
			}
		}
		if of, known := j.past[checked]; known {
			if called.Equal(j.judged) {
				return "", true
			}
			j.judged, j.target = called, -1
			return of, false
		}
	}
	if called.Equal(j.judged) && j.target < len(j.held) {
		return "", true
	}
	last := -1
	for index := len(j.held) - 1; index >= 0 && (endpoint != "" || guess && !j.several); index-- {
		if r := &j.held[index]; endpoint == "" || r.endpoint == endpoint {
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
	return byItself, last >= 0
}

// idle is how long the iteration has gone on since its last request, and with it what a failure of its own took.
func (j *journey) idle(now time.Time) time.Duration {
	took := max(now.Sub(j.busy), 0)
	j.busy = now
	return took
}

// release returns what is held and had ended before the given moment, valid until the next time, and holds it no more.
// The zero moment stands for all.
func (j *journey) release(before time.Time) []request {
	all := before.IsZero()
	over, kept := j.over[:0], 0
	for _, r := range j.held {
		if !all && !r.ended.Before(before) {
			j.held[kept] = r
			kept++
			continue
		}
		over = append(over, r)
		if j.open && r.answer != "" && len(j.past) < mostPast {
			if j.past == nil {
				j.past = make(map[string]string)
			}
			j.past[r.answer] = r.endpoint
		}
	}
	j.held, j.over = j.held[:kept], over
	if len(over) > 0 {
		j.judged = time.Time{}
	}
	return over
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
