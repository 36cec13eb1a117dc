package seconds

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"go.k6.io/k6/lib/netext/httpext"
	"go.k6.io/k6/metrics"

	"scalebed/k6/checks"
	"scalebed/k6/health"
	"scalebed/k6/iterations"
)

// Latencies are kept in microseconds with three significant digits. Readers must know these limits to add
// histograms up.
const (
	lowest  = 1
	highest = 120_000_000
	digits  = 3
)

// held is for how many seconds after that of its end a request waits for a check while its iteration goes on.
const held = 1

// mostMessages is how many different exceptions are told apart.
const mostMessages = 10

// series is what one pair of histograms is kept for.
type series struct {
	second   int64
	endpoint string
	status   int
	failure  string
}

// latencies are counted from when requests were due and from when they began; while none was late both are the same,
// and only the first is kept.
type latencies struct {
	due, undelayed *hdrhistogram.Histogram
	late           bool
}

// check is what passes and failures are counted for.
type check struct {
	second int64
	name   string
}

type outcomes struct {
	passed, failed int64
	beside         int64 // of those that failed: in no iteration
}

// labels are what a set of tags says of a request.
type labels struct {
	endpoint  string
	url       string
	status    int
	exhausted string // what the generator itself had run out of, if that is why the request failed
}

// tally counts samples until they are taken. It is not safe for concurrent use.
type tally struct {
	journeys   map[string]*journey // by VU
	thrown     map[string]bool     // messages of exceptions
	histograms map[series]*latencies
	spare      []*latencies
	known      map[*metrics.TagSet]labels // k6 shares equal sets, so their number is small
	failures   map[int64]string
	checks     map[check]outcomes
	counted    map[int64]*health.Second
	ended      map[int64]health.Journeys
	names      names
}

func newTally() *tally {
	return &tally{
		journeys:   make(map[string]*journey),
		thrown:     make(map[string]bool),
		histograms: make(map[series]*latencies),
		known:      make(map[*metrics.TagSet]labels),
		failures:   make(map[int64]string),
		checks:     make(map[check]outcomes),
		counted:    make(map[int64]*health.Second),
		ended:      make(map[int64]health.Journeys),
		names:      make(names),
	}
}

func (t *tally) add(container metrics.SampleContainer) {
	switch mark := container.(type) {
	case *httpext.Trail:
		t.addTrail(mark)
		return
	case *iterations.Began:
		t.record(t.journey(mark.VU).begin(mark))
		return
	case *iterations.Followed:
		t.journey(mark.VU).follow(mark)
		return
	case *iterations.Elsewhere:
		t.failures[mark.At.Unix()] = fmt.Sprintf(
			"the script asks for %s, which is not the target, so it was not sent; aim the script at BASE_URL, or name "+
				"that address under load.rewrite", mark.Origin)
		return
	case *iterations.Ended:
		t.end(mark)
		return
	}
	for _, sample := range container.GetSamples() {
		switch sample.Metric.Name {
		case metrics.HTTPReqDurationName:
			t.addDuration(sample)
		case metrics.ChecksName:
			t.addCheck(sample)
		case metrics.IterationsName:
			t.count(sample.Time).Arrivals += int64(sample.Value)
		case metrics.DroppedIterationsName:
			t.count(sample.Time).Dropped += int64(sample.Value)
		case metrics.VUsName:
			t.count(sample.Time).Busy = time.Duration(sample.Value * float64(time.Second))
		}
	}
}

func (t *tally) journey(vu string) *journey {
	found, known := t.journeys[vu]
	if !known {
		found = &journey{}
		t.journeys[vu] = found
	}
	return found
}

// under is the iteration under way that a sample belongs to, or nil.
func (t *tally) under(metadata map[string]string) *journey {
	vu, named := metadata[iterations.Key]
	if !named {
		return nil
	}
	if found := t.journeys[vu]; found != nil && found.open {
		return found
	}
	return nil
}

func (t *tally) addTrail(trail *httpext.Trail) {
	if trail.Metadata[iterations.Key] == iterations.Beside {
		return
	}
	label := t.label(trail.Tags)
	if label.exhausted != "" {
		t.failures[trail.EndTime.Unix()] = label.exhausted
	}
	under := t.under(trail.Metadata)
	answered := request{
		endpoint: label.endpoint,
		url:      label.url,
		status:   label.status,
		ended:    trail.EndTime,
		// A client also waits for its connection, which http_req_duration leaves out.
		latency: trail.Blocked + trail.Duration,
		failure: failureOf(trail, label.status, under != nil && under.seen),
		answer:  checks.Of(metrics.D(trail.Duration), metrics.D(trail.Waiting), metrics.D(trail.Blocked)),
	}
	if under == nil {
		t.record([]request{answered})
		return
	}
	t.record(under.add(answered))
}

// addDuration counts requests of other modules than k6/http.
func (t *tally) addDuration(sample metrics.Sample) {
	label := t.label(sample.Tags)
	latency := time.Duration(sample.Value * float64(time.Millisecond))
	failure := failureOf(&httpext.Trail{}, label.status, false)
	t.record([]request{{
		endpoint: label.endpoint, url: label.url, status: label.status, ended: sample.Time, latency: latency, failure: failure,
	}})
}

func (t *tally) label(tags *metrics.TagSet) labels {
	label, known := t.known[tags]
	if !known {
		label = read(tags, t.names)
		// A set with a URL in it may be met once only; k6 forgets none, and that is enough.
		if label.url == "" {
			t.known[tags] = label
		}
	}
	return label
}

func (t *tally) record(requests []request) {
	for _, r := range requests {
		key := series{r.ended.Unix(), r.endpoint, r.status, r.failure}
		counted, begun := t.histograms[key]
		if !begun {
			counted = t.latencies()
			t.histograms[key] = counted
		}
		counted.record(r.latency, r.late)
	}
}

// record counts one request. Recording cannot fail: the value is within the limits the histogram was made for.
func (l *latencies) record(latency, late time.Duration) {
	if late > 0 && !l.late {
		l.late = true
		l.undelayed.Merge(l.due)
	}
	if l.late {
		_ = l.undelayed.RecordValue(within(latency))
	}
	_ = l.due.RecordValue(within(latency + late))
}

func within(latency time.Duration) int64 {
	return min(max(latency.Microseconds(), lowest), highest)
}

func (t *tally) end(mark *iterations.Ended) {
	under := t.journey(mark.VU)
	open := under.open
	t.record(under.end())
	if mark.Thrown != "" {
		t.recordOwn(under, byItself, mark.At, scriptError)
		t.addThrown(mark)
	}
	if open {
		ended := t.ended[mark.At.Unix()]
		t.ended[mark.At.Unix()] = health.Journeys{Count: ended.Count + 1, Took: ended.Took + mark.At.Sub(under.began)}
	}
}

// takeEnded returns, and forgets, the iterations that ended before the given second.
func (t *tally) takeEnded(before int64) map[int64]health.Journeys {
	taken := make(map[int64]health.Journeys)
	for unix, ended := range t.ended {
		if unix < before {
			taken[unix] = ended
			delete(t.ended, unix)
		}
	}
	return taken
}

// addThrown tells what a script threw as a check of the script that failed.
func (t *tally) addThrown(mark *iterations.Ended) {
	message := mark.Thrown
	if !t.thrown[message] {
		if len(t.thrown) >= mostMessages {
			message = "something else"
		} else {
			t.thrown[message] = true
		}
	}
	key := check{mark.At.Unix(), "the script throws nothing (" + message + ")"}
	counted := t.checks[key]
	counted.failed++
	t.checks[key] = counted
}

func (t *tally) addCheck(sample metrics.Sample) {
	name, _ := sample.Tags.Get(metrics.TagCheck.String())
	key := check{sample.Time.Unix(), name}
	counted := t.checks[key]
	switch {
	case sample.Value != 0:
		counted.passed++
	case t.judge(sample):
		counted.failed++
	default:
		counted.failed++
		counted.beside++
	}
	t.checks[key] = counted
}

// judge makes a failure of what a failed check is about, and reports whether that is a part of the load.
func (t *tally) judge(sample metrics.Sample) bool {
	under := t.under(sample.Metadata)
	if under == nil {
		return false
	}
	checked, said := sample.Metadata[checks.Key]
	if !said {
		checked = checks.None
	}
	endpoint, _ := sample.Tags.Get("endpoint")
	if of, done := under.blame(sample.Time, checked, endpoint); !done {
		t.recordOwn(under, of, sample.Time, checkFailed)
	}
	return true
}

// recordOwn counts a failure of an iteration that is no request of it.
func (t *tally) recordOwn(under *journey, endpoint string, at time.Time, failure string) {
	t.record([]request{{endpoint: endpoint, ended: at, latency: under.idle(at), failure: failure}})
}

func (t *tally) latencies() *latencies {
	if last := len(t.spare) - 1; last >= 0 {
		counted := t.spare[last]
		t.spare = t.spare[:last]
		return counted
	}
	return &latencies{
		due:       hdrhistogram.New(lowest, highest, digits),
		undelayed: hdrhistogram.New(lowest, highest, digits),
	}
}

func (t *tally) count(at time.Time) *health.Second {
	second, known := t.counted[at.Unix()]
	if !known {
		second = &health.Second{Unix: at.Unix()}
		t.counted[at.Unix()] = second
	}
	return second
}

// take returns, and forgets, the lines for all seconds before the given one, in order.
func (t *tally) take(before int64) ([]any, error) {
	for _, under := range t.journeys {
		t.record(under.release(time.Unix(before-held, 0)))
	}
	var keys []series
	for key := range t.histograms {
		if key.second < before {
			keys = append(keys, key)
		}
	}
	sort.Slice(keys, func(a, b int) bool {
		x, y := keys[a], keys[b]
		if x.second != y.second {
			return x.second < y.second
		}
		if x.endpoint != y.endpoint {
			return x.endpoint < y.endpoint
		}
		if x.status != y.status {
			return x.status < y.status
		}
		return x.failure < y.failure
	})
	var lines []any
	for _, key := range keys {
		counted := t.histograms[key]
		line, err := newEndpointLine(key, counted)
		if err != nil {
			return lines, err
		}
		lines = append(lines, line)
		delete(t.histograms, key)
		counted.due.Reset()
		counted.undelayed.Reset()
		counted.late = false
		t.spare = append(t.spare, counted)
	}
	for key, counted := range t.checks {
		if key.second < before {
			lines = append(lines, checkLine{version, "check", key.second, key.name, counted.passed, counted.failed, counted.beside})
			delete(t.checks, key)
		}
	}
	for second, message := range t.failures {
		if second < before {
			lines = append(lines, failureLine{version, "failure", second, message})
			delete(t.failures, second)
		}
	}
	return lines, nil
}

// takeCounted returns, and forgets, what k6's own metrics told of the seconds before the given one.
func (t *tally) takeCounted(before int64) []health.Second {
	var taken []health.Second
	for unix, second := range t.counted {
		if unix < before {
			taken = append(taken, *second)
			delete(t.counted, unix)
		}
	}
	return taken
}

func read(tags *metrics.TagSet, known names) labels {
	url, _ := tags.Get(metrics.TagURL.String())
	if !strings.Contains(url, "://") {
		url = "" // k6 puts a script's own name in its place, which all hops of a redirect keep
	}
	endpoint, _ := tags.Get("endpoint")
	if endpoint == "" {
		name, _ := tags.Get(metrics.TagName.String())
		if name == "" {
			name = url
		}
		group, _ := tags.Get(metrics.TagGroup.String())
		method, _ := tags.Get(metrics.TagMethod.String())
		endpoint = known.of(name, group, method)
	}
	text, _ := tags.Get(metrics.TagStatus.String())
	status, err := strconv.Atoi(text)
	if err != nil {
		status = 0
	}
	message, _ := tags.Get(metrics.TagError.String())
	return labels{endpoint, url, status, exhausted(message)}
}

// exhausted tells failures of the generator's host from failures of the service.
func exhausted(message string) string {
	switch {
	case strings.Contains(message, "cannot assign requested address"):
		return "the load generator ran out of local ports"
	case strings.Contains(message, "too many open files"):
		return "the load generator ran out of file descriptors"
	default:
		return ""
	}
}
