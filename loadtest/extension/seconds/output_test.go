package seconds

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/sirupsen/logrus"
	"go.k6.io/k6/lib/netext/httpext"
	"go.k6.io/k6/metrics"
	"go.k6.io/k6/output"

	"scalebed/k6/health"
	"scalebed/k6/iterations"
)

const base = 1_700_000_000

var (
	registry = metrics.NewRegistry()
	builtin  = metrics.RegisterBuiltinMetrics(registry)
)

func tags(pairs map[string]string) *metrics.TagSet {
	return registry.RootTagSet().WithTagsFromMap(pairs)
}

func asked(second int64, latency time.Duration, pairs map[string]string) metrics.SampleContainer {
	return &httpext.Trail{EndTime: time.Unix(second, 5e8), Duration: latency, Tags: tags(pairs)}
}

func newOutput(t *testing.T, argument string, stdout *bytes.Buffer) *Output {
	t.Helper()
	made, err := New(output.Params{ConfigArgument: argument, StdOut: stdout, Logger: logrus.New()})
	if err != nil {
		t.Fatal(err)
	}
	o := made.(*Output)
	o.ledger = health.NewLedger()
	return o
}

type anyLine struct {
	Runner                    string
	Line                      int64
	Scalebed, Status, Count   int
	Type, Endpoint, Message   string
	Check, Error              string
	Passed, Failed, Beside    int
	Histogram, Undelayed      string
	Second, Arrivals, Dropped int64
	InFlight                  float64 `json:"in_flight"`
	LagMs                     float64 `json:"lag_ms"`
	Journeys                  int64
	JourneyMs                 float64 `json:"journey_ms"`
}

func parse(t *testing.T, text string) []anyLine {
	t.Helper()
	var lines []anyLine
	for _, row := range strings.Split(strings.TrimSpace(text), "\n") {
		if !strings.HasPrefix(row, `{"scalebed":3,`) {
			t.Fatalf("not recognisable: %q", row)
		}
		var line anyLine
		if err := json.Unmarshal([]byte(row), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func decode(t *testing.T, text string) *hdrhistogram.Histogram {
	t.Helper()
	histogram, err := hdrhistogram.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return histogram
}

func TestSecondsEndpointsAndStatusesAreApart(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.AddMetricSamples([]metrics.SampleContainer{
		asked(base, 3*time.Millisecond, map[string]string{"endpoint": "detail", "status": "200"}),
		asked(base, 5*time.Millisecond, map[string]string{"endpoint": "detail", "status": "200"}),
		asked(base, 5*time.Millisecond, map[string]string{"endpoint": "detail", "status": "503"}),
		asked(base, 9*time.Millisecond, map[string]string{"name": "by name", "status": "0", "error": "request timeout"}),
		asked(base+1, time.Hour, map[string]string{"endpoint": "detail", "status": "200"}),
	})
	o.flush(time.Unix(base+2, 0), base+1)
	lines := parse(t, stdout.String())
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	if line := lines[0]; line.Endpoint != "by name" || line.Status != 0 || line.Count != 1 {
		t.Errorf("%+v", line)
	}
	first := lines[1]
	if first.Type != "endpoint" || first.Second != base || first.Endpoint != "detail" || first.Status != 200 || first.Count != 2 {
		t.Errorf("%+v", first)
	}
	if histogram := decode(t, first.Histogram); histogram.TotalCount() != 2 || !histogram.ValuesAreEquivalent(histogram.Max(), 5000) {
		t.Errorf("%d values up to %d", histogram.TotalCount(), histogram.Max())
	}
	stdout.Reset()
	o.flush(time.Unix(base+3, 0), base+2)
	longest := decode(t, parse(t, stdout.String())[0].Histogram).Max()
	if longest < 119_000_000 || longest > 121_000_000 {
		t.Errorf("an hour is kept as %d µs, the limit is 120 s", longest)
	}
}

func TestHistogramsOfSecondsMergeExactly(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	random := rand.New(rand.NewPCG(1, 2))
	whole := hdrhistogram.New(lowest, highest, digits)
	for second := range int64(20) {
		for range 200 {
			latency := time.Duration(random.ExpFloat64()*20_000) * time.Microsecond
			_ = whole.RecordValue(max(latency.Microseconds(), 1))
			o.AddMetricSamples([]metrics.SampleContainer{
				asked(base+second, latency, map[string]string{"endpoint": "list", "status": "200"}),
			})
		}
		o.flush(time.Now(), base+second+1)
	}
	merged := hdrhistogram.New(lowest, highest, digits)
	for _, line := range parse(t, stdout.String()) {
		if dropped := merged.Merge(decode(t, line.Histogram)); dropped != 0 {
			t.Fatalf("%d values lost", dropped)
		}
	}
	if !merged.Equals(whole) {
		t.Error("merged seconds differ from one histogram of all")
	}
}

func TestLateSamplesMakeAFurtherLine(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	sample := asked(base, time.Millisecond, map[string]string{"endpoint": "detail", "status": "200"})
	for range 2 {
		o.AddMetricSamples([]metrics.SampleContainer{sample})
		o.flush(time.Unix(base+9, 0), base+9)
	}
	if lines := parse(t, stdout.String()); len(lines) != 2 || lines[1].Second != base || lines[1].Count != 1 {
		t.Errorf("%+v", lines)
	}
}

func TestTheClientsWaitForItsConnectionCounts(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.AddMetricSamples([]metrics.SampleContainer{&httpext.Trail{
		EndTime: time.Unix(base, 0), Blocked: time.Second, Duration: 500 * time.Millisecond,
		Tags: tags(map[string]string{"endpoint": "detail", "status": "200"}),
	}})
	o.flush(time.Unix(base+9, 0), base+9)
	histogram := decode(t, parse(t, stdout.String())[0].Histogram)
	if !histogram.ValuesAreEquivalent(histogram.Max(), 1_500_000) {
		t.Errorf("%d µs", histogram.Max())
	}
}

func TestOtherPlacesRequestsComeFrom(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	series := metrics.TimeSeries{Metric: builtin.HTTPReqDuration, Tags: tags(map[string]string{"endpoint": "detail", "status": "200"})}
	o.AddMetricSamples([]metrics.SampleContainer{metrics.Sample{TimeSeries: series, Time: time.Unix(base, 0), Value: 12.5}})
	o.flush(time.Unix(base+9, 0), base+9)
	histogram := decode(t, parse(t, stdout.String())[0].Histogram)
	if !histogram.ValuesAreEquivalent(histogram.Max(), 12_500) {
		t.Errorf("%d µs", histogram.Max())
	}
}

func TestAGeneratorOutOfPortsSaysSo(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.AddMetricSamples([]metrics.SampleContainer{asked(base, 0, map[string]string{
		"endpoint": "detail", "status": "0",
		"error": "dial: unknown errno `99` on linux with message `cannot assign requested address`",
	})})
	o.flush(time.Unix(base+9, 0), base+9)
	lines := parse(t, stdout.String())
	if len(lines) != 2 || lines[1].Type != "failure" || !strings.Contains(lines[1].Message, "local ports") {
		t.Errorf("%+v", lines)
	}
}

func TestChecksAreCountedByName(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	for second, value := range []float64{1, 0, 1} {
		o.AddMetricSamples([]metrics.SampleContainer{metrics.Sample{
			TimeSeries: metrics.TimeSeries{Metric: builtin.Checks, Tags: tags(map[string]string{"check": "the sum is kept"})},
			Time:       time.Unix(base+int64(second/2), 0),
			Value:      value,
		}})
	}
	o.flush(time.Unix(base+1, 0), base+1)
	lines := parse(t, stdout.String())
	if len(lines) != 1 || lines[0].Type != "check" || lines[0].Check != "the sum is kept" ||
		lines[0].Second != base || lines[0].Passed != 1 || lines[0].Failed != 1 {
		t.Errorf("%+v", lines)
	}
	stdout.Reset()
	o.flush(time.Unix(base+2, 0), base+2)
	if lines := parse(t, stdout.String()); len(lines) != 1 || lines[0].Passed != 1 || lines[0].Failed != 0 {
		t.Errorf("%+v", lines)
	}
}

func TestRequestsBesideTheLoadAreNotCounted(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	beside := asked(base, time.Millisecond, map[string]string{"endpoint": "made", "status": "500"}).(*httpext.Trail)
	beside.Metadata = map[string]string{iterations.Key: iterations.Beside}
	o.AddMetricSamples([]metrics.SampleContainer{beside})
	o.flush(time.Unix(base+1, 0), base+1)
	if stdout.Len() != 0 {
		t.Errorf("%s", stdout.String())
	}
}

func TestTheLedgersSecondsBecomeLines(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.ledger.Open(time.Unix(base, 0))
	o.ledger.Begin(time.Unix(base, 5e8), time.Unix(base, 4e8))
	o.ledger.Drop(time.Unix(base, 6e8), time.Unix(base, 5e8))
	o.flush(time.Unix(base+2, 0), base+1)
	line := parse(t, stdout.String())[0]
	if line.Type != "generator" || line.Arrivals != 1 || line.Dropped != 1 || line.InFlight != 0.5 || line.LagMs != 100 {
		t.Errorf("%+v", line)
	}
}

func TestTheClosedModelCountsWhatK6Tells(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	none := tags(nil)
	for metric, value := range map[*metrics.Metric]float64{builtin.VUs: 5, builtin.Iterations: 1} {
		o.AddMetricSamples([]metrics.SampleContainer{metrics.Sample{
			TimeSeries: metrics.TimeSeries{Metric: metric, Tags: none}, Time: time.Unix(base, 0), Value: value,
		}})
	}
	o.flush(time.Unix(base+9, 0), base+9)
	line := parse(t, stdout.String())[0]
	if line.Type != "generator" || line.Arrivals != 1 || line.InFlight != 5 {
		t.Errorf("%+v", line)
	}
}

func TestStopWritesWhatIsLeftToTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	o := newOutput(t, path, nil)
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	now := time.Now().Unix()
	o.AddMetricSamples([]metrics.SampleContainer{
		asked(now, time.Millisecond, map[string]string{"endpoint": "detail", "status": "200"}),
	})
	if err := o.Stop(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := parse(t, string(text)); len(lines) != 2 || lines[0].Second != now || lines[1].Type != "end" {
		t.Errorf("%+v", lines)
	}
}

func TestAFileThatCannotBeMadeIsAnError(t *testing.T) {
	o := newOutput(t, filepath.Join(t.TempDir(), "missing", "lines"), nil)
	if err := o.Start(); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Errorf("%v", err)
	}
}

func TestLinesAreNumberedWithoutAGap(t *testing.T) {
	var first, second bytes.Buffer
	one, other := newOutput(t, "", &first), newOutput(t, "", &second)
	for count := int64(0); count < 3; count++ {
		one.AddMetricSamples([]metrics.SampleContainer{asked(base+count, time.Millisecond, nil)})
		one.flush(time.Unix(base+count+9, 0), base+count+9)
	}
	one.end(time.Unix(base+4, 0))
	other.end(time.Unix(base+4, 0))

	lines := parse(t, first.String())
	for index, line := range lines {
		if line.Line != int64(index+1) || line.Runner != lines[0].Runner || line.Runner == "" {
			t.Errorf("line %d: %+v", index+1, line)
		}
	}
	if last := lines[len(lines)-1]; len(lines) < 4 || last.Type != "end" {
		t.Errorf("%d lines, the last one %+v", len(lines), last)
	}
	if apart := parse(t, second.String()); apart[0].Line != 1 || apart[0].Runner == lines[0].Runner {
		t.Errorf("another k6: %+v", apart[0])
	}
}
