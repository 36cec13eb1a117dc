package service

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// answersWithin is how long another process may take to say its metrics.
const answersWithin = 2 * time.Second

// Summed answers a scrape with the sums of the requests of several processes, each of which answers on a socket.
func Summed(sockets func() []string) http.Handler {
	gather := func() ([]*dto.MetricFamily, error) {
		sum := map[string]*dto.MetricFamily{}
		for _, socket := range sockets() {
			families, err := asked(socket)
			if err != nil {
				return nil, fmt.Errorf("the metrics at %s: %w", socket, err)
			}
			for name, family := range families {
				// What Go says of a process is of that process alone.
				if strings.HasPrefix(name, "http_") {
					add(sum, name, family)
				}
			}
		}
		found := make([]*dto.MetricFamily, 0, len(sum))
		for _, family := range sum {
			found = append(found, family)
		}
		return found, nil
	}
	return promhttp.HandlerFor(prometheus.GathererFunc(gather), promhttp.HandlerOpts{})
}

func asked(socket string) (map[string]*dto.MetricFamily, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	client := http.Client{Timeout: answersWithin, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	answer, err := client.Get("http://process/")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(answer.Body)
}

func add(sum map[string]*dto.MetricFamily, name string, family *dto.MetricFamily) {
	known := sum[name]
	if known == nil {
		sum[name] = family
		return
	}
	for _, metric := range family.Metric {
		if same := withLabels(known, metric); same == nil {
			known.Metric = append(known.Metric, metric)
		} else {
			addMetric(same, metric)
		}
	}
}

func withLabels(family *dto.MetricFamily, wanted *dto.Metric) *dto.Metric {
	for _, metric := range family.Metric {
		if labels(metric) == labels(wanted) {
			return metric
		}
	}
	return nil
}

func labels(metric *dto.Metric) string {
	var made strings.Builder
	for _, pair := range metric.Label {
		fmt.Fprintf(&made, "%s=%q,", pair.GetName(), pair.GetValue())
	}
	return made.String()
}

func addMetric(sum, metric *dto.Metric) {
	if sum.Counter != nil && metric.Counter != nil {
		total := sum.Counter.GetValue() + metric.Counter.GetValue()
		sum.Counter.Value = &total
	}
	if sum.Histogram == nil || metric.Histogram == nil {
		return
	}
	count := sum.Histogram.GetSampleCount() + metric.Histogram.GetSampleCount()
	seconds := sum.Histogram.GetSampleSum() + metric.Histogram.GetSampleSum()
	sum.Histogram.SampleCount, sum.Histogram.SampleSum = &count, &seconds
	// All processes have the same buckets.
	for place, bucket := range sum.Histogram.Bucket {
		below := bucket.GetCumulativeCount() + metric.Histogram.Bucket[place].GetCumulativeCount()
		bucket.CumulativeCount = &below
	}
}
