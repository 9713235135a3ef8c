package doctor_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cmd"
	"shiming/config"
	"shiming/doctor"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
	"shiming/store"
	"shiming/store/keyset"
)

var updateCheck = flag.Bool("update-check", false, "write the texts of check to testdata")

// checked is one world that is looked at by check.
type checked struct {
	*testing.T
	world  *sim.World
	values map[string]string
	ocr    bool
	asked  bool          // keep also what cannot be asked
	fast   time.Duration // how far our clock is ahead
	allOut string        // everything that was written
}

func newChecked(t *testing.T) *checked {
	t.Helper()
	world, err := sim.Start(t.Context(), sim.Config{Seed: 4711})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { harness.CutOff(world) })
	c := &checked{T: t, world: world, values: world.Settings()}
	dir := t.TempDir()
	maps.Copy(c.values, map[string]string{"store.dsn": "sqlite:" + filepath.Join(dir, "shiming.db"), "security.keyset_file": filepath.Join(dir, "keyset.json")})
	return c
}

// run asks everything and returns what is not ok, as people read it.
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
	d.OCR, d.Now = c.ocr, func() time.Time { return time.Now().Add(c.fast) }
	var text, raw bytes.Buffer
	err = d.Report(c.Context(), &text, lang, false)
	again, err2 := doctor.New(cfg)
	if err2 != nil {
		c.Fatal(err2)
	}
	defer again.Close()
	again.OCR, again.Now = c.ocr, d.Now
	_ = again.Report(c.Context(), &raw, lang, true) // the same error once more
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
			keep = strings.HasPrefix(line, "✗") || strings.HasPrefix(line, "!") || strings.HasPrefix(line, "?") && c.asked || strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "正常")
		}
		if keep {
			bad += line
		}
	}
	return bad, findings, err
}

// steady takes out of a text what differs from run to run.
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
}

var secretKeys = []string{"feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token", "verification.tencent.secret_key", "verification.tencent.secret_id", "esign.app_secret"}

// checkCases break one thing each. The check of that name must become want; what people read is in testdata.
var checkCases = []struct {
	name, step string
	want       doctor.Outcome
	spoil      func(c *checked)
}{
	{"all well", "clock", doctor.OK, func(c *checked) { c.ocr = true }},
	{"wrong app secret", "feishu.credentials", doctor.Problem, func(c *checked) { c.values["feishu.app_secret"] = "wrongSecretEXAMPLE" }},
	{"wrong app id", "feishu.credentials", doctor.Problem, func(c *checked) { c.values["feishu.app_id"] = "cli_other" }},
	{"Feishu out of reach", "feishu.credentials", doctor.Problem, func(c *checked) { c.values["feishu.base_url"] = "http://" + nobody(c.T) }},
	{"bot switched off", "feishu.bot", doctor.Problem, func(c *checked) { c.world.Feishu.Set(func(k *feishu.Knobs) { k.BotOff = true }) }},
	{"nothing published", "feishu.published", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Draft = true })
	}},
	{"first version in review", "feishu.published", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Draft, s.InReview = true, true })
	}},
	{"newer version in review", "feishu.published", doctor.Warning, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.InReview = true })
	}},
	{"platform tells as little as its pages", "feishu.event.im.message.receive_v1", doctor.Unknown, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Untold = true })
	}},
	{"Feishu has trouble", "feishu.bot", doctor.Problem, func(c *checked) { c.fault("feishu", "bot.info", 503, "") }},
	{"scope for messages", "feishu.scope.im:message.p2p_msg:readonly", doctor.Problem, func(c *checked) { c.world.Feishu.Revoke("im:message.p2p_msg:readonly") }},
	{"scopes in the name of users only", "feishu.scope.document_ai:id_card:recognize", doctor.Problem, func(c *checked) {
		c.fault("feishu", "scope.list", 200, `{"code":0,"msg":"success","data":{"scopes":[
			{"scope_name":"document_ai:id_card:recognize","grant_status":1,"scope_type":"user"},{"scope_name":"im:message","grant_status":1,"scope_type":"tenant"}]}}`)
	}},
	{"scope for identities", "feishu.scope.human_authentication:identity", doctor.Problem, func(c *checked) { c.world.Feishu.Revoke("human_authentication:identity") }},
	{"scope for mobiles", "feishu.scope.contact:user.phone:readonly", doctor.Warning, func(c *checked) { c.world.Feishu.Revoke("contact:user.phone:readonly") }},
	{"scope for the app itself", "feishu.callback.card.action.trigger", doctor.Unknown, func(c *checked) { c.world.Feishu.Revoke(doctor.ScopeApp) }},
	{"scope for groups", "hr.review_chat", doctor.Unknown, func(c *checked) { c.world.Feishu.Revoke("im:chat:readonly") }},
	{"wider scope instead", "feishu.scope.im:message:send_as_bot", doctor.OK, func(c *checked) {
		c.world.Feishu.Revoke("im:message:send_as_bot")
		c.world.Feishu.Grant("im:message")
	}},
	{"event not subscribed", "feishu.event.im.message.receive_v1", doctor.Problem, func(c *checked) { c.unsubscribe("im.message.receive_v1") }},
	{"optional event not subscribed", "feishu.event.application.bot.menu_v6", doctor.Warning, func(c *checked) { c.unsubscribe("application.bot.menu_v6") }},
	{"callback not subscribed", "feishu.callback.card.action.trigger", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Callbacks = nil })
	}},
	{"callback sent elsewhere", "feishu.callback.card.action.trigger", doctor.Problem, func(c *checked) { c.values["feishu.transport"] = "websocket" }},
	{"events sent elsewhere", "feishu.event.im.message.receive_v1", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.EventWay = "websocket" })
	}},
	{"long connection refused", "feishu.long_connection", doctor.Problem, func(c *checked) {
		c.values["feishu.transport"] = "websocket"
		c.world.Feishu.LongConnection(true)
		c.fault("feishu", "ws.endpoint", 200, `{"code":403,"msg":"forbidden"}`)
	}},
	{"nobody at the public address", "feishu.webhook", doctor.Problem, func(c *checked) { c.values["server.public_url"] = "http://" + nobody(c.T) }},
	{"somebody else at the public address", "feishu.webhook", doctor.Problem, func(c *checked) {
		s := httptest.NewServer(http.NotFoundHandler())
		c.Cleanup(s.Close)
		c.values["server.public_url"] = s.URL
	}},
	{"a serve with other keys", "feishu.webhook", doctor.Problem, func(c *checked) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"unauthorized"}`))
		}))
		c.Cleanup(s.Close)
		c.values["server.public_url"] = s.URL
	}},
	{"not in the group", "hr.review_chat", doctor.Problem, func(c *checked) {
		if _, err := c.world.Feishu.RemoveBotFromGroup(c.Context(), c.world.ReviewChat(), c.world.Admins()[0]); err != nil {
			c.Fatal(err)
		}
	}},
	{"group chosen in chat, without the bot", "hr.review_chat", doctor.Problem, func(c *checked) {
		gone := c.world.Feishu.AddGroup("", "旧群", c.world.Admins()...)
		if _, err := c.world.Feishu.RemoveBotFromGroup(c.Context(), gone, c.world.Admins()[0]); err != nil {
			c.Fatal(err)
		}
		c.database(func(s *store.Store) error {
			return s.Tx(c.Context(), func(tx flows.Tx) error {
				return tx.PutSetting(c.Context(), harness.Tenant, flows.SettingReviewChat, gone)
			})
		})
	}},
	{"no such group", "hr.announce_chat", doctor.Problem, func(c *checked) { c.values["hr.announce_chat"] = "oc_nowhere" }},
	{"no such admin", "hr.admins.2", doctor.Problem, func(c *checked) { c.values["hr.admins"] = c.world.Admins()[0] + ",ou_nobody" }},
	{"admin out of sight", "hr.admins.1", doctor.Warning, func(c *checked) {
		c.world.Feishu.ChangeUser(c.world.Admins()[0], func(u *feishu.User) { u.Outside = true })
	}},
	{"admin who has left", "hr.admins.1", doctor.Problem, func(c *checked) {
		c.world.Feishu.Grant("contact:user.employee:readonly")
		c.world.Feishu.ChangeUser(c.world.Admins()[0], func(u *feishu.User) { u.Resigned = true })
	}},
	{"one admin", "hr.admins", doctor.Warning, func(c *checked) { c.values["hr.admins"] = c.world.Admins()[0] }},
	{"OCR used up", "feishu.ocr", doctor.Problem, func(c *checked) { c.ocr = true; c.world.Feishu.OCRQuota(0) }},
	{"OCR not tried", "feishu.ocr", doctor.Unknown, func(*checked) {}},
	{"wrong e签宝 application", "esign.app", doctor.Problem, func(c *checked) { c.values["esign.app_id"] = "7439999999" }},
	{"wrong e签宝 secret", "esign.app", doctor.Problem, func(c *checked) { c.values["esign.app_secret"] = "wrongSecretEXAMPLE" }},
	{"not on e签宝's allow-list", "esign.app", doctor.Problem, func(c *checked) {
		c.fault("esign", "", 403, `{"success":false,"code":403,"message":"IP白名单不匹配"}`)
	}},
	{"clock far off", "clock", doctor.Problem, func(c *checked) { c.fast = 20 * time.Minute }},
	{"clock a little off", "clock", doctor.Warning, func(c *checked) { c.fast = -90 * time.Second }},
	{"wrong Tencent key", "tencent.sms_template", doctor.Problem, func(c *checked) { c.values["verification.tencent.secret_key"] = "wrongSecretEXAMPLE" }},
	{"key that may not ask", "tencent.sms_template", doctor.Unknown, func(c *checked) { c.noTemplates("AuthFailure.UnauthorizedOperation") }},
	{"account of a person", "tencent.sms_template", doctor.Unknown, func(c *checked) { c.noTemplates("FailedOperation.NotEnterpriseCertification") }},
	{"not on the allow-list of SMS", "tencent.sms_template", doctor.Problem, func(c *checked) { c.noTemplates("UnauthorizedOperation.RequestIpNotInWhitelist") }},
	{"account in arrears", "tencent.sms_template", doctor.Problem, func(c *checked) { c.noTemplates("UnauthorizedOperation.SerivceSuspendDueToArrears") }},
	{"template under review", "tencent.sms_template", doctor.Problem, func(c *checked) { c.world.Tencent.TemplateStatus(1) }},
	{"template refused", "tencent.sms_template", doctor.Problem, func(c *checked) { c.world.Tencent.TemplateStatus(-1) }},
	{"no such template", "tencent.sms_template", doctor.Problem, func(c *checked) { c.values["verification.tencent.sms_template_id"] = "999" }},
	{"key file of another database", "security.keyset_file", doctor.Problem, func(c *checked) {
		c.database()
		file := c.values["security.keyset_file"]
		if err := errors.Join(os.Remove(file), keyset.Write(file, keyset.New())); err != nil {
			c.Fatal(err)
		}
	}},
	{"key file that others may read", "security.keyset_file", doctor.Problem, func(c *checked) {
		c.database()
		if err := os.Chmod(c.values["security.keyset_file"], 0o644); err != nil {
			c.Fatal(err)
		}
	}},
	{"key file gone", "security.keyset_file", doctor.Problem, func(c *checked) {
		c.database()
		if err := os.Remove(c.values["security.keyset_file"]); err != nil {
			c.Fatal(err)
		}
	}},
	{"PostgreSQL out of reach", "store", doctor.Problem, func(c *checked) {
		c.database()
		c.values["store.dsn"] = "postgres://shiming:databasePasswordEXAMPLE@" + nobody(c.T) + "/shiming?sslmode=disable"
	}},
	{"database is no database", "store", doctor.Problem, func(c *checked) {
		path := strings.TrimPrefix(c.values["store.dsn"], "sqlite:")
		if err := os.WriteFile(path, []byte(strings.Repeat("not a database. ", 100)), 0o600); err != nil {
			c.Fatal(err)
		}
	}},
}

// noTemplates lets Tencent Cloud refuse the question about templates.
func (c *checked) noTemplates(code string) {
	c.fault("tencent", "DescribeSmsTemplateList", 200, `{"Response":{"Error":{"Code":"`+code+`","Message":"no"},"RequestId":"00000000-0000-0000-0000-000000000001"}}`)
}

func (c *checked) unsubscribe(event string) {
	c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) {
		s.Events = slices.DeleteFunc(s.Events, func(e string) bool { return e == event })
	})
}

func (c *checked) fault(upstream, operation string, status int, body string) {
	c.world.Faults.Arm(wire.Fault{Upstream: upstream, Operation: operation, Kind: wire.Error, Times: 10, Status: status, Body: body})
}

// database makes a database and its keys, as a first start does.
func (c *checked) database(fill ...func(*store.Store) error) {
	c.Helper()
	cfg, err := config.FromValues(c.values)
	if err != nil {
		c.Fatal(err)
	}
	keys := keyset.New()
	if err := keyset.Write(cfg.Security.KeysetFile, keys); err != nil {
		c.Fatal(err)
	}
	s, err := store.Open(c.Context(), store.Config{DSN: cfg.Store.DSN, Keyset: keys})
	if err != nil {
		c.Fatal(err)
	}
	for _, f := range fill {
		if err := f(s); err != nil {
			c.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		c.Fatal(err)
	}
}

// nobody is an address on which nothing listens.
func nobody(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestCheckFindsWhatIsWrong: each mistake is found where it is, said in both languages, without a secret and without a write.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	golden := map[string]*strings.Builder{"zh": {}, "en": {}}
	for _, tc := range checkCases {
		t.Run(tc.name, func(t *testing.T) {
			c := newChecked(t)
			c.asked = tc.want == doctor.Unknown || tc.name == "all well"
			tc.spoil(c)
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
			for _, write := range [][2]string{{"feishu", "identities.create"}, {"feishu", "message.create"}, {"esign", "evidence.psn_realname"},
				{"esign", "files.upload_url"}, {"tencent", "SendSms"}, {"tencent", "PhoneVerification"}, {"feishu", "ws.connect"}} {
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

// TestCheckBesideServe: a running serve is recognised by its keys, and goes on.
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

// TestCheckProgram looks at flags and exit codes.
func TestCheckProgram(t *testing.T) {
	t.Parallel()
	world, err := sim.Start(t.Context(), sim.Config{Seed: 4711})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { harness.CutOff(world) })
	dir := t.TempDir()
	settings := world.Settings()
	maps.Copy(settings, map[string]string{"store.dsn": "sqlite:" + filepath.Join(dir, "x.db"), "security.keyset_file": filepath.Join(dir, "k.json")})
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
		{"SHIMING_ESIGN_APP_ID=1", nil, 1, "✗ e签宝"},
		{"SHIMING_HR_ADMINS=", []string{"--scopes"}, 0, `"document_ai:id_card:recognize"`},
		{"SHIMING_HR_ADMINS=", nil, 2, "hr.admins"},
		{"SHIMING_HR_ADMINS=", []string{"--json"}, 2, `"id": "config"`},
	} {
		code, out := harness.Command(t.Context(), append(slices.Clone(env), c.env), append([]string{"check", "--config", file}, c.args...)...).Run(t)
		if code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%s %v: exit code %d, want %d; want %q in\n%s", c.env, c.args, code, c.code, c.says, out)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("check left %v behind", left)
	}
}
