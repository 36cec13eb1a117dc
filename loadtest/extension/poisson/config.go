// Package poisson is the k6 executor `poisson-arrival-rate`: an open model whose arrivals are a Poisson process.
package poisson

import (
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/errext"
	"go.k6.io/k6/errext/exitcodes"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/lib/executor"
	"go.k6.io/k6/lib/types"
	"gopkg.in/guregu/null.v3"
)

const executorType = "poisson-arrival-rate"

func init() {
	lib.RegisterExecutorConfigType(executorType, func(name string, raw []byte) (lib.ExecutorConfig, error) {
		config := &Config{BaseConfig: executor.NewBaseConfig(name, executorType)}
		err := lib.StrictJSONUnmarshal(raw, config)
		return config, err
	})
}

// Stage is a span of time with one mean rate.
type Stage struct {
	Rate     null.Float         `json:"rate"`
	Duration types.NullDuration `json:"duration"`
}

// Config is a scenario as the script writes it: either `rate` and `duration`, or `stages` of them.
type Config struct {
	executor.BaseConfig
	Rate     null.Float         `json:"rate"` // mean iterations a second, of all segments together
	Duration types.NullDuration `json:"duration"`
	Stages   []Stage            `json:"stages"`
	Seed     null.Int           `json:"seed"`

	// All VUs are made before the first arrival, so MaxVUs may be left out or say the same.
	PreAllocatedVUs null.Int `json:"preAllocatedVUs"`
	MaxVUs          null.Int `json:"maxVUs"`
}

var _ lib.ExecutorConfig = &Config{}

// Validate names everything that is wrong.
func (c *Config) Validate() []error {
	found := c.BaseConfig.Validate()
	if (len(c.Stages) > 0) == (c.Rate.Valid || c.Duration.Valid) {
		found = append(found, errors.New("give either rate and duration, or stages"))
	} else {
		for index, s := range c.spans() {
			if !s.Rate.Valid || s.Rate.Float64 < 0 {
				found = append(found, fmt.Errorf("stage %d: rate must be a number of iterations per second", index+1))
			}
			if !s.Duration.Valid || s.Duration.TimeDuration() <= 0 {
				found = append(found, fmt.Errorf("stage %d: duration must be a positive time", index+1))
			}
		}
	}
	if !c.PreAllocatedVUs.Valid || c.PreAllocatedVUs.Int64 < 1 {
		found = append(found, errors.New("preAllocatedVUs must be 1 or more"))
	}
	if c.MaxVUs.Valid && c.MaxVUs.Int64 != c.PreAllocatedVUs.Int64 {
		found = append(found, errors.New("maxVUs must equal preAllocatedVUs: all VUs are made before the first arrival"))
	}
	return found
}

func (c *Config) spans() []Stage {
	if len(c.Stages) > 0 {
		return c.Stages
	}
	return []Stage{{Rate: c.Rate, Duration: c.Duration}}
}

// stages are those of one execution segment: independent Poisson processes with a share of the rate each
// superpose to one with the whole rate (Kingman, Poisson Processes, 1993, section 2.2).
func (c *Config) stages(segment *lib.ExecutionSegment) []stage {
	var scaled []stage
	for _, s := range c.spans() {
		scaled = append(scaled, stage{s.Rate.Float64 * segment.FloatLength(), s.Duration.TimeDuration()})
	}
	return scaled
}

func (c *Config) length() time.Duration {
	var total time.Duration
	for _, s := range c.spans() {
		total += s.Duration.TimeDuration()
	}
	return total
}

func (c *Config) vus(tuple *lib.ExecutionTuple) int64 {
	return tuple.ScaleInt64(c.PreAllocatedVUs.Int64)
}

// GetDescription is shown by `k6 run` without --quiet.
func (c *Config) GetDescription(tuple *lib.ExecutionTuple) string {
	mean := 0.0
	for _, s := range c.stages(tuple.Segment) {
		mean += s.rate * s.duration.Seconds() / c.length().Seconds()
	}
	return fmt.Sprintf("Poisson arrivals, mean %.2f iterations/s for %s (VUs: %d)", mean, c.length(), c.vus(tuple))
}

// GetExecutionRequirements asks for all VUs from the start.
func (c *Config) GetExecutionRequirements(tuple *lib.ExecutionTuple) []lib.ExecutionStep {
	return []lib.ExecutionStep{
		{TimeOffset: 0, PlannedVUs: uint64(c.vus(tuple))},
		{TimeOffset: c.length() + c.GracefulStop.TimeDuration(), PlannedVUs: 0},
	}
}

// HasWork is always true: where it is false, k6 leaves the scenario out without a word, and with it a segment's share
// of the arrivals. NewExecutor refuses a segment without a VU.
func (c *Config) HasWork(*lib.ExecutionTuple) bool {
	return true
}

// NewExecutor is called by k6 once for each scenario.
func (c *Config) NewExecutor(state *lib.ExecutionState, logger *logrus.Entry) (lib.Executor, error) {
	if err := c.spread(state.ExecutionTuple, state.Test.Options.ExecutionSegmentSequence); err != nil {
		return nil, errext.WithExitCodeIfNone(err, exitcodes.InvalidConfig)
	}
	return newExecutor(c, state, logger), nil
}

// spread refuses what would lose arrivals of some segment, in every segment alike, so that no part of the load begins
// without the others.
func (c *Config) spread(tuple *lib.ExecutionTuple, named *lib.ExecutionSegmentSequence) error {
	segments := tuple.Sequence.ExecutionSegmentSequence
	if len(segments) > 1 && (named == nil || len(*named) == 0) {
		return fmt.Errorf(
			"scenario %s: --execution-segment=%s stands without --execution-segment-sequence, so segments would not agree "+
				"whose each VU and each iteration is: name the same sequence in all of them, such as %s",
			c.Name, tuple.Segment, tuple.Sequence,
		)
	}
	for index, segment := range segments {
		if len(segments) > 1 && tuple.Sequence.ScaleInt64(index, c.PreAllocatedVUs.Int64) < 1 {
			return fmt.Errorf(
				"scenario %s: preAllocatedVUs=%d leaves the segment %s of %d without a VU, and its arrivals would not be "+
					"made: give one VU or more for each segment (MAX_VUS in our scenarios), or use fewer segments",
				c.Name, c.PreAllocatedVUs.Int64, segment, len(segments),
			)
		}
	}
	return nil
}
