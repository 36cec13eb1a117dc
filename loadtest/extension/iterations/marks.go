// Package iterations tells the output what k6's samples leave out: which iteration a request belongs to, how late
// that iteration began, which response was a redirect that was followed, and whether the script threw.
//
// It does so by marks, which go through k6's own channel of samples between those of the same VU, so that whoever
// reads the channel meets them in their order.
package iterations

import (
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/metrics"
)

// Key is the metadata of a sample that names the VU it comes from; a sample of setup or teardown has none.
const Key = "scalebed"

// Beside is the value of that metadata in setup and teardown of a script that calls guard: what they ask prepares the
// load, or looks at what it did.
const Beside = "0"

// Began marks the start of an iteration.
type Began struct {
	VU   string
	At   time.Time
	Late time.Duration // since it was due; 0 in a closed model
	// Whether the script's VU is seen from inside (it imports k6/x/scalebed): only then do samples name their VU, and
	// redirects that are followed have their mark.
	Seen bool
}

// Followed marks that a redirect which the VU was answered has been followed, from one URL to another.
type Followed struct {
	VU, From, To string
}

// Elsewhere marks a request that was refused, since it was for somebody else than the target.
type Elsewhere struct {
	Origin string
	At     time.Time
}

// Ended marks the end of an iteration.
type Ended struct {
	VU     string
	At     time.Time
	Thrown string // the first line of what the script threw; empty where it did not
}

// GetSamples makes a mark a container of no samples.
func (*Began) GetSamples() []metrics.Sample { return nil }

// GetSamples makes a mark a container of no samples.
func (*Followed) GetSamples() []metrics.Sample { return nil }

// GetSamples makes a mark a container of no samples.
func (*Elsewhere) GetSamples() []metrics.Sample { return nil }

// GetSamples makes a mark a container of no samples.
func (*Ended) GetSamples() []metrics.Sample { return nil }

// mostLogged is how many exceptions are logged with their stack; all are counted.
const mostLogged = 10

// Stream is where the marks go. An executor opens it before it runs; VUs are made earlier.
type Stream struct {
	out    atomic.Value // chan<- metrics.SampleContainer
	logger atomic.Pointer[logrus.Entry]
	logged atomic.Int64
}

// Default is the stream of all executors of this process: k6 runs one test, and all share one channel.
var Default = &Stream{}

// Open says where marks go, and where exceptions are logged.
func (s *Stream) Open(out chan<- metrics.SampleContainer, logger *logrus.Entry) {
	s.out.Store(out)
	s.logger.Store(logger)
}

func (s *Stream) channel() chan<- metrics.SampleContainer {
	out, _ := s.out.Load().(chan<- metrics.SampleContainer)
	return out
}

func (s *Stream) log(stack string) {
	logger := s.logger.Load()
	switch logged := s.logged.Add(1); {
	case logger == nil || logged > mostLogged:
	case logged == mostLogged:
		logger.WithField("source", "stacktrace").Error(stack + "\n(further exceptions are counted, not logged)")
	default:
		logger.WithField("source", "stacktrace").Error(stack)
	}
}
