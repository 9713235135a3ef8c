package main

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"shiming/flows"
	"shiming/store"
)

// metrics counts what the bot does. Labels hold states, kinds and classes only.
type metrics struct {
	registry *prometheus.Registry
	moves    *prometheus.CounterVec
	effects  *prometheus.HistogramVec
	pushes   *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	failures *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		moves: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shiming_case_transitions_total", Help: "Cases moved from one state to another."}, []string{"from", "to"}),
		effects: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "shiming_effect_seconds", Help: "Runs of background effects.", Buckets: prometheus.ExponentialBuckets(0.005, 3, 9)}, []string{"kind", "outcome"}),
		pushes: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "shiming_push_seconds", Help: "Pushes from Feishu until the answer was written.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 10)}, []string{"type", "status"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "shiming_feishu_call_seconds", Help: "Calls to Feishu.", Buckets: prometheus.ExponentialBuckets(0.01, 2.5, 9)}, []string{"operation", "outcome"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shiming_call_failures_total", Help: "Calls to any platform that a case made and that did not succeed, by what follows."}, []string{"operation", "class"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.moves, m.effects, m.pushes, m.calls, m.failures)
	return m
}

// Moved implements flows.Observer.
func (m *metrics) Moved(from, to flows.State, _ time.Duration) {
	m.moves.WithLabelValues(string(from), string(to)).Inc()
}

// Effect implements flows.Observer.
func (m *metrics) Effect(kind flows.JobKind, outcome string, took time.Duration) {
	m.effects.WithLabelValues(string(kind), outcome).Observe(took.Seconds())
}

// CallFailed implements flows.Observer.
func (m *metrics) CallFailed(operation string, class flows.Class) {
	m.failures.WithLabelValues(operation, string(class)).Inc()
}

func (m *metrics) feishuCall(op, outcome string, took time.Duration) {
	m.calls.WithLabelValues(op, outcome).Observe(took.Seconds())
}

func (m *metrics) push(kind string, status int, took time.Duration) {
	m.pushes.WithLabelValues(kind, strconv.Itoa(status)).Observe(took.Seconds())
}

// handler answers GET /metrics; the queue is counted when somebody asks.
func (m *metrics) handler(s *store.Store) http.Handler {
	m.registry.MustRegister(&queue{store: s,
		depth: prometheus.NewDesc("shiming_jobs_waiting", "Jobs that wait to run.", []string{"state"}, nil)})
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

type queue struct {
	store *store.Store
	depth *prometheus.Desc
}

func (q *queue) Describe(ch chan<- *prometheus.Desc) { ch <- q.depth }

func (q *queue) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	waiting, err := q.store.PendingJobs(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(q.depth, err)
		return
	}
	for state, n := range waiting {
		ch <- prometheus.MustNewConstMetric(q.depth, prometheus.GaugeValue, float64(n), state)
	}
}
