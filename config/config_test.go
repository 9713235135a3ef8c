package config

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// mistakes returns the mistakes that loading reports.
func mistakes(t *testing.T, path string, env ...string) []Mistake {
	t.Helper()
	_, err := Load(path, env)
	if err == nil {
		return nil
	}
	bad, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got a %T, want an *Error", err)
	}
	return bad.Mistakes
}

// texts returns the texts of the mistakes that loading reports.
func texts(t *testing.T, path string, env ...string) (all []string) {
	t.Helper()
	for _, m := range mistakes(t, path, env...) {
		all = append(all, m.String())
	}
	return all
}

func TestConfigComplete(t *testing.T) {
	c, err := Load(files.WriteTemp(t, "config.yaml", files.CompleteConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(c.HR.Admins), 2; got != want {
		t.Errorf("got %d admins, want %d", got, want)
	}
	if want := Defaults(); c.Timing != want.Timing || c.OCR != want.OCR || c.Store != want.Store {
		t.Errorf("got %v %v %v, want the defaults %v %v %v", c.Timing, c.OCR, c.Store, want.Timing, want.OCR, want.Store)
	}
	if s := c.String(); s != "[config]" {
		t.Error("a configuration prints its secrets")
	}
}

// TestConfigMistakes checks that loading reports all mistakes at once, each with its dotted path.
func TestConfigMistakes(t *testing.T) {
	got := texts(t, files.WriteTemp(t, "config.yaml", `
server: {listen: nowhere, admin_listen: "9090", public_url: "https://x/path"}
feishu: {base_url: "http://open.feishu.cn", transport: pigeon, app_idd: x}
hr: {admins: ["@all everybody"]}
review: {required: sometimes}
ocr: {per_second: 1000}
verification: {method: trust, tencent: {endpoint_sms: "http://sms.example.com"}}
esign: {base_url: "https://openapi.esign.cn/v3", evidence_revision: "2023"}
store: {dsn: "mysql:x", sync: perhaps}
security: {keyset_file: "", wrapping_key: short}
kms: {uri: "hcvault+http://vault.example.com/transit/keys/x"}
timing: {reminder_after: soon, expire_after: 1000h, code_ttl: 0s, photo_grace: -1h}
log: {level: loud}
nonsense: {a: 1}
`))
	all := "\n" + strings.Join(got, "\n") + "\n"
	for _, path := range []string{
		"server.listen", "server.admin_listen", "server.public_url",
		"feishu.base_url", "feishu.transport", "feishu.app_idd", "feishu.app_id", "feishu.app_secret",
		"feishu.encrypt_key", "feishu.verification_token",
		"hr.admins", "review.required", "ocr.per_second", "verification.method", "esign.evidence_revision",
		"store.dsn", "store.sync", "security.keyset_file", "security.wrapping_key",
		"kms.uri", "kms.token",
		"timing.reminder_after", "timing.expire_after", "timing.code_ttl", "timing.photo_grace",
		"log.level", "nonsense.a",
	} {
		if got := strings.Count(all, "\n"+path+": "); got != 1 {
			t.Errorf("%s is reported %d times, want once, in%s", path, got, all)
		}
	}
	for _, want := range []string{"feishu.app_idd: no such key", "nonsense.a: no such key"} {
		if !strings.Contains(all, "\n"+want+"\n") {
			t.Errorf("got%swant %q in it", all, want)
		}
	}
	// Whether the suppliers' keys are needed is not known while the method is not.
	if strings.Contains(all, "verification.tencent") || strings.Contains(all, "esign.app_id") {
		t.Errorf("got%swant nothing about the suppliers", all)
	}
}

// TestConfigOneMistake changes one value of a valid configuration. Loading reports that value and nothing else.
func TestConfigOneMistake(t *testing.T) {
	path := files.WriteTemp(t, "config.yaml", files.CompleteConfig)
	for _, c := range []struct{ env, path string }{
		{"SHIMING_FEISHU_BASE_URL=http://open.feishu.cn", "feishu.base_url: plain http"},
		{"SHIMING_ESIGN_BASE_URL=http://10.0.0.1", "esign.base_url: plain http"},
		{"SHIMING_ESIGN_BASE_URL=https://openapi.esign.cn/", "esign.base_url: want scheme and host without a path"},
		{"SHIMING_VERIFICATION_TENCENT_ENDPOINT_SMS=http://sms.tencentcloudapi.com", "verification.tencent.endpoint_sms"},
		{"SHIMING_VERIFICATION_LADDER=none", "verification.ladder: want one of"},
		{"SHIMING_VERIFICATION_LADDER=bank_card_four", "verification.ladder: want verification.method first"},
		{"SHIMING_VERIFICATION_LADDER=three_elements,three_elements", "verification.ladder: want verification.method first"},
		{"SHIMING_VERIFICATION_METHOD=trust", "verification.method: want one of"},
		{"SHIMING_ESIGN_EVIDENCE_REVISION=2025-11", "esign.evidence_revision: want one of: 2025-10, 2024"},
		{"SHIMING_AGREEMENT_LOGIN=wechat", "agreement.login: want one of: feishu, none"},
		{"SHIMING_AGREEMENT_READ_TYPE=check", "agreement.read_type: want one of: CHECK, CLICK"},
		{"SHIMING_AGREEMENT_FILES=agreement.txt", "agreement.files: want a list"},
		{"SHIMING_SERVER_TRUSTED_PROXIES=proxy.example.com", "server.trusted_proxies: want addresses or networks"},
		{"SHIMING_SERVER_TRUSTED_PROXIES=10.0.0.7:80", "server.trusted_proxies: want addresses or networks"},
		{"SHIMING_SERVER_TRUSTED_PROXIES=10.0.0.1,fe80::1%eth0", "server.trusted_proxies: want addresses or networks"},
		{"SHIMING_SERVER_TRUSTED_PROXIES=0.0.0.0/0", "server.trusted_proxies: a network of all addresses"},
		{"SHIMING_SERVER_TRUSTED_PROXIES=::/0", "server.trusted_proxies: a network of all addresses"},
		{"SHIMING_FEISHU_TRANSPORT=pigeon", "feishu.transport"},
		{"SHIMING_HR_ADMINS=", "hr.admins"},
		{"SHIMING_STORE_DSN=sqlite:", "store.dsn: want sqlite:PATH or postgres://"},
		{"SHIMING_STORE_DSN=shiming.db", "store.dsn: want sqlite:PATH or postgres://"},
		{"SHIMING_TIMING_EXPIRE_AFTER=400h", "timing.expire_after"},
		{"SHIMING_FEISHU_APP_ID_FILE=/does/not/exist", "feishu.app_id: SHIMING_FEISHU_APP_ID_FILE cannot be read"},
	} {
		t.Run(c.env, func(t *testing.T) {
			if got := texts(t, path, c.env); len(got) != 1 || !strings.HasPrefix(got[0], c.path) {
				t.Errorf("got %q, want only %q", got, c.path)
			}
		})
	}
	for _, fine := range []string{
		"SHIMING_FEISHU_BASE_URL=http://127.0.0.1:9",
		"SHIMING_FEISHU_BASE_URL=http://localhost",
		"SHIMING_HANDOVER_SECRET=" + webhookSecret + ", whsec_" + strings.Repeat("QUJD", 8),
		"SHIMING_ESIGN_SDK_URL=http://127.0.0.1:8080",
		"SHIMING_ESIGN_BASE_URL=http://[::1]:9",
		"SHIMING_PORT=tcp://10.0.0.1:80",
		"SHIMING_VERIFICATION_METHOD=none",
		"SHIMING_VERIFICATION_METHOD=bank_card_four",
		"SHIMING_VERIFICATION_LADDER=three_elements, bank_card_four",
		"SHIMING_REVIEW_REQUIRED=warnings",
		"SHIMING_STORE_DSN=postgres://shiming:secret@db.example.com/shiming?sslmode=verify-full",
	} {
		t.Run(fine, func(t *testing.T) {
			if got := texts(t, path, fine); len(got) != 0 {
				t.Errorf("got %q, want no mistake", got)
			}
		})
	}
	if got := texts(t, filepath.Join(t.TempDir(), "none.yaml")); len(got) == 0 || !strings.Contains(got[0], "none.yaml") {
		t.Errorf("a missing file: got %q, want its name", got)
	}
	got := texts(t, files.WriteTemp(t, "config.yaml", "a: [\nsecret: hunter2"))
	if len(got) == 0 || strings.Contains(strings.Join(got, ""), "hunter2") {
		t.Errorf("no YAML: got %q, want a mistake that does not quote the file", got)
	}
}

// TestConfigFromEnvironment checks that the environment overrides the file, and that …_FILE overrides both.
func TestConfigFromEnvironment(t *testing.T) {
	path := files.WriteTemp(t, "config.yaml", files.CompleteConfig)
	secret := files.WriteTemp(t, "secret", "from a file\n")
	c, err := Load(path, []string{
		"SHIMING_FEISHU_APP_SECRET_FILE=" + secret,
		"SHIMING_FEISHU_APP_SECRET=shadowed",
		"SHIMING_HR_ADMINS=ou_1, ou_2 ,,ou_1,ou_3",
		"SHIMING_TIMING_CODE_TTL=3m",
		"SHIMING_SERVER_LISTEN=127.0.0.1:1234",
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, values := range map[string][2]string{
		"feishu.app_secret":       {c.Feishu.AppSecret, "from a file"},
		"hr.admins":               {strings.Join(c.HR.Admins, " "), "ou_1 ou_2 ou_3"},
		"timing.leaver_retention": {c.Timing.LeaverRetention.String(), "26280h0m0s"},
		"timing.code_ttl":         {c.Timing.CodeTTL.String(), "3m0s"},
		"server.listen":           {c.Server.Listen, "127.0.0.1:1234"},
	} {
		if got, want := values[0], values[1]; got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}

// TestScalarsOfYAML checks that a text stays as written although YAML reads it as a number or a date, and that no other
// value is converted.
func TestScalarsOfYAML(t *testing.T) {
	for _, c := range []struct{ lines, path, why string }{
		{"verification: {tencent: {sms_sdk_app_id: 1400006666}}", "verification.tencent.sms_sdk_app_id", ""},
		{"esign: {evidence_revision: 2024}", "esign.evidence_revision", ""},
		{"ocr: {per_second: \"5\"}", "ocr.per_second", ""},
		{"timing: {code_ttl: \" 5m \"}", "timing.code_ttl", ""},
		{"ocr: {per_second: yes}", "ocr.per_second", "want a whole number"},
		{"ocr: {per_second: true}", "ocr.per_second", "want a whole number"},
		{"ocr: {per_second: 1.5}", "ocr.per_second", "want a whole number"},
		{"ocr: {per_second: \"0x10\"}", "ocr.per_second", "want a whole number"},
		{"timing: {code_ttl: 600}", "timing.code_ttl", "want a duration"},
		{"timing: {code_ttl: -5m}", "timing.code_ttl", "want a duration"},
		{"log: {level: INFO}", "log.level", "want one of"},
		{"log: {level: \" info\"}", "log.level", "want one of"},
		{"Log: {level: info}", "Log.level", "no such key"},
	} {
		t.Run(c.lines, func(t *testing.T) {
			var got []string
			for _, m := range mistakes(t, files.WriteTemp(t, "config.yaml", c.lines)) {
				if m.Path == c.path {
					got = append(got, m.Fill(english[m.Code]))
				}
			}
			if c.why == "" && len(got) > 0 || c.why != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.why)) {
				t.Errorf("%s: got %q, want %q", c.path, got, c.why)
			}
		})
	}
}

// TestEveryKeyFromEnvironment checks that the variable of each key sets its field and no other.
func TestEveryKeyFromEnvironment(t *testing.T) {
	for i, s := range Settings {
		t.Run(s.Path, func(t *testing.T) {
			want := ""
			value, ok := map[string]string{
				"feishu.app_type":          "marketplace",
				"feishu.transport":         "websocket",
				"feishu.user_id_type":      "union_id",
				"announce.people":          "masked",
				"review.required":          "warnings",
				"review.style":             "queue",
				"review.undo":              "33m",
				"review.photos":            "on_warning",
				"review.second_look":       "originals",
				"review.tell_looks":        "true",
				"review.sla":               "33m",
				"review.hours":             "10:00-19:00",
				"review.urgent":            "false",
				"review.sample":            "7",
				"review.checks":            "expiring=hint,edited=stop",
				"campaign.per_minute":      "7",
				"campaign.joiners":         "ask",
				"campaign.chase":           "auto",
				"campaign.chases":          "2",
				"campaign.chase_every":     "33h",
				"campaign.ocr_quota":       "7",
				"privacy.deadline":         "7",
				"ocr.per_second":           "7",
				"verification.method":      "none",
				"verification.ladder":      "three_elements,bank_card_four",
				"esign.evidence_revision":  "2024",
				"store.sync":               "normal",
				"server.trusted_proxies":   "10.0.0.0/8",
				"handover.allow_private":   "true",
				"kms.secret_id_wrapped":    "true",
				"agreement.login":          "none",
				"evidence.face_live_score": "status",
				"agreement.read_type":      "CLICK",
				"log.level":                "debug",
			}[s.Path]
			switch {
			case ok:
			case strings.HasPrefix(s.Path, "timing."):
				value = "33m"
			case s.Path == "photos.hold_up":
				value = "false"
			case strings.HasPrefix(s.Path, "photos."):
				value = "7.5"
			case s.Path == "agreement.files":
				value, want = `[{title: 协议, version: "1", path: x}]`, "协议 1"
			default:
				value = "~x~"
			}
			if want == "" {
				want = value
			}
			c, err := LoadUnchecked(files.WriteTemp(t, "config.yaml", ""), []string{EnvName(s.Path) + "=" + value})
			if err != nil {
				t.Fatal(err)
			}
			for j, got := range settingsOf(reflect.ValueOf(c), "") {
				if other := Settings[j].Default; j != i && got.Default != other {
					t.Errorf("%s: got %q, want %q", got.Path, got.Default, other)
				}
				if j == i && got.Default != want {
					t.Errorf("got %q, want %q", got.Default, want)
				}
			}
		})
	}
}

// TestConfigOfAMarketplaceApp checks that a marketplace app cannot have settings of one company.
func TestConfigOfAMarketplaceApp(t *testing.T) {
	path := files.WriteTemp(t, "config.yaml", files.CompleteConfig)
	for _, c := range []struct {
		env  []string
		want string // path of the only problem, "" for none
	}{
		{[]string{"SHIMING_HR_ADMINS=tk_a/ou_1,tk_b/ou_2"}, ""},
		{[]string{"SHIMING_HR_ADMINS=tk_a/ou_1,ou_2"}, "hr.admins: a marketplace app"},
		{[]string{"SHIMING_HR_ADMINS=/ou_1"}, "hr.admins: a marketplace app"},
		{[]string{"SHIMING_HR_ADMINS=tk_a/b/ou_1"}, "hr.admins: want open_ids"},
		{[]string{"SHIMING_HR_ADMINS=tk_a/ou_1", "SHIMING_HR_REVIEW_CHAT=oc_1"}, "hr.review_chat: "},
		{[]string{"SHIMING_HR_ADMINS=tk_a/ou_1", "SHIMING_HR_ANNOUNCE_CHAT=oc_1"}, "hr.announce_chat: "},
		{[]string{"SHIMING_HR_ADMINS=tk_a/ou_1", "SHIMING_FEISHU_TRANSPORT=websocket"}, "feishu.transport: "},
		{[]string{"SHIMING_FEISHU_APP_TYPE=self_built", "SHIMING_HR_ADMINS=tk_a/ou_1"}, "hr.admins: want open_ids"},
		{[]string{"SHIMING_FEISHU_APP_TYPE=isv", "SHIMING_HR_ADMINS=ou_1"}, "feishu.app_type: "},
	} {
		t.Run(strings.Join(c.env, " "), func(t *testing.T) {
			got := texts(t, path, append([]string{"SHIMING_FEISHU_APP_TYPE=marketplace"}, c.env...)...)
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
