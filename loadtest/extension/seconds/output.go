// Package seconds is the k6 output `scalebed`: JSON lines with one mergeable latency histogram for each second,
// endpoint and status, and one line a second on the generator's own health.
package seconds

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/metrics"
	"go.k6.io/k6/output"

	"scalebed/k6/health"
)

// grace is how long after its end a second is still waited for: k6 hands samples on every 50 ms.
const grace = 300 * time.Millisecond

func init() {
	output.RegisterExtension("scalebed", New)
}

// Output implements k6's output.Output.
type Output struct {
	path   string // empty: standard output
	writer io.Writer
	file   *os.File
	logger logrus.FieldLogger
	abort  func(error)

	mutex    sync.Mutex
	tally    *tally
	ledger   *health.Ledger
	numbers  *numbering
	writeErr error

	stop, stopped chan struct{}
}

var (
	_ output.Output          = &Output{}
	_ output.WithTestRunStop = &Output{}
)

// New is called by k6 for `--out scalebed` and `--out scalebed=PATH`.
func New(params output.Params) (output.Output, error) {
	return &Output{
		path:    params.ConfigArgument,
		writer:  params.StdOut,
		logger:  params.Logger.WithField("output", "scalebed"),
		abort:   func(error) {},
		tally:   newTally(),
		ledger:  health.Default,
		numbers: newNumbering(),
		stop:    make(chan struct{}),
		stopped: make(chan struct{}),
	}, nil
}

// Description is shown by `k6 run` without --quiet.
func (o *Output) Description() string {
	if o.path == "" {
		return "scalebed (standard output)"
	}
	return fmt.Sprintf("scalebed (%s)", o.path)
}

// SetTestRunStopCallback gives what ends the test when lines cannot be written.
func (o *Output) SetTestRunStopCallback(abort func(error)) {
	o.abort = abort
}

// Start opens the file, if there is one, and begins to write a little after each second.
func (o *Output) Start() error {
	if o.path != "" {
		file, err := os.Create(o.path)
		if err != nil {
			return fmt.Errorf("--out scalebed=%s cannot be written: %w", o.path, err)
		}
		o.file, o.writer = file, file
	}
	go o.run()
	return nil
}

// AddMetricSamples counts samples at once: histograms are cheaper to keep than samples.
func (o *Output) AddMetricSamples(containers []metrics.SampleContainer) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, container := range containers {
		o.tally.add(container)
	}
}

// Stop writes everything that is left.
func (o *Output) Stop() error {
	close(o.stop)
	<-o.stopped
	now := time.Now()
	o.flush(now, now.Unix()+held+1)
	o.end(now)
	if o.file != nil {
		if err := o.file.Close(); err != nil && o.writeErr == nil {
			o.writeErr = err
		}
	}
	return o.writeErr
}

func (o *Output) run() {
	defer close(o.stopped)
	for {
		now := time.Now()
		next := now.Truncate(time.Second).Add(grace)
		if !next.After(now) {
			next = next.Add(time.Second)
		}
		select {
		case <-time.After(next.Sub(now)):
			now = time.Now()
			o.flush(now, now.Add(-grace).Unix())
		case <-o.stop:
			return
		}
	}
}

// flush writes what there is for all seconds before the given one.
func (o *Output) flush(now time.Time, before int64) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	lines, err := o.tally.take(before)
	for _, second := range o.healthBefore(now, before) {
		lines = append(lines, newGeneratorLine(second))
	}
	if err == nil {
		err = o.write(lines)
	}
	if err != nil && o.writeErr == nil {
		o.writeErr = err
		o.logger.WithError(err).Error("Lines could not be written")
		o.abort(err)
	}
}

// healthBefore is the executor's ledger, or where k6's own executors ran (the closed model), what k6's metrics tell;
// and with it the iterations that ended.
func (o *Output) healthBefore(now time.Time, before int64) []health.Second {
	counted := o.tally.takeCounted(before)
	if o.ledger.Opened() {
		counted = o.ledger.Take(before, now)
	} else {
		sort.Slice(counted, func(a, b int) bool { return counted[a].Unix < counted[b].Unix })
	}
	if len(counted) == 0 {
		return counted
	}
	for unix, ended := range o.tally.takeEnded(before) {
		// Of a second that has been written already, a line of its own would say that nothing was under way.
		place := sort.Search(len(counted)-1, func(i int) bool { return counted[i].Unix >= unix })
		counted[place].Ended.Count += ended.Count
		counted[place].Ended.Took += ended.Took
	}
	return counted
}

// end writes the last line, unless some could not be written before it.
func (o *Output) end(now time.Time) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.writeErr == nil {
		o.writeErr = o.write([]any{endLine{version, "end", now.Unix()}})
	}
}

// write numbers lines and writes them at once, so that others on the same stream do not come between.
func (o *Output) write(lines []any) error {
	if len(lines) == 0 {
		return nil
	}
	var text []byte
	for _, line := range lines {
		encoded, err := json.Marshal(line)
		if err != nil {
			return err
		}
		text = append(append(text, o.numbers.number(encoded)...), '\n')
	}
	_, err := o.writer.Write(text)
	return err
}
