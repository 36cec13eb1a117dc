package poisson

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/lib/executor"
	"go.k6.io/k6/metrics"

	"scalebed/k6/health"
	"scalebed/k6/iterations"
)

// Executor starts an iteration at every arrival of a Poisson process, on whichever VU is free.
type Executor struct {
	*executor.BaseExecutor
	config *Config
	state  *lib.ExecutionState
	ledger *health.Ledger

	indexMutex sync.Mutex
	index      *lib.SegmentedIndex

	pool     pool
	busy     sync.WaitGroup // iterations handed to a VU and not over
	active   sync.WaitGroup // VUs borrowed from k6 and not returned
	failures chan error     // the first iteration that ended the whole test
}

var _ lib.Executor = &Executor{}

func newExecutor(config *Config, state *lib.ExecutionState, logger *logrus.Entry) *Executor {
	return &Executor{
		BaseExecutor: executor.NewBaseExecutor(config, state, logger),
		config:       config,
		state:        state,
		ledger:       health.Default,
		index:        lib.NewSegmentedIndex(state.ExecutionTuple),
		failures:     make(chan error, 1),
	}
}

// Run lasts as long as the stages, and then until the iterations under way are over, at most for the
// graceful stop. It returns the error of an iteration that ended the whole test; one that threw is counted.
func (e *Executor) Run(parent context.Context, out chan<- metrics.SampleContainer) error {
	iterations.Default.Open(out, e.GetLogger())
	running, cancel := context.WithCancel(parent)
	defer e.active.Wait()
	defer cancel()
	running = lib.WithScenarioState(running, &lib.ScenarioState{
		Name: e.config.Name, Executor: e.config.Type, StartTime: time.Now(),
		ProgressFn: func() (float64, []string) { return 0, nil },
	})
	for range e.config.vus(e.state.ExecutionTuple) {
		if err := e.activate(running); err != nil {
			return err
		}
	}

	start := time.Now()
	e.ledger.Open(start)
	arrivals := newProcess(e.config.Seed.Int64, e.streamName(), e.config.stages(e.state.ExecutionTuple.Segment))
	for offset, more := arrivals.next(); more; offset, more = arrivals.next() {
		due := start.Add(offset)
		if over, err := e.wait(parent, due); over {
			return err
		}
		e.arrive(parent, due, out)
	}
	if over, err := e.wait(parent, start.Add(e.config.length())); over {
		return err
	}
	return e.drain(parent)
}

// streamName tells apart the streams of scenarios and of execution segments.
func (e *Executor) streamName() string {
	return e.config.Name + "/" + e.state.ExecutionTuple.Segment.String()
}

func (e *Executor) arrive(ctx context.Context, due time.Time, out chan<- metrics.SampleContainer) {
	e.busy.Add(1)
	if e.pool.hand(due) {
		return
	}
	e.busy.Done()
	now := time.Now()
	e.ledger.Drop(now, due)
	test := e.state.Test
	metrics.PushIfNotDone(ctx, out, metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: test.BuiltinMetrics.DroppedIterations, Tags: test.RunTags},
		Time:       now,
		Value:      1,
	})
}

// wait returns at the given moment, or earlier with true where the run is over.
func (e *Executor) wait(ctx context.Context, until time.Time) (bool, error) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return false, nil
	case err := <-e.failures:
		return true, err
	case <-ctx.Done():
		return true, nil
	}
}

func (e *Executor) drain(ctx context.Context) error {
	idle := make(chan struct{})
	go func() {
		e.busy.Wait()
		close(idle)
	}()
	timer := time.NewTimer(e.config.GetGracefulStop())
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	case <-ctx.Done():
	}
	select {
	case err := <-e.failures:
		return err
	default:
		return nil
	}
}

// activate borrows a VU from k6 and lets it work until the context ends.
func (e *Executor) activate(ctx context.Context) error {
	initialized, err := e.state.GetPlannedVU(e.GetLogger(), false)
	if err != nil {
		return err
	}
	e.active.Add(1)
	vu := iterations.Watch(initialized, iterations.Default).Begin(&lib.VUActivationParams{
		RunContext: ctx,
		DeactivateCallback: func(vu lib.InitializedVU) {
			e.state.ReturnVU(vu, false)
			e.active.Done()
		},
		Env:                      e.config.GetEnv(),
		Tags:                     e.config.GetTags(),
		Exec:                     e.config.GetExec(),
		Scenario:                 e.config.GetName(),
		GetNextIterationCounters: e.nextIteration,
	})
	work := make(chan time.Time, 1)
	e.pool.put(work)
	go func() {
		for {
			select {
			case due := <-work:
				e.iterate(ctx, vu, due)
				e.pool.put(work)
				e.busy.Done()
			case <-ctx.Done():
				return
			}
		}
	}()
	return nil
}

func (e *Executor) iterate(ctx context.Context, vu *iterations.Active, due time.Time) {
	e.state.ModCurrentlyActiveVUsCount(+1)
	now := time.Now()
	e.ledger.Begin(now, due)
	err := vu.Run(now, now.Sub(due))
	e.ledger.End(time.Now())
	e.state.ModCurrentlyActiveVUsCount(-1)
	if ctx.Err() != nil {
		e.state.AddInterruptedIterations(1)
		return
	}
	if err != nil {
		select {
		case e.failures <- err:
		default: // the first one is reason enough
		}
	}
	e.state.AddFullIterations(1)
}

// nextIteration gives the number of the iteration within this segment, and within the whole test.
func (e *Executor) nextIteration() (uint64, uint64) {
	e.indexMutex.Lock()
	defer e.indexMutex.Unlock()
	scaled, unscaled := e.index.Next()
	return uint64(scaled - 1), uint64(unscaled - 1)
}
