package iterations

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"go.k6.io/k6/errext"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/metrics"
)

// VU is one of k6's whose iterations leave marks. It goes back to k6 as what it is.
type VU struct {
	lib.InitializedVU
	name   string
	stream *Stream
}

// Watch wraps a VU, once.
func Watch(vu lib.InitializedVU, stream *Stream) *VU {
	if watched, already := vu.(*VU); already {
		return watched
	}
	return &VU{vu, strconv.FormatUint(vu.GetID(), 10), stream}
}

// Activate implements lib.InitializedVU.
func (v *VU) Activate(asked *lib.VUActivationParams) lib.ActiveVU {
	return v.Begin(asked)
}

// Begin is Activate for an executor that knows when its iterations are due.
func (v *VU) Begin(asked *lib.VUActivationParams) *Active {
	params := *asked
	if back := asked.DeactivateCallback; back != nil {
		// k6 would give back the VU inside, which leaves no marks.
		params.DeactivateCallback = func(lib.InitializedVU) { back(v) }
	}
	active := v.InitializedVU.Activate(&params)
	return &Active{active, v, params.RunContext, look(v)}
}

// Active is a VU at work.
type Active struct {
	inner lib.ActiveVU
	vu    *VU
	ctx   context.Context
	seen  bool
}

// RunOnce runs one iteration of a closed model, where none is due at a time.
func (a *Active) RunOnce() error {
	return a.Run(time.Now(), 0)
}

// Run runs one iteration, which begins now and so much later than it was due. What the script throws is marked and
// counts as a failed request; only what ends the whole test is returned as an error.
func (a *Active) Run(now time.Time, late time.Duration) error {
	a.mark(&Began{a.vu.name, now, max(late, 0), a.seen})
	err := a.inner.RunOnce()
	thrown := ""
	if a.ctx.Err() == nil && err != nil && !errext.IsInterruptError(err) {
		var exception errext.Exception
		stack := err.Error()
		if errors.As(err, &exception) {
			stack = exception.StackTrace()
		}
		a.vu.stream.log(stack)
		thrown, err = firstLine(stack), nil
	}
	a.mark(&Ended{a.vu.name, time.Now(), thrown})
	return err
}

func (a *Active) mark(mark metrics.SampleContainer) {
	if out := a.vu.stream.channel(); out != nil {
		metrics.PushIfNotDone(a.ctx, out, mark)
	}
}

// longest is how much is kept of what a script threw. Readers cut it to what they show, once they have blotted out the
// secrets in it.
const longest = 10_000

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.TrimSpace(line)
	if line == "" {
		return "an exception without a message"
	}
	if len(line) > longest {
		line = strings.ToValidUTF8(line[:longest], "") + "…"
	}
	return line
}
