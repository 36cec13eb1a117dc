package seconds

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"scalebed/k6/health"
)

// Every line begins with the key "scalebed", whose value is the version of this format, so that readers find
// the lines among others.
const version = 3

type endpointLine struct {
	Scalebed  int    `json:"scalebed"`
	Type      string `json:"type"`
	Second    int64  `json:"second"`
	Endpoint  string `json:"endpoint"`
	Status    int    `json:"status"`
	Error     string `json:"error"` // why these failed; empty where they succeeded
	Count     int64  `json:"count"`
	Histogram string `json:"histogram"`           // from when they were due
	Undelayed string `json:"undelayed,omitempty"` // from when they began, where that differs
}

type generatorLine struct {
	Scalebed  int     `json:"scalebed"`
	Type      string  `json:"type"`
	Second    int64   `json:"second"`
	Arrivals  int64   `json:"arrivals"`
	Dropped   int64   `json:"dropped"`
	InFlight  float64 `json:"in_flight"`
	LagMs     float64 `json:"lag_ms"`
	Journeys  int64   `json:"journeys"`
	JourneyMs float64 `json:"journey_ms"` // of all of them together
}

type checkLine struct {
	Scalebed int    `json:"scalebed"`
	Type     string `json:"type"`
	Second   int64  `json:"second"`
	Check    string `json:"check"`
	Passed   int64  `json:"passed"`
	Failed   int64  `json:"failed"`
	Beside   int64  `json:"beside"` // of those that failed: in no iteration, so that no request was counted as failed
}

type failureLine struct {
	Scalebed int    `json:"scalebed"`
	Type     string `json:"type"`
	Second   int64  `json:"second"`
	Message  string `json:"message"`
}

func newEndpointLine(key series, counted *latencies) (endpointLine, error) {
	due, err := encode(counted.due)
	if err != nil {
		return endpointLine{}, err
	}
	undelayed := ""
	if counted.late {
		if undelayed, err = encode(counted.undelayed); err != nil {
			return endpointLine{}, err
		}
		if undelayed == due {
			undelayed = ""
		}
	}
	return endpointLine{
		version, "endpoint", key.second, key.endpoint, key.status, key.failure, counted.due.TotalCount(), due, undelayed,
	}, nil
}

func encode(histogram *hdrhistogram.Histogram) (string, error) {
	encoded, err := histogram.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return "", fmt.Errorf("a histogram could not be encoded: %w", err)
	}
	return string(encoded), nil
}

func newGeneratorLine(second health.Second) generatorLine {
	return generatorLine{
		version, "generator", second.Unix, second.Arrivals, second.Dropped,
		second.Busy.Seconds(), float64(second.Lag) / float64(time.Millisecond),
		second.Ended.Count, float64(second.Ended.Took) / float64(time.Millisecond),
	}
}
