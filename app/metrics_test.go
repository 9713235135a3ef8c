package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"shiming/bot"
	"shiming/e2e/files"
	"shiming/esign"
	"shiming/failure"
	"shiming/flows"
	"shiming/playground/scrape"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/verify"
)

// exposed answers GET /metrics once everything has happened once: each series' name, and its labels.
func exposed(t *testing.T) map[string][]string {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "db"),
		Keyset: keyset.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	m := newMetrics()
	m.longConn(&bot.LongConn{}) // with feishu.transport: websocket
	m.Moved(flows.Filing, flows.Done, time.Second, time.Minute)
	m.Effect(flows.JobShow, "done", time.Second)
	m.CallFailed("SendSms", failure.Retry)
	m.feishuCall("im.message.create", "ok", time.Second)
	m.push("other", 200, time.Millisecond)
	w := httptest.NewRecorder()
	m.handler(s, 10).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	out := map[string][]string{}
	samples, err := scrape.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range samples {
		name := string(sample.Metric[model.MetricNameLabel])
		if out[name] == nil {
			out[name] = []string{} // it exists, even without a label
		}
		for label := range sample.Metric {
			if label != model.MetricNameLabel {
				out[name] = append(out[name], string(label))
			}
		}
	}
	return out
}

// queries returns the expressions of the dashboard and the alerts.
func queries(t *testing.T) (out []string) {
	t.Helper()
	var board struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	if err := json.Unmarshal([]byte(files.Read(t, "deploy/grafana/shiming.json")), &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			out = append(out, target.Expr)
		}
	}
	for _, rule := range alerts(t) {
		out = append(out, files.At(rule, "expr").(string))
	}
	return out
}

func alerts(t *testing.T) []any {
	t.Helper()
	rules, _ := files.At(files.Documents(t, "deploy/prometheus/alerts.yaml")[0], "groups", 0, "rules").([]any)
	if len(rules) < 10 {
		t.Fatalf("%d alerts", len(rules))
	}
	return rules
}

var (
	selector = regexp.MustCompile(`([a-zA-Z_:][\w:]*)(\{[^}]*\})?`)
	matcher  = regexp.MustCompile(`(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
	words    = []string{"by", "on", "or", "and", "unless", "offset", "sum", "max", "min", "rate", "increase", "absent",
		"histogram_quantile"}
)

// TestQueriesAskForWhatIsExposed: every metric and label that the dashboard and the alerts ask for exists.
func TestQueriesAskForWhatIsExposed(t *testing.T) {
	t.Parallel()
	have := exposed(t)
	target := []string{"job", "instance"} // of Prometheus itself
	seen := 0
	for _, q := range queries(t) {
		for _, pair := range []string{"()", "{}", "[]"} {
			if strings.Count(q, pair[:1]) != strings.Count(q, pair[1:]) {
				t.Errorf("%s: %s do not match", q, pair)
			}
		}
		// What a query groups or joins by comes from its labels; ranges and numbers are no names.
		rest, groups := q, regexp.MustCompile(`\b(?:by|on)\s*\(([^)]*)\)`)
		var labels []string
		for _, g := range groups.FindAllStringSubmatch(q, -1) {
			labels = append(labels, regexp.MustCompile(`\w+`).FindAllString(g[1], -1)...)
		}
		rest = regexp.MustCompile(`\[[^]]*\]|offset\s+\w+|\b\d[\w.]*`).ReplaceAllString(groups.ReplaceAllString(rest, ""), "")
		var offered []string
		for _, m := range selector.FindAllStringSubmatch(rest, -1) {
			name := m[1]
			if slices.Contains(words, name) {
				continue
			}
			seen++
			with, ok := have[name]
			if !ok {
				t.Errorf("%s: there is no %s", q, name)
				continue
			}
			offered = append(offered, with...)
			for _, l := range matcher.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(with, l[1]) && !slices.Contains(target, l[1]) {
					t.Errorf("%s: %s has no label %s", q, name, l[1])
				}
				checkValue(t, q, l[1], l[3])
			}
		}
		for _, l := range labels {
			if !slices.Contains(offered, l) && !slices.Contains(target, l) {
				t.Errorf("%s: nothing has the label %s", q, l)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d selectors were found", seen)
	}
}

// checkValue knows the values of some labels.
func checkValue(t *testing.T, q, label, value string) {
	t.Helper()
	var known []string
	switch label {
	case "state":
		for _, s := range flows.States {
			known = append(known, string(s))
		}
	case "class":
		known = []string{string(failure.Operator), string(failure.Unknown), string(failure.Retry)}
	case "limit":
		known = []string{"ocr", "message"}
	default:
		return
	}
	for v := range strings.SplitSeq(value, "|") {
		if !slices.Contains(known, v) {
			t.Errorf("%s: %s is never %q", q, label, v)
		}
	}
}

// TestMetricsAndAlertsAreExplained: both pages have a row for each metric of ours and a heading for each alert, to
// which the alert leads.
func TestMetricsAndAlertsAreExplained(t *testing.T) {
	t.Parallel()
	have := exposed(t)
	for _, name := range []string{"docs/operations.md", "docs/operations.zh.md"} {
		text := files.Read(t, name)
		for metric := range have {
			metric = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(metric, "")
			if strings.HasPrefix(metric, "shiming_") && !strings.Contains(text, "\n| `"+metric+"` |") {
				t.Errorf("%s has no row for %s", name, metric)
			}
		}
		for _, m := range regexp.MustCompile("\n\\| `(shiming_\\w+)` \\|").FindAllStringSubmatch(text, -1) {
			if have[m[1]] == nil && have[m[1]+"_count"] == nil {
				t.Errorf("%s explains %s, which does not exist", name, m[1])
			}
		}
		for _, rule := range alerts(t) {
			alert, _ := files.At(rule, "alert").(string)
			key := "runbook_url"
			if strings.HasSuffix(name, ".zh.md") {
				key = "runbook_url_zh"
			}
			if files.At(rule, "annotations", key) != name+"#"+strings.ToLower(alert) ||
				!strings.Contains(text, "\n### "+alert+"\n") {
				t.Errorf("%s: no heading %q, or the alert does not lead there", name, "### "+alert)
			}
			if files.At(rule, "annotations", "summary") == nil || files.At(rule, "annotations", "summary_zh") == nil ||
				files.At(rule, "for") == nil ||
				!slices.Contains([]any{"critical", "warning", "info"}, files.At(rule, "labels", "severity")) {
				t.Errorf("%s is not whole", alert)
			}
		}
	}
}

// silent is a database that does not answer.
type silent struct{}

func (silent) PendingJobs(context.Context) (map[string]int, error) { return nil, errors.New("gone") }
func (silent) OldestJob(context.Context) (time.Time, error)        { return time.Time{}, errors.New("gone") }
func (silent) StatesNow(context.Context) (map[flows.State]store.StateFigures, error) {
	return nil, errors.New("gone")
}
func (silent) PushesNow(context.Context) (int, time.Time, error) {
	return 0, time.Time{}, errors.New("silent")
}

func (silent) LimitsNow(context.Context) (map[string]store.LimitUse, error) {
	return nil, errors.New("gone")
}

func TestMetricsWithoutDatabase(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.registry.MustRegister(newGauges(silent{}, 10))
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "shiming_") {
			found[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	if v, ok := found["shiming_store_up"]; !ok || v != 0 || len(found) != 2 { // and the configured limit
		t.Errorf("got %v", found)
	}
}

// failing is a supplier and a notary that have the same answer to everything.
type failing struct{ err error }

func (f failing) SendCode(context.Context, string, string, time.Duration) (verify.SMSReceipt, error) {
	return verify.SMSReceipt{}, f.err
}
func (f failing) CheckThreeElements(context.Context, string, string, string) (verify.CheckResult, error) {
	return verify.CheckResult{}, f.err
}
func (f failing) UploadFile(context.Context, string, []byte) (string, error) { return "", f.err }
func (f failing) CreatePersonPoint(context.Context, esign.PersonPoint) (string, error) {
	return "", f.err
}
func (f failing) FileStatus(context.Context, string) (esign.FileStatus, error) {
	return esign.FileStatus{}, f.err
}

func TestCallsToSuppliersAreCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err     error
		outcome string
	}{{nil, "ok"}, {&esign.Error{Kind: esign.KindAuth}, "operator"}, {context.DeadlineExceeded, "retry"}} {
		t.Run(c.outcome, func(t *testing.T) {
			m := newMetrics()
			v, n := countedVerifier{failing{c.err}, m}, countedNotary{failing{c.err}, m}
			_, _ = v.SendCode(t.Context(), "", "", 0)
			_, _ = v.CheckThreeElements(t.Context(), "", "", "")
			_, _ = n.UploadFile(t.Context(), "", nil)
			_, _ = n.CreatePersonPoint(t.Context(), esign.PersonPoint{})
			_, _ = n.FileStatus(t.Context(), "")
			families, err := m.registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, f := range families {
				if f.GetName() != "shiming_call_seconds" {
					continue
				}
				for _, series := range f.GetMetric() {
					labels := map[string]string{}
					for _, l := range series.GetLabel() {
						labels[l.GetName()] = l.GetValue()
					}
					got[labels["platform"]+" "+labels["operation"]] = labels["outcome"]
				}
			}
			write := c.outcome // a write that ends without an answer may have happened
			if c.outcome == "retry" {
				write = "unknown"
			}
			for call, want := range map[string]string{"tencent SendSms": write, "tencent PhoneVerification": c.outcome,
				"esign UploadFile":        c.outcome,
				"esign CreatePersonPoint": write, "esign FileStatus": c.outcome} {
				if got[call] != want {
					t.Errorf("%v: %s was counted as %q, want %q", c.err, call, got[call], want)
				}
			}
		})
	}
}
