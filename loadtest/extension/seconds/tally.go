package seconds

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"go.k6.io/k6/lib/netext/httpext"
	"go.k6.io/k6/metrics"

	"scalebed/k6/health"
)

// Latencies are kept in microseconds with three significant digits. Readers must know these limits to add
// histograms up.
const (
	lowest  = 1
	highest = 120_000_000
	digits  = 3
)

// series is what one histogram is kept for.
type series struct {
	second   int64
	endpoint string
	status   int
}

// check is what passes and failures are counted for.
type check struct {
	second int64
	name   string
}

type outcomes struct {
	passed, failed int64
}

// labels are what a set of tags says of a request.
type labels struct {
	endpoint  string
	beside    bool // with an empty endpoint: it prepares the load or looks at what it did, and is no part of it
	status    int
	exhausted string // what the generator itself had run out of, if that is why the request failed
}

// tally counts samples until they are taken. It is not safe for concurrent use.
type tally struct {
	histograms map[series]*hdrhistogram.Histogram
	spare      []*hdrhistogram.Histogram
	known      map[*metrics.TagSet]labels // k6 shares equal sets, so their number is small
	failures   map[int64]string
	checks     map[check]outcomes
	counted    map[int64]*health.Second
}

func newTally() *tally {
	return &tally{
		histograms: make(map[series]*hdrhistogram.Histogram),
		known:      make(map[*metrics.TagSet]labels),
		failures:   make(map[int64]string),
		checks:     make(map[check]outcomes),
		counted:    make(map[int64]*health.Second),
	}
}

func (t *tally) add(container metrics.SampleContainer) {
	if trail, isRequest := container.(*httpext.Trail); isRequest {
		// A client also waits for its connection, which http_req_duration leaves out.
		t.addRequest(trail.EndTime, trail.Blocked+trail.Duration, trail.Tags)
		return
	}
	for _, sample := range container.GetSamples() {
		switch sample.Metric.Name {
		case metrics.HTTPReqDurationName:
			t.addRequest(sample.Time, time.Duration(sample.Value*float64(time.Millisecond)), sample.Tags)
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

func (t *tally) addRequest(ended time.Time, latency time.Duration, tags *metrics.TagSet) {
	label, known := t.known[tags]
	if !known {
		label = read(tags)
		t.known[tags] = label
	}
	if label.exhausted != "" {
		t.failures[ended.Unix()] = label.exhausted
	}
	if label.beside {
		return
	}
	key := series{ended.Unix(), label.endpoint, label.status}
	histogram, begun := t.histograms[key]
	if !begun {
		histogram = t.histogram()
		t.histograms[key] = histogram
	}
	// Cannot fail: the value is within the limits the histogram was made for.
	_ = histogram.RecordValue(min(max(latency.Microseconds(), lowest), highest))
}

func (t *tally) addCheck(sample metrics.Sample) {
	name, _ := sample.Tags.Get(metrics.TagCheck.String())
	key := check{sample.Time.Unix(), name}
	counted := t.checks[key]
	if sample.Value == 0 {
		counted.failed++
	} else {
		counted.passed++
	}
	t.checks[key] = counted
}

func (t *tally) histogram() *hdrhistogram.Histogram {
	if last := len(t.spare) - 1; last >= 0 {
		histogram := t.spare[last]
		t.spare = t.spare[:last]
		return histogram
	}
	return hdrhistogram.New(lowest, highest, digits)
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
		return x.status < y.status
	})
	var lines []any
	for _, key := range keys {
		histogram := t.histograms[key]
		line, err := newEndpointLine(key, histogram)
		if err != nil {
			return lines, err
		}
		lines = append(lines, line)
		delete(t.histograms, key)
		histogram.Reset()
		t.spare = append(t.spare, histogram)
	}
	for key, counted := range t.checks {
		if key.second < before {
			lines = append(lines, checkLine{version, "check", key.second, key.name, counted.passed, counted.failed})
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

func read(tags *metrics.TagSet) labels {
	endpoint, tagged := tags.Get("endpoint")
	if !tagged {
		endpoint, _ = tags.Get(metrics.TagName.String())
	}
	text, _ := tags.Get(metrics.TagStatus.String())
	status, err := strconv.Atoi(text)
	if err != nil {
		status = 0
	}
	message, _ := tags.Get(metrics.TagError.String())
	return labels{endpoint, endpoint == "" && tagged, status, exhausted(message)}
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
