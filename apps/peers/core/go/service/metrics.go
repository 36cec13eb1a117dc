package service

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Unmatched is the route of requests whose address nobody knows.
const Unmatched = "unmatched"

// seconds are few, because every scrape carries them once for each set of labels.
var seconds = []float64{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true,
	http.MethodDelete: true, http.MethodOptions: true, http.MethodTrace: true, http.MethodConnect: true,
}

// Metrics count requests and their time, under the names and labels that every service here has.
type Metrics struct {
	Registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics makes them, beside those of Go itself.
func NewMetrics() *Metrics {
	labels := []string{"method", "route", "status"}
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total", Help: "Requests answered.",
		}, labels),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_request_duration_seconds",
			Help:    "Time from the first middleware to the response, in seconds.",
			Buckets: seconds,
		}, labels),
	}
	m.Registry.MustRegister(m.requests, m.duration, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Record counts one request; route is the pattern of its address.
func (m *Metrics) Record(method, route string, status int, took time.Duration) {
	// A method that HTTP does not know is not taken for a label: anybody could make up more.
	if !methods[method] {
		method = "other"
	}
	labels := []string{method, route, strconv.Itoa(status)}
	m.requests.WithLabelValues(labels...).Inc()
	m.duration.WithLabelValues(labels...).Observe(took.Seconds())
}

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{})
}
