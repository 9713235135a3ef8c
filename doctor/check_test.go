package doctor_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/bot"
	"shiming/cmd"
	"shiming/config"
	"shiming/doctor"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/sim"
)

var updateCheck = flag.Bool("update-check", false, "write the texts of check to testdata")

// certText is the text of the agreement. Its hash is in the golden files.
const certText = "《数字证书服务协议》\n第一条……\n"

// checked is a simulated world with a configuration to check.
type checked struct {
	*testing.T
	world  *sim.World
	values map[string]string
	ocr    bool
	probe  bool          // evidence
	notify bool          // the receiver of evidence points
	asked  bool          // keep findings with the outcome unknown, too
	fast   time.Duration // offset of the local clock
	allOut string        // all reports
}

func newChecked(t *testing.T, change ...func(*sim.Config)) *checked {
	t.Helper()
	cfg := sim.Config{Seed: 4711}
	for _, f := range change {
		f(&cfg)
	}
	world, err := sim.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { harness.CutOff(world) })
	c := &checked{T: t, world: world, values: world.Settings()}
	dir := t.TempDir()
	maps.Copy(c.values, map[string]string{
		"server.listen":           unusedAddress(t),
		"server.public_url":       c.serve(),
		"server.trusted_proxies":  "",
		"esign.evidence_revision": "2025-10",
		"agreement.files":         c.agreement(certText),
		"review.sla":              "0s", // what the calendar knows depends on the date
		"store.dsn":               "sqlite:" + filepath.Join(dir, "shiming.db"),
		"security.keyset_file":    filepath.Join(dir, "keyset.json"),
	})
	return c
}

// serve starts what a serve with this configuration has behind its public address: the webhook, and of the page its
// style sheet.
func (c *checked) serve() (address string) {
	c.Helper()
	var unused struct {
		bot.Handler
		bot.PushStore
	}
	hooks, err := bot.NewServer(bot.ServerConfig{
		AppID:             c.values["feishu.app_id"],
		EncryptKey:        c.values["feishu.encrypt_key"],
		VerificationToken: c.values["feishu.verification_token"],
		Handler:           unused,
		Pushes:            unused,
		Log:               slog.New(slog.DiscardHandler),
	})
	if err != nil {
		c.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/webhook/event", hooks.Handler())
	mux.HandleFunc("GET /agreement/style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
	})
	s := httptest.NewServer(mux)
	c.Cleanup(s.Close)
	return s.URL
}

// agreement returns agreement.files with a certificate agreement of a text.
func (c *checked) agreement(text string) string {
	c.Helper()
	return fmt.Sprintf(`[{title: 数字证书服务协议, version: "20250801", path: %q}]`,
		files.WriteTemp(c, "agreement.txt", text))
}

// withoutPage takes the agreement page away, so that only the older revision is left.
func (c *checked) withoutPage() {
	c.values["server.public_url"], c.values["agreement.files"], c.values["esign.evidence_revision"] = "", "", "2024"
}

// run runs the checks. It returns the text of the findings that are not ok, and the outcome of each check.
func (c *checked) run(lang string) (bad string, findings map[string]doctor.Outcome, err error) {
	c.Helper()
	cfg, err := config.FromValues(c.values)
	if err != nil {
		c.Fatal(err)
	}
	d, err := doctor.New(cfg)
	if err != nil {
		c.Fatal(err)
	}
	defer d.Close()
	d.OCR, d.EvidenceProbe, d.HandoverTest, d.Now = c.ocr, c.probe, c.notify, func() time.Time { return time.Now().Add(c.fast) }
	var text, raw bytes.Buffer
	err = d.Report(c.Context(), &text, lang, false)
	again, err2 := doctor.New(cfg)
	if err2 != nil {
		c.Fatal(err2)
	}
	defer again.Close()
	again.OCR, again.EvidenceProbe, again.HandoverTest, again.Now = c.ocr, c.probe, c.notify, d.Now
	_ = again.Report(c.Context(), &raw, lang, true) // the error is the same as above
	var list []struct {
		ID      string         `json:"id"`
		Outcome doctor.Outcome `json:"outcome"`
	}
	if err := json.Unmarshal(raw.Bytes(), &list); err != nil {
		c.Fatalf("not a JSON array: %v\n%s", err, raw.String())
	}
	findings = map[string]doctor.Outcome{}
	for _, f := range list {
		findings[f.ID] = f.Outcome
	}
	c.allOut += text.String() + raw.String()
	keep := false
	for line := range strings.Lines(text.String()) {
		if !strings.HasPrefix(line, "    ") {
			mark, _, _ := strings.Cut(line, " ")
			keep = slices.Contains([]string{"✗", "!", "ok", "正常"}, mark) || mark == "?" && c.asked
		}
		if keep {
			bad += line
		}
	}
	return bad, findings, err
}

// steady replaces the parts of a report that differ between two runs.
var steady = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`ou_[0-9a-f]{32}`), "ou_…"},
	{regexp.MustCompile(`oc_[0-9a-f]{32}`), "oc_…"},
	{regexp.MustCompile(`\d{14}[0-9a-f]{18}`), "LOG"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "REQUEST"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "HOST"},
	{regexp.MustCompile(`/[^ ]*/keyset\.json`), "KEYSET"},
	{regexp.MustCompile(`/[^ ]*/agreement\.txt`), "AGREEMENT"},
}

var secretKeys = []string{
	"feishu.app_secret",
	"feishu.encrypt_key",
	"feishu.verification_token",
	"verification.tencent.secret_key",
	"verification.tencent.secret_id",
	"esign.app_secret",
}

// TestCheckFindsWhatIsWrong checks that each mistake is found by its check and reported in both languages, without a
// secret in the report and without a write.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	golden := map[string]*strings.Builder{"zh": {}, "en": {}}
	for _, tc := range checkCases {
		t.Run(tc.name, func(t *testing.T) {
			c := newChecked(t)
			c.asked = tc.want == doctor.Unknown || tc.name == "all well"
			tc.change(c)
			for lang, out := range golden {
				bad, findings, err := c.run(lang)
				if findings[tc.step] != tc.want {
					t.Errorf("%s: %q, want %q\n%s", tc.step, findings[tc.step], tc.want, bad)
				}
				var failed *doctor.Failed
				if (tc.want == doctor.Problem) != errors.As(err, &failed) || err != nil && cmd.ExitCode(err) != 1 {
					t.Errorf("ended with %v", err)
				}
				for _, s := range steady {
					bad = s.what.ReplaceAllString(bad, s.with)
				}
				out.WriteString("## " + tc.name + "\n" + bad + "\n")
			}
			for _, key := range secretKeys {
				if strings.Contains(c.allOut, c.values[key]) {
					t.Errorf("%s was printed", key)
				}
			}
			if strings.Contains(c.allOut, "databasePasswordEXAMPLE") {
				t.Error("the password of store.dsn was printed")
			}
			for _, write := range [][2]string{
				{"feishu", "identities.create"},
				{"feishu", "message.create"},
				{"feishu", "ws.connect"},
				{"esign", "evidence.psn_realname"},
				{"esign", "files.upload_url"},
				{"tencent", "SendSms"},
				{"tencent", "PhoneVerification"},
			} {
				if n := c.world.Recorder.Count(write[0], write[1]); n > 0 {
					t.Errorf("%d calls of %s", n, write[1])
				}
			}
		})
	}
	for lang, out := range golden {
		file := filepath.Join("testdata", "check."+lang+".txt")
		if *updateCheck {
			if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, []byte(out.String()), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != string(want) && !t.Failed() {
			a, b := strings.Split(got, "\n"), strings.Split(string(want), "\n")
			for i := range min(len(a), len(b)) {
				if a[i] != b[i] {
					t.Errorf("%s, line %d:\n got %s\nwant %s\n(-update-check writes it)", file, i+1, a[i], b[i])
					break
				}
			}
			if len(a) != len(b) {
				t.Errorf("%s: %d lines, want %d", file, len(a), len(b))
			}
		}
	}
}

// TestCheckBesideServe checks that a running serve is recognised by its keys and keeps working.
func TestCheckBesideServe(t *testing.T) {
	r := harness.Start(t, harness.Setup{MachineTime: true})
	r.Hire().ToReview()
	c := &checked{T: t, world: r.World, values: maps.Clone(r.Values)}
	c.values["server.public_url"] = r.App.URL()
	bad, findings, err := c.run("en")
	for _, id := range []string{"feishu.webhook", "store", "security.keyset_file"} {
		if findings[id] != doctor.OK {
			t.Errorf("%s is %q\n%s", id, findings[id], bad)
		}
	}
	if err != nil {
		t.Error(err)
	}
	c.values["feishu.encrypt_key"] = "another key"
	if _, findings, _ := c.run("en"); findings["feishu.webhook"] != doctor.Problem {
		t.Errorf("with another encrypt key the webhook is %q", findings["feishu.webhook"])
	}
	p := r.Hire()
	p.ToReview() // it still works
}

// TestCheckProgram checks flags and exit codes.
func TestCheckProgram(t *testing.T) {
	t.Parallel()
	world, err := sim.Start(t.Context(), sim.Config{Seed: 4711, EsignRevision: "2024"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { harness.CutOff(world) })
	dir := t.TempDir()
	settings := world.Settings()
	maps.Copy(settings, map[string]string{ // no serve runs, so that there is nothing at a public address
		"server.public_url":       "",
		"agreement.files":         "",
		"esign.evidence_revision": "2024",
		"store.dsn":               "sqlite:" + filepath.Join(dir, "x.db"),
		"security.keyset_file":    filepath.Join(dir, "k.json"),
	})
	env := append(config.Environ(settings), "LC_ALL=", "LC_MESSAGES=")
	file := files.WriteTemp(t, "config.yaml", "")
	for _, c := range []struct {
		env  string
		args []string
		code int
		says string
	}{
		{"LANG=zh_CN.UTF-8", nil, 0, "✓ 数据库"},
		{"LANG=en_GB.UTF-8", nil, 0, "✓ Database"},
		{"LANG=C", []string{"--lang", "zh"}, 0, "✓ 数据库"},
		{"LANG=C", []string{"--json"}, 0, `"outcome": "ok"`},
		{"LANG=C", []string{"--evidence-probe"}, 0, "✓ Revision of e签宝's evidence interface"},
		{"SHIMING_ESIGN_APP_ID=1", nil, 1, "✗ e签宝"},
		{"SHIMING_ESIGN_SDK_URL=ftp://sdk.example.com", []string{"--evidence-probe"}, 2,
			"✓ Revision of e签宝's evidence interface"}, // the signing service is another than the application
		{"SHIMING_HR_ADMINS=", []string{"--scopes"}, 0, `"document_ai:id_card:recognize"`},
		{"LANG=zh_CN.UTF-8", []string{"--surprises"}, 0, "shiming surprises 1\nnone\n"},
		{"SHIMING_HR_ADMINS=", []string{"--surprises", "--json"}, 0, "[]\n"},
		{"SHIMING_HR_ADMINS=", nil, 2, "hr.admins"},
		{"SHIMING_HR_ADMINS=", []string{"--json"}, 2, `"id": "config"`},
		{"SHIMING_HR_ADMINS=", []string{"--lang", "zh"}, 2, "1. 至少一位管理员的 open_id（几分钟）"},
		{"SHIMING_HR_ADMINS=", []string{"--lang", "zh"}, 2, "✓ 飞书 App ID 与 App Secret"},
		{"SHIMING_FEISHU_TRANSPORT=pigeon", nil, 2, "feishu.transport: want one of"},
	} {
		args := append([]string{"check", "--config", file}, c.args...)
		code, out := harness.Command(t.Context(), append(slices.Clone(env), c.env), args...).Run(t)
		if code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%s %v: exit code %d, want %d; want %q in\n%s", c.env, c.args, code, c.code, c.says, out)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("check left %v behind", left)
	}
}
