package poisson

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"go.k6.io/k6/lib"
)

func parse(t *testing.T, text string) *Config {
	t.Helper()
	config, err := lib.GetParsedExecutorConfig("load", executorType, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return config.(*Config)
}

func TestGoodConfigs(t *testing.T) {
	for _, text := range []string{
		`{"executor": "poisson-arrival-rate", "rate": 0.5, "duration": "10s", "preAllocatedVUs": 3, "maxVUs": 3, "seed": 7}`,
		`{"executor": "poisson-arrival-rate", "stages": [{"rate": 2, "duration": "1s"}, {"rate": 0, "duration": "2s"}],
		  "preAllocatedVUs": 1}`,
	} {
		if found := parse(t, text).Validate(); len(found) > 0 {
			t.Errorf("%s: %v", text, found)
		}
	}
}

func TestBadConfigsAreNamed(t *testing.T) {
	for text, expected := range map[string]string{
		`{"preAllocatedVUs": 1}`: "either rate and duration, or stages",
		`{"rate": 1, "duration": "1s", "stages": [{}], "preAllocatedVUs": 1}`:                   "either rate and duration, or stages",
		`{"rate": -1, "duration": "1s", "preAllocatedVUs": 1}`:                                  "rate must be",
		`{"rate": 1, "preAllocatedVUs": 1}`:                                                     "duration must be",
		`{"stages": [{"rate": 1, "duration": "1s"}, {"duration": "1s"}], "preAllocatedVUs": 1}`: "stage 2: rate",
		`{"rate": 1, "duration": "1s"}`:                                                         "preAllocatedVUs must be",
		`{"rate": 1, "duration": "1s", "preAllocatedVUs": 1, "maxVUs": 2}`:                      "maxVUs must equal",
		`{"rate": 1, "duration": "1s", "preAllocatedVUs": 1, "startTime": "-1s"}`:               "startTime",
	} {
		if found := fmt.Sprint(parse(t, text).Validate()); !strings.Contains(found, expected) {
			t.Errorf("%s: %s; expected %s", text, found, expected)
		}
	}
}

func TestUnknownKeysAreRefused(t *testing.T) {
	_, err := lib.GetParsedExecutorConfig("load", executorType, []byte(`{"rates": 1}`))
	if err == nil {
		t.Error("accepted")
	}
}

func TestNoSegmentIsLeftWithoutAVU(t *testing.T) {
	sequence, err := lib.NewExecutionSegmentSequenceFromString("0,1/3,2/3,1")
	if err != nil {
		t.Fatal(err)
	}
	for _, segment := range sequence {
		tuple, err := lib.NewExecutionTuple(segment, &sequence)
		if err != nil {
			t.Fatal(err)
		}
		few := parse(t, `{"rate": 30, "duration": "10s", "preAllocatedVUs": 2}`)
		if !few.HasWork(tuple) {
			t.Errorf("%s: k6 would leave its arrivals out without a word", segment)
		}
		if err := few.spread(tuple, &sequence); err == nil || !strings.Contains(err.Error(), "segment 2/3:1 of 3 without a VU") {
			t.Errorf("%s: %v", segment, err)
		}
		if err := parse(t, `{"rate": 30, "duration": "10s", "preAllocatedVUs": 3}`).spread(tuple, &sequence); err != nil {
			t.Errorf("%s: %v", segment, err)
		}
	}
}

func TestASegmentNamesItsSequence(t *testing.T) {
	config := parse(t, `{"rate": 30, "duration": "10s", "preAllocatedVUs": 9}`)
	segment, err := lib.NewExecutionSegmentFromString("1/3:2/3")
	if err != nil {
		t.Fatal(err)
	}
	tuple, err := lib.NewExecutionTuple(segment, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.spread(tuple, nil); err == nil || !strings.Contains(err.Error(), "such as 0,1/3,2/3,1") {
		t.Errorf("a segment alone: %v", err)
	}
	whole, err := lib.NewExecutionTuple(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.spread(whole, nil); err != nil {
		t.Errorf("no segments at all: %v", err)
	}
}

func TestSegmentsShareTheRateAndTheVUs(t *testing.T) {
	config := parse(t, `{"rate": 10, "duration": "5s", "preAllocatedVUs": 7}`)
	sequence, err := lib.NewExecutionSegmentSequenceFromString("0,1/4,1/2,1")
	if err != nil {
		t.Fatal(err)
	}
	rate, vus := 0.0, int64(0)
	for _, segment := range sequence {
		tuple, err := lib.NewExecutionTuple(segment, &sequence)
		if err != nil {
			t.Fatal(err)
		}
		rate += config.stages(segment)[0].rate
		vus += config.vus(tuple)
		if steps := config.GetExecutionRequirements(tuple); int64(steps[0].PlannedVUs) != config.vus(tuple) {
			t.Errorf("%s plans %d VUs", segment, steps[0].PlannedVUs)
		}
	}
	if math.Abs(rate-10) > 1e-9 || vus != 7 {
		t.Errorf("segments together: rate %g, %d VUs", rate, vus)
	}
}
