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
	"shiming/web"
)

// exposed returns the labels of each series in GET /metrics, by its name. Each metric has been recorded once.
func exposed(t *testing.T) map[string][]string {
	t.Helper()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "db")
	s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keyset: keyset.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	m := newMetrics()
	m.longConn(&bot.LongConn{}) // as with feishu.transport: websocket
	m.keys(s, &keyService{})    // as with kms.uri
	m.Moved(flows.Filing, flows.Done, time.Second, time.Minute)
	m.Effect(flows.JobShow, "done", time.Second)
	m.ApprovedByPolicy(true)
	m.SampleLooked(flows.SampleIsFine)
	m.Deleted(flows.PurgeAll, flows.RuleRequest)
	m.CallFailed("SendSms", failure.Retry)
	m.feishuCall("im.message.create", "ok", time.Second)
	m.push("other", 200, time.Millisecond)
	m.setAside("unsupported")
	m.surprises.WithLabelValues(platformFeishu, "im.message.create", "unknown_field:data.x").Inc()
	m.agreementPage(web.Shown)
	m.facePage(web.Returned)
	w := httptest.NewRecorder()
	m.handler(s, 10, map[string]func() bool{"key_file": s.KeysUnusable}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	out := map[string][]string{}
	samples, err := scrape.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range samples {
		name := string(sample.Metric[model.MetricNameLabel])
		if out[name] == nil {
			out[name] = []string{} // a series without labels exists, too
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
		t.Fatalf("got %d alerts, want at least 10", len(rules))
	}
	return rules
}

var (
	selector = regexp.MustCompile(`([a-zA-Z_:][\w:]*)(\{[^}]*\})?`)
	matcher  = regexp.MustCompile(`(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
	words    = []string{"by", "on", "or", "and", "unless", "offset", "sum", "max", "min", "rate", "increase", "absent",
		"histogram_quantile"}
)

// TestQueriesUseExposedMetrics checks that every metric and label in the queries of dashboard and alerts exists.
func TestQueriesUseExposedMetrics(t *testing.T) {
	t.Parallel()
	have := exposed(t)
	target := []string{"job", "instance"} // labels that Prometheus adds
	seen := 0
	for _, q := range queries(t) {
		for _, pair := range []string{"()", "{}", "[]"} {
			if strings.Count(q, pair[:1]) != strings.Count(q, pair[1:]) {
				t.Errorf("%s: %s do not match", q, pair)
			}
		}
		// The words after by and on are labels. Ranges, offsets and numbers are no names.
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
				t.Errorf("%s: got the metric %s, want one that exists", q, name)
				continue
			}
			offered = append(offered, with...)
			for _, l := range matcher.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(with, l[1]) && !slices.Contains(target, l[1]) {
					t.Errorf("%s: got the label %s of %s, want one that exists", q, l[1], name)
				}
				checkValue(t, q, l[1], l[3])
			}
		}
		for _, l := range labels {
			if !slices.Contains(offered, l) && !slices.Contains(target, l) {
				t.Errorf("%s: got the label %s, want one that exists", q, l)
			}
		}
	}
	if seen < 40 {
		t.Errorf("got %d selectors, want at least 40", seen)
	}
}

// checkValue checks the value of a label whose values are known.
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
			t.Errorf("%s: got the value %q of %s, want one of %v", q, v, label, known)
		}
	}
}

// TestMetricsAndAlertsAreExplained checks that both pages have a row for each metric of the program and a heading for
// each alert, and that the alert links to it.
func TestMetricsAndAlertsAreExplained(t *testing.T) {
	t.Parallel()
	have := exposed(t)
	for _, name := range []string{"docs/operations.md", "docs/operations.zh.md"} {
		text := files.Read(t, name)
		for metric := range have {
			metric = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(metric, "")
			if strings.HasPrefix(metric, "shiming_") && !strings.Contains(text, "\n| `"+metric+"` |") {
				t.Errorf("%s: got no row for %s, want one", name, metric)
			}
		}
		for _, m := range regexp.MustCompile("\n\\| `(shiming_\\w+)` \\|").FindAllStringSubmatch(text, -1) {
			if have[m[1]] == nil && have[m[1]+"_count"] == nil {
				t.Errorf("%s: got a row for %s, want a metric that exists", name, m[1])
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
				t.Errorf("%s: got no heading %q with a link from the alert, want one", name, "### "+alert)
			}
			if files.At(rule, "annotations", "summary") == nil || files.At(rule, "annotations", "summary_zh") == nil ||
				files.At(rule, "for") == nil ||
				!slices.Contains([]any{"critical", "warning", "info"}, files.At(rule, "labels", "severity")) {
				t.Errorf("got %s without a summary, for or severity, want all", alert)
			}
		}
	}
}

// unavailableSource is a database that does not answer.
type unavailableSource struct{}

func (unavailableSource) PendingJobs(context.Context) (map[string]int, error) {
	return nil, errors.New("gone")
}
func (unavailableSource) OldestJob(context.Context) (time.Time, error) {
	return time.Time{}, errors.New("gone")
}
func (unavailableSource) StatesNow(context.Context) (map[flows.State]store.StateFigures, error) {
	return nil, errors.New("gone")
}
func (unavailableSource) PushesNow(context.Context) (int, time.Time, error) {
	return 0, time.Time{}, errors.New("gone")
}

func (unavailableSource) FollowUpsNow(
	context.Context,
) (map[flows.FollowUp]map[string]store.FollowUpFigures, error) {
	return nil, errors.New("gone")
}

func (unavailableSource) CampaignsNow(context.Context) (store.CampaignFigures, error) {
	return store.CampaignFigures{}, errors.New("gone")
}

func (unavailableSource) LimitsNow(context.Context) (map[string]store.LimitUse, error) {
	return nil, errors.New("gone")
}

func TestMetricsWithoutDatabase(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.registry.MustRegister(newGauges(unavailableSource{}, 10))
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
	if v, ok := found["shiming_store_up"]; !ok || v != 0 || len(found) != 2 {
		t.Errorf("got %v, want shiming_store_up 0 and the configured limit", found)
	}
}

// fakeSuppliers is a Verifier and an EvidenceClient whose calls all return err.
type fakeSuppliers struct{ err error }

func (f fakeSuppliers) SendCode(context.Context, string, string, time.Duration) (verify.SMSReceipt, error) {
	return verify.SMSReceipt{}, f.err
}
func (f fakeSuppliers) CheckThreeElements(context.Context, string, string, string) (verify.CheckResult, error) {
	return verify.CheckResult{}, f.err
}
func (f fakeSuppliers) CheckFourElements(
	context.Context, string, string, string, string,
) (verify.CheckResult, error) {
	return verify.CheckResult{}, f.err
}
func (f fakeSuppliers) LookUpBank(context.Context, string) (verify.Bank, error) {
	return verify.Bank{}, f.err
}
func (f fakeSuppliers) OpenFace(context.Context, verify.FacePerson, string) (verify.FaceSession, error) {
	return verify.FaceSession{}, f.err
}
func (f fakeSuppliers) FaceResult(context.Context, string, verify.FacePerson) (verify.FaceResult, error) {
	return verify.FaceResult{}, f.err
}
func (f fakeSuppliers) UploadFile(context.Context, string, []byte) (string, error) { return "", f.err }
func (f fakeSuppliers) CreatePersonPoint(context.Context, esign.PersonPoint) (string, error) {
	return "", f.err
}
func (f fakeSuppliers) FileStatus(context.Context, string) (esign.FileStatus, error) {
	return esign.FileStatus{}, f.err
}

func TestCallsToSuppliersAreCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err     error
		outcome string
	}{
		{nil, "ok"},
		{&esign.Error{Kind: esign.KindAuth}, "operator"},
		{context.DeadlineExceeded, "retry"},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			m := newMetrics()
			v, e := countedVerifier{fakeSuppliers{c.err}, m}, countedEvidence{fakeSuppliers{c.err}, m}
			_, _ = v.SendCode(t.Context(), "", "", 0)
			_, _ = v.CheckThreeElements(t.Context(), "", "", "")
			_, _ = v.CheckFourElements(t.Context(), "", "", "", "")
			_, _ = v.LookUpBank(t.Context(), "")
			_, _ = v.OpenFace(t.Context(), verify.FacePerson{}, "")
			_, _ = v.FaceResult(t.Context(), "", verify.FacePerson{})
			_, _ = e.UploadFile(t.Context(), "", nil)
			_, _ = e.CreatePersonPoint(t.Context(), esign.PersonPoint{})
			_, _ = e.FileStatus(t.Context(), "")
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
			write := c.outcome // a write without a response has an unknown outcome
			if c.outcome == "retry" {
				write = "unknown"
			}
			for call, want := range map[string]string{
				"tencent SendSms":           write,
				"tencent PhoneVerification": c.outcome,
				"tencent DetectAuth":        c.outcome,

				"tencent GetDetectInfoEnhanced": write,

				"esign UploadFile":        c.outcome,
				"esign CreatePersonPoint": write,
				"esign FileStatus":        c.outcome,
			} {
				if got[call] != want {
					t.Errorf("%s: got outcome %q, want %q", call, got[call], want)
				}
			}
		})
	}
}
