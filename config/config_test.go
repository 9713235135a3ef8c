package config

import (
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/e2e/files"
)

// problems are the mistakes that loading reports.
func problems(t *testing.T, path string, env ...string) []string {
	t.Helper()
	_, err := Load(path, env)
	var bad *Error
	if err != nil && !errors.As(err, &bad) {
		t.Fatalf("%T", err)
	}
	if bad == nil {
		return nil
	}
	return bad.Problems
}

func TestConfigComplete(t *testing.T) {
	c, err := Load(files.WriteTemp(t, "config.yaml", files.CompleteConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.HR.Admins) != 2 || c.Timing.CodeTTL != 10*time.Minute || c.OCRPerSecond != 10 || c.Store.DSN != "sqlite:data/shiming.db" {
		t.Errorf("%+v %v %d", c.HR.Admins, c.Timing, c.OCRPerSecond)
	}
	if s := c.String(); s != "[config]" {
		t.Error("a configuration prints its secrets")
	}
}

// TestConfigMistakes: every mistake is reported at once, each with its dotted path.
func TestConfigMistakes(t *testing.T) {
	got := problems(t, files.WriteTemp(t, "config.yaml", `
server: {listen: nowhere, admin_listen: "9090", public_url: "https://x/path"}
feishu: {base_url: "http://open.feishu.cn", transport: pigeon, app_idd: x}
hr: {admins: ["@all everybody"]}
review: {required: sometimes}
ocr: {per_second: 1000}
verification: {method: face, tencent: {endpoint_sms: "http://sms.example.com"}}
esign: {base_url: "https://openapi.esign.cn/v3", evidence_revision: "2025-10"}
store: {dsn: "mysql:x", sync: perhaps}
security: {keyset_file: ""}
timing: {reminder_after: soon, expire_after: 1000h, code_ttl: 0s, photo_grace: -1h}
log: {level: loud}
nonsense: {a: 1}
`))
	all := "\n" + strings.Join(got, "\n")
	for _, path := range []string{"server.listen", "server.admin_listen", "server.public_url", "feishu.base_url", "feishu.transport", "feishu.app_idd",
		"feishu.app_id", "feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token", "hr.admins", "review.required", "ocr.per_second",
		"verification.method", "esign.evidence_revision", "store.dsn", "store.sync", "security.keyset_file",
		"timing.reminder_after", "timing.expire_after", "timing.code_ttl", "timing.photo_grace", "log.level", "nonsense.a"} {
		if !strings.Contains(all, "\n"+path+": ") {
			t.Errorf("%s is not reported", path)
		}
	}
	if !strings.Contains(all, "feishu.app_idd: no such key") || !strings.Contains(all, "nonsense.a: no such key") {
		t.Errorf("unknown keys: %s", all)
	}
}

// TestConfigOneMistake changes one thing of a right configuration; that and nothing else is reported.
func TestConfigOneMistake(t *testing.T) {
	path := files.WriteTemp(t, "config.yaml", files.CompleteConfig)
	for _, c := range []struct{ env, path string }{
		{"SHIMING_FEISHU_BASE_URL=http://open.feishu.cn", "feishu.base_url: plain http"},
		{"SHIMING_ESIGN_BASE_URL=http://10.0.0.1", "esign.base_url: plain http"},
		{"SHIMING_ESIGN_BASE_URL=https://openapi.esign.cn/", "esign.base_url: want scheme and host without a path"},
		{"SHIMING_VERIFICATION_TENCENT_ENDPOINT_SMS=http://sms.tencentcloudapi.com", "verification.tencent.endpoint_sms"},
		{"SHIMING_VERIFICATION_METHOD=bank_card_four", "verification.method: bank_card_four is not available"},
		{"SHIMING_VERIFICATION_METHOD=face", "verification.method: face is not available"},
		{"SHIMING_VERIFICATION_METHOD=trust", "verification.method: want one of"},
		{"SHIMING_ESIGN_EVIDENCE_REVISION=2025-10", "esign.evidence_revision"},
		{"SHIMING_FEISHU_TRANSPORT=pigeon", "feishu.transport"},
		{"SHIMING_HR_ADMINS=", "hr.admins"},
		{"SHIMING_STORE_DSN=sqlite:", "store.dsn: want sqlite:PATH or postgres://"},
		{"SHIMING_STORE_DSN=shiming.db", "store.dsn: want sqlite:PATH or postgres://"},
		{"SHIMING_TIMING_EXPIRE_AFTER=400h", "timing.expire_after"},
		{"SHIMING_FEISHU_APP_SECRET_FILE=/does/not/exist", "feishu.app_secret: SHIMING_FEISHU_APP_SECRET_FILE cannot be read"},
	} {
		if got := problems(t, path, c.env); len(got) != 1 || !strings.HasPrefix(got[0], c.path) {
			t.Errorf("%s: %q", c.env, got)
		}
	}
	for _, fine := range []string{"SHIMING_FEISHU_BASE_URL=http://127.0.0.1:9", "SHIMING_ESIGN_BASE_URL=http://[::1]:9", "SHIMING_FEISHU_BASE_URL=http://localhost",
		"SHIMING_PORT=tcp://10.0.0.1:80", "SHIMING_VERIFICATION_METHOD=none", "SHIMING_REVIEW_REQUIRED=warnings",
		"SHIMING_STORE_DSN=postgres://shiming:secret@db.example.com/shiming?sslmode=verify-full"} {
		if got := problems(t, path, fine); len(got) != 0 {
			t.Errorf("%s: %q", fine, got)
		}
	}
	if got := problems(t, filepath.Join(t.TempDir(), "none.yaml")); len(got) == 0 || !strings.Contains(got[0], "none.yaml") {
		t.Errorf("a missing file: %q", got)
	}
	if got := problems(t, files.WriteTemp(t, "config.yaml", "a: [\nsecret: hunter2")); len(got) == 0 || strings.Contains(strings.Join(got, ""), "hunter2") {
		t.Errorf("no YAML: %q", got)
	}
}

// TestConfigFromEnvironment: the environment outranks the file, and …_FILE outranks both.
func TestConfigFromEnvironment(t *testing.T) {
	path, secret := files.WriteTemp(t, "config.yaml", files.CompleteConfig), files.WriteTemp(t, "secret", "from a file\n")
	c, err := Load(path, []string{"SHIMING_FEISHU_APP_SECRET_FILE=" + secret, "SHIMING_FEISHU_APP_SECRET=shadowed",
		"SHIMING_HR_ADMINS=ou_1, ou_2 ,,ou_1,ou_3", "SHIMING_TIMING_CODE_TTL=3m", "SHIMING_SERVER_LISTEN=127.0.0.1:1234"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Feishu.AppSecret != "from a file" || strings.Join(c.HR.Admins, " ") != "ou_1 ou_2 ou_3" || c.Timing.CodeTTL != 3*time.Minute ||
		c.Server.Listen != "127.0.0.1:1234" {
		t.Errorf("%q %q %v %q", c.Feishu.AppSecret, c.HR.Admins, c.Timing.CodeTTL, c.Server.Listen)
	}
}

// TestEveryKeyFromEnvironment sets each key by its variable; a value that no key takes must come back as its mistake.
func TestEveryKeyFromEnvironment(t *testing.T) {
	values := map[string]string{}
	for _, s := range Settings {
		values[s.Path] = s.Default
	}
	for _, s := range Settings {
		env := EnvName(s.Path) + "=~x~"
		got := maps.Clone(values)
		if bad := ReadEnviron([]string{env}, got); len(bad) > 0 || got[s.Path] != "~x~" {
			t.Errorf("%s does not set %s", env, s.Path)
		}
	}
}

// TestConfigOfAMarketplaceApp: what belongs to one company has no place in the configuration of many.
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
		env := append([]string{"SHIMING_FEISHU_APP_TYPE=marketplace", "SHIMING_HR_REVIEW_CHAT=", "SHIMING_HR_ANNOUNCE_CHAT="}, c.env...)
		got := problems(t, path, env...)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("%v: %q, want %q", c.env, got, c.want)
		}
	}
}
