package iterations

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.k6.io/k6/errext"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/metrics"
)

// fake is a VU of k6's that does what it is told in each iteration.
type fake struct {
	activated *lib.VUActivationParams
	once      func() error
}

func (f *fake) GetID() uint64 { return 7 }

func (f *fake) Activate(params *lib.VUActivationParams) lib.ActiveVU {
	f.activated = params
	return f
}

func (f *fake) RunOnce() error { return f.once() }

// run makes one iteration and returns the marks it left.
func run(t *testing.T, ctx context.Context, once func() error, late time.Duration) (*Began, *Ended, error) {
	t.Helper()
	out := make(chan metrics.SampleContainer, 10)
	stream := &Stream{}
	stream.Open(out, nil)
	active := Watch(&fake{once: once}, stream).Begin(&lib.VUActivationParams{RunContext: ctx})
	err := active.Run(time.Now(), late)
	close(out)
	var began *Began
	var ended *Ended
	for mark := range out {
		switch mark := mark.(type) {
		case *Began:
			began = mark
		case *Ended:
			ended = mark
		}
	}
	return began, ended, err
}

func TestAnIterationHasItsMarks(t *testing.T) {
	began, ended, err := run(t, context.Background(), func() error { return nil }, 5*time.Millisecond)
	if err != nil || began.VU != "7" || began.Late != 5*time.Millisecond || began.Seen {
		t.Errorf("%+v, %v", began, err)
	}
	if ended.VU != "7" || ended.Thrown != "" || ended.At.Before(began.At) {
		t.Errorf("%+v", ended)
	}
}

func TestWhatAScriptThrowsIsMarkedAndNoErrorOfTheTest(t *testing.T) {
	_, ended, err := run(t, context.Background(), func() error { return errors.New("Error: broken\n\tat file.js:1") }, 0)
	if err != nil || ended.Thrown != "Error: broken" {
		t.Errorf("%+v, %v", ended, err)
	}
}

func TestAnAbortIsNoException(t *testing.T) {
	abort := &errext.InterruptError{Reason: errext.AbortTest}
	_, ended, err := run(t, context.Background(), func() error { return abort }, 0)
	if !errors.Is(err, abort) || ended.Thrown != "" {
		t.Errorf("%+v, %v", ended, err)
	}
}

func TestAnIterationThatIsCutShortThrowsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, ended, err := run(t, ctx, func() error {
		cancel()
		return errors.New("context canceled")
	}, 0)
	if ended != nil || err == nil {
		t.Errorf("%+v, %v", ended, err)
	}
}

func TestAVUGoesBackAsWhatItIs(t *testing.T) {
	inner := &fake{once: func() error { return nil }}
	watched := Watch(inner, &Stream{})
	if Watch(watched, &Stream{}) != watched {
		t.Error("wrapped twice")
	}
	var returned lib.InitializedVU
	watched.Activate(&lib.VUActivationParams{
		RunContext: context.Background(), DeactivateCallback: func(vu lib.InitializedVU) { returned = vu },
	})
	inner.activated.DeactivateCallback(inner)
	if returned != watched {
		t.Error("the VU inside went back, which leaves no marks")
	}
}
