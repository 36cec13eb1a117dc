package seconds

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"scalebed/k6/health"
)

// Every line begins with the key "scalebed", whose value is the version of this format, so that readers find
// the lines among others.
const version = 1

type endpointLine struct {
	Scalebed  int    `json:"scalebed"`
	Type      string `json:"type"`
	Second    int64  `json:"second"`
	Endpoint  string `json:"endpoint"`
	Status    int    `json:"status"`
	Count     int64  `json:"count"`
	Histogram string `json:"histogram"`
}

type generatorLine struct {
	Scalebed int     `json:"scalebed"`
	Type     string  `json:"type"`
	Second   int64   `json:"second"`
	Arrivals int64   `json:"arrivals"`
	Dropped  int64   `json:"dropped"`
	InFlight float64 `json:"in_flight"`
	LagMs    float64 `json:"lag_ms"`
}

type checkLine struct {
	Scalebed int    `json:"scalebed"`
	Type     string `json:"type"`
	Second   int64  `json:"second"`
	Check    string `json:"check"`
	Passed   int64  `json:"passed"`
	Failed   int64  `json:"failed"`
}

type failureLine struct {
	Scalebed int    `json:"scalebed"`
	Type     string `json:"type"`
	Second   int64  `json:"second"`
	Message  string `json:"message"`
}

func newEndpointLine(key series, histogram *hdrhistogram.Histogram) (endpointLine, error) {
	encoded, err := histogram.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return endpointLine{}, fmt.Errorf("a histogram could not be encoded: %w", err)
	}
	return endpointLine{
		version, "endpoint", key.second, key.endpoint, key.status, histogram.TotalCount(), string(encoded),
	}, nil
}

func newGeneratorLine(second health.Second) generatorLine {
	return generatorLine{
		version, "generator", second.Unix, second.Arrivals, second.Dropped,
		second.Busy.Seconds(), float64(second.Lag) / float64(time.Millisecond),
	}
}
