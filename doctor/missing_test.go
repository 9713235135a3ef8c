package doctor_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/cmd"
	"shiming/config"
	"shiming/doctor"
	"shiming/e2e/files"
	"shiming/sim/feishu"
)

// Titles of the list of what is missing, by language, in the order in which to ask for it.
const (
	theApp    = "飞书应用（几分钟）|Feishu app (minutes)"
	paidScope = "飞书付费权限 human_authentication:identity（要等几天）|" +
		"Feishu's paid scope human_authentication:identity (takes days)"
	signature   = "腾讯云短信签名和正文模板（要等几天）|SMS signature and template at Tencent Cloud (takes days)"
	entitlement = "e签宝应用和「个人实名证据点」权益（要等几天）|" +
		"e签宝 application, entitled to real-name evidence points (takes days)"
	agreementText = "e签宝《数字证书服务协议》的全文（要等几天）|Text of e签宝's 《数字证书服务协议》 (takes days)"
	publicAddress = "公网地址（要等几天）|Public address (takes days)"
	tencentKey    = "腾讯云密钥和短信应用（几分钟）|Key and SMS application at Tencent Cloud (minutes)"
	faceRule      = "腾讯云人脸核身的 RuleId（要等几天）|RuleId of the check by face at Tencent Cloud (takes days)"
	faceKey       = "腾讯云密钥（几分钟）|Key at Tencent Cloud (minutes)"
	pushKeys      = "飞书推送的密钥（几分钟）|Keys for Feishu's pushes (minutes)"
	oneAdmin      = "至少一位管理员的 open_id（几分钟）|open_id of one admin at least (minutes)"
	elsewhere     = "其他配置（几分钟）|Other settings (minutes)"
)

// incompleteCases take something out of a complete configuration. ok and skipped name checks with that outcome.
var incompleteCases = []struct {
	name    string
	without []string // keys, or sections with a dot
	with    map[string]string
	change  func(c *checked)
	missing []string
	ok      []string
	skipped []string
	code    int
}{
	{name: "nothing is missing", code: 0, ok: []string{"feishu.credentials", "esign.app", "tencent.sms_template"}},
	{
		name: "everything is missing",
		without: []string{
			"feishu.app_id", "feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token", "hr.",
			"esign.app_", "verification.tencent.s",
		},
		missing: []string{theApp, paidScope, signature, entitlement, tencentKey, pushKeys, oneAdmin},
		ok:      []string{"clock", "store", "security.keyset_file"},
		skipped: []string{
			"feishu.credentials", "feishu.bot", "feishu.keys", "esign.app", "esign.evidence",
			"tencent.sms_template", "hr.admins",
		},
		code: 2,
	},
	{
		name: "everything is missing, without suppliers and with the long connection",
		without: []string{
			"feishu.app_id", "feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token", "hr.",
			"esign.", "verification.",
		},
		with:    map[string]string{"verification.method": "none", "feishu.transport": "websocket"},
		missing: []string{theApp, paidScope, oneAdmin},
		ok:      []string{"clock", "store"},
		skipped: []string{"feishu.credentials", "hr.admins"},
		code:    2,
	},
	{
		name:    "the suppliers are missing",
		without: []string{"esign.app_", "verification.tencent.s"},
		missing: []string{signature, entitlement, tencentKey},
		ok:      []string{"feishu.credentials", "feishu.bot", "hr.admins", "hr.admins.1", "clock"},
		skipped: []string{"esign.app", "tencent.sms_template"},
		code:    2,
	},
	{
		name:    "the face is the only method, and its supplier is missing",
		without: []string{"verification.tencent.s", "verification.tencent.face_rule_id"},
		with:    map[string]string{"verification.method": "face"},
		missing: []string{faceRule, faceKey},
		ok:      []string{"esign.app", "clock"},
		skipped: []string{"tencent.face_service", "tencent.face"},
		code:    2,
	},
	{
		name:    "only the signature is missing",
		without: []string{"verification.tencent.sms_sign_name"},
		missing: []string{signature},
		ok:      []string{"esign.app", "feishu.credentials"},
		skipped: []string{"tencent.sms_template", "tencent.sms_sign"},
		code:    2,
	},
	{
		name:    "only the admins are missing",
		without: []string{"hr.admins"},
		missing: []string{oneAdmin},
		ok:      []string{"feishu.credentials", "esign.app", "tencent.sms_template", "hr.review_chat"},
		skipped: []string{"hr.admins"},
		code:    2,
	},
	{
		name:    "the agreement and the public address are missing",
		without: []string{"agreement.files", "server.public_url"},
		missing: []string{agreementText, publicAddress},
		ok:      []string{"feishu.credentials", "esign.app", "tencent.sms_template"},
		skipped: []string{
			"agreement.files", "agreement.page", "server.trusted_proxies", "feishu.redirect_url", "feishu.webhook",
		},
		code: 2,
	},
	{
		name:    "an agreement without its version",
		with:    map[string]string{"agreement.files": "[{title: 数字证书服务协议, path: config.yaml}]"},
		missing: []string{elsewhere},
		ok:      []string{"esign.app", "feishu.webhook"},
		skipped: []string{"agreement.files", "agreement.page"},
		code:    2,
	},
	{
		name: "an agreement whose file is not there",
		with: map[string]string{
			"agreement.files": `[{title: 数字证书服务协议, version: "1", path: /does/not/exist}]`,
		},
		ok:      []string{"esign.app", "feishu.webhook"},
		skipped: []string{"agreement.files", "agreement.page"},
		code:    2,
	},
	{
		name:    "an app id without its secret",
		without: []string{"feishu.app_secret"},
		missing: []string{theApp, paidScope},
		ok:      []string{"esign.app", "tencent.sms_template"},
		skipped: []string{"feishu.credentials"},
		code:    2,
	},
	{
		name:    "a key that no platform gives out",
		with:    map[string]string{"security.keyset_file": ""},
		missing: []string{elsewhere},
		ok:      []string{"feishu.credentials", "store"},
		skipped: []string{"security.keyset_file"},
		code:    2,
	},
	{
		name:    "the paid scope is not granted yet",
		change:  func(c *checked) { c.world.Feishu.Revoke("human_authentication:identity") },
		missing: []string{paidScope},
		ok:      []string{"feishu.credentials", "esign.app"},
		skipped: []string{"feishu.identity"},
		code:    1,
	},
	{
		name:    "a wrong value beside a missing one",
		without: []string{"esign.app_secret"},
		with:    map[string]string{"verification.tencent.region": "X"},
		missing: []string{entitlement},
		ok:      []string{"feishu.credentials"},
		skipped: []string{"esign.app", "tencent.sms_template"},
		code:    2,
	},
	{
		name:    "a wrong secret beside a missing key",
		without: []string{"esign.app_id"},
		with:    map[string]string{"feishu.app_secret": "wrongSecretEXAMPLE"},
		missing: []string{paidScope, entitlement},
		ok:      []string{"tencent.sms_template"},
		skipped: []string{"feishu.bot", "esign.app"},
		code:    2,
	},
	{
		name: "the bot is off",
		change: func(c *checked) {
			c.world.Feishu.Set(func(k *feishu.Behaviour) { k.BotOff = true })
		},
		ok:   []string{"feishu.credentials", "esign.app"},
		code: 1,
	},
}

// TestCheckOfAnIncompleteConfiguration checks that what is there is checked, that what is missing is listed in the
// order in which to ask for it, and that the exit code says so.
func TestCheckOfAnIncompleteConfiguration(t *testing.T) {
	t.Parallel()
	for _, tc := range incompleteCases {
		t.Run(tc.name, func(t *testing.T) {
			c := newChecked(t)
			for key := range c.values {
				if slices.ContainsFunc(tc.without, func(p string) bool { return strings.HasPrefix(key, p) }) {
					delete(c.values, key)
				}
			}
			for key, value := range tc.with {
				c.values[key] = value
			}
			if tc.change != nil {
				tc.change(c)
			}
			cfg, mistakes, err := config.LoadIncomplete(files.WriteTemp(t, "config.yaml", ""), config.Environ(c.values))
			if err != nil {
				t.Fatal(err)
			}
			for i, lang := range []string{"zh", "en"} {
				text, found, err := report(t, cfg, mistakes, lang)
				var want []string
				for _, title := range tc.missing {
					want = append(want, strings.Split(title, "|")[i])
				}
				if got := listed(text); !slices.Equal(got, want) {
					t.Errorf("%s: got the list %q, want %q in\n%s", lang, got, want, text)
				}
				code := 0
				if err != nil {
					code = cmd.ExitCode(err)
				}
				if code != tc.code {
					t.Errorf("%s: got exit code %d (%v), want %d", lang, code, err, tc.code)
				}
				for outcome, ids := range map[doctor.Outcome][]string{doctor.OK: tc.ok, "skipped": tc.skipped} {
					for _, id := range ids {
						if found[id] != outcome {
							t.Errorf("%s: got %q for %s, want %q in\n%s", lang, found[id], id, outcome, text)
						}
					}
				}
				for _, m := range mistakes {
					if !strings.Contains(text, m.Path) {
						t.Errorf("%s: got no %s, want it named in\n%s", lang, m.Path, text)
					}
				}
			}
		})
	}
}

// report returns the report as text, and the outcomes in the one for scripts.
func report(t *testing.T, cfg config.Config, mistakes []config.Mistake, lang string) (
	text string, outcomes map[string]doctor.Outcome, err error,
) {
	t.Helper()
	var human, raw bytes.Buffer
	for out, asJSON := range map[*bytes.Buffer]bool{&human: false, &raw: true} {
		d, failed := doctor.New(cfg, mistakes...)
		if failed != nil {
			t.Fatal(failed)
		}
		err = d.Report(t.Context(), out, lang, asJSON)
		d.Close()
	}
	var list []struct {
		ID      string
		Outcome doctor.Outcome
		Takes   string
	}
	if err := json.Unmarshal(raw.Bytes(), &list); err != nil {
		t.Fatalf("got no JSON array: %v\n%s", err, raw.String())
	}
	outcomes = map[string]doctor.Outcome{}
	for _, f := range list {
		outcomes[f.ID] = f.Outcome
	}
	return human.String(), outcomes, err
}

// listed returns the titles of the numbered list.
func listed(text string) (titles []string) {
	for _, m := range regexp.MustCompile(`(?m)^\d+\. (.+)$`).FindAllStringSubmatch(text, -1) {
		titles = append(titles, m[1])
	}
	return titles
}
