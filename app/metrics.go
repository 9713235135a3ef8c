package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"shiming/failure"
	"shiming/flows"
	"shiming/store"
	"shiming/web"
)

// metrics are the metrics of this process. Labels hold states, kinds and classes only. Dashboards and alerts depend on
// the names and labels, which docs/operations.md lists.
type metrics struct {
	registry    *prometheus.Registry
	transitions *prometheus.CounterVec
	stateTimes  *prometheus.HistogramVec
	caseTimes   *prometheus.HistogramVec
	effects     *prometheus.HistogramVec
	pushes      *prometheus.HistogramVec
	calls       *prometheus.HistogramVec
	failures    *prometheus.CounterVec
	aside       *prometheus.CounterVec
	surprises   *prometheus.CounterVec
	agreements  *prometheus.CounterVec
	faces       *prometheus.CounterVec
	approvals   *prometheus.CounterVec
	looks       *prometheus.CounterVec
	deletions   *prometheus.CounterVec
}

// Values of the label "platform" of shiming_call_seconds.
const (
	platformFeishu  = "feishu"
	platformTencent = "tencent"
	platformEsign   = "esign"

	platformHandover = "handover"
)

// caseBuckets are the histogram buckets for durations of cases, in seconds: from 1 s to a week.
var caseBuckets = []float64{1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &metrics{
		registry:    prometheus.NewRegistry(),
		transitions: counter("shiming_case_transitions_total", "Cases moved from one state to another.", "from", "to"),
		stateTimes: histogram("shiming_state_seconds", "How long cases stayed in a state that they left.",
			caseBuckets, "state"),
		caseTimes: histogram("shiming_case_seconds", "How old cases were when they ended, by the state in which they did.",
			caseBuckets, "state"),
		effects: histogram("shiming_effect_seconds", "Runs of background effects.",
			prometheus.ExponentialBuckets(0.005, 3, 9), "kind", "outcome"),
		pushes: histogram("shiming_push_seconds", "Pushes from Feishu until the answer was written.",
			prometheus.ExponentialBuckets(0.001, 2.5, 10), "type", "status"),
		calls: histogram("shiming_call_seconds", "Calls to the platforms: \"ok\" or what kind of failure it was.",
			prometheus.ExponentialBuckets(0.01, 2.5, 10), "platform", "operation", "outcome"),
		failures: counter("shiming_call_failures_total",
			"Calls to any platform that a case made and that did not succeed, by what follows.", "operation", "class"),
		aside: counter("shiming_messages_set_aside_total", "Messages of people that led no further, by why.", "reason"),
		surprises: counter("shiming_platform_surprises_total",
			"What platforms sent and their published pages do not show, by field or code.", "upstream", "operation", "what"),
		approvals: counter("shiming_policy_approvals_total",
			"Cases that needed no HR, by whether they were drawn for a look afterwards.", "sampled"),
		looks: counter("shiming_sample_looks_total", "Looks at sampled cases, by what was found.", "outcome"),
		deletions: counter("shiming_deletions_total",
			"Deletions of photos, or of everything personal, of a case, by the rule.", "scope", "rule"),
		agreements: counter("shiming_agreement_pages_total", "Answers of the agreement page, by how they ended.", "outcome"),
		faces: counter("shiming_face_returns_total",
			"Answers of the page after a check by face, by how they ended.", "outcome"),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.transitions, m.stateTimes, m.caseTimes, m.effects, m.pushes, m.calls, m.failures, m.aside,
		m.surprises, m.agreements, m.faces, m.approvals, m.looks, m.deletions)
	return m
}

// Moved implements engine.Observer.
func (m *metrics) Moved(from, to flows.State, stayed, age time.Duration) {
	m.transitions.WithLabelValues(string(from), string(to)).Inc()
	if from != "" {
		m.stateTimes.WithLabelValues(string(from)).Observe(stayed.Seconds())
	}
	if to.Terminal() {
		m.caseTimes.WithLabelValues(string(to)).Observe(age.Seconds())
	}
}

// ApprovedByPolicy implements engine.Observer.
func (m *metrics) ApprovedByPolicy(sampled bool) {
	m.approvals.WithLabelValues(map[bool]string{true: "yes", false: "no"}[sampled]).Inc()
}

// SampleLooked implements engine.Observer.
func (m *metrics) SampleLooked(outcome flows.SampleOutcome) {
	m.looks.WithLabelValues(string(outcome)).Inc()
}

// Deleted implements engine.Observer.
func (m *metrics) Deleted(scope flows.PurgeScope, rule flows.DeletionRule) {
	m.deletions.WithLabelValues(string(scope), string(rule)).Inc()
}

// Effect implements engine.Observer.
func (m *metrics) Effect(kind flows.JobKind, outcome string, took time.Duration) {
	m.effects.WithLabelValues(string(kind), outcome).Observe(took.Seconds())
}

// CallFailed implements engine.Observer.
func (m *metrics) CallFailed(operation string, class failure.Class) {
	m.failures.WithLabelValues(operation, string(class)).Inc()
}

// feishuCall records a call of the Feishu client. outcome is "ok" or the class of the client's error.
func (m *metrics) feishuCall(op, outcome string, took time.Duration) {
	m.call(platformFeishu, op, outcome, took)
}

func (m *metrics) call(platform, op, outcome string, took time.Duration) {
	m.calls.WithLabelValues(platform, op, outcome).Observe(took.Seconds())
}

func (m *metrics) push(kind string, status int, took time.Duration) {
	m.pushes.WithLabelValues(kind, strconv.Itoa(status)).Observe(took.Seconds())
}

// setAside counts a message that led no further.
func (m *metrics) setAside(reason string) { m.aside.WithLabelValues(reason).Inc() }

// agreementPage counts an answer of the agreement page.
func (m *metrics) facePage(o web.Outcome) { m.faces.WithLabelValues(string(o)).Inc() }

func (m *metrics) agreementPage(o web.Outcome) { m.agreements.WithLabelValues(string(o)).Inc() }

// handler serves GET /metrics. It reads the gauges from the database at each scrape, so all instances return the same
// values. unusable says of each file beside the database whether it cannot be read or written.
func (m *metrics) handler(s *store.Store, ocrPerSecond int, unusable map[string]func() bool) http.Handler {
	g := newGauges(s, ocrPerSecond)
	g.now, g.unusable = s.Now, unusable
	m.registry.MustRegister(g)
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
