package doctor

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"shiming/config"
	"shiming/e2e/files"
)

// mistakes are what loading a configuration reports.
func mistakes(t *testing.T, path string, env ...string) []string {
	t.Helper()
	_, err := config.Load(path, env)
	if err == nil {
		return nil
	}
	bad, ok := errors.AsType[*config.Error](err)
	if !ok {
		t.Fatalf("%T", err)
	}
	return bad.Problems
}

// TestConfigurationInChinese: whatever config.Load says of a key, check can say in Chinese, and the key and what was meant stay.
func TestConfigurationInChinese(t *testing.T) {
	t.Parallel()
	path := files.WriteTemp(t, "config.yaml", files.CompleteConfig)
	seen := map[string]bool{}
	for _, environ := range [][]string{
		{"SHIMING_SERVER_LISTEN=x", "SHIMING_SERVER_ADMIN_LISTEN=x", "SHIMING_SERVER_PUBLIC_URL=x", "SHIMING_FEISHU_BASE_URL=http://example.com",
			"SHIMING_FEISHU_APP_ID=", "SHIMING_HR_ADMINS=", "SHIMING_REVIEW_REQUIRED=x", "SHIMING_OCR_PER_SECOND=x", "SHIMING_TIMING_CODE_TTL=x",
			"SHIMING_TIMING_CODE_RESEND=0s", "SHIMING_TIMING_EXPIRE_AFTER=400h", "SHIMING_STORE_DSN=x", "SHIMING_ESIGN_EVIDENCE_REVISION=2025-10",
			"SHIMING_ESIGN_BASE_URL=https://example.com/x", "SHIMING_FEISHU_APP_SECRET_FILE=/does/not/exist", "SHIMING_VERIFICATION_TENCENT_REGION=X",
			"SHIMING_VERIFICATION_TENCENT_SECRET_ID=", "SHIMING_VERIFICATION_TENCENT_SMS_SIGN_NAME=【x】", "SHIMING_VERIFICATION_TENCENT_ENDPOINT_SMS=http://example.com",
			"SHIMING_VERIFICATION_TENCENT_ENDPOINT_FACEID=ftp://example.com"},
		{"SHIMING_VERIFICATION_METHOD=face", "SHIMING_HR_ADMINS=a@example.com"},
		{"SHIMING_VERIFICATION_TENCENT_ENDPOINT_SMS=https://example.com/x", "SHIMING_VERIFICATION_TENCENT_ENDPOINT_FACEID=https://a b"},
		{"SHIMING_FEISHU_APP_TYPE=marketplace", "SHIMING_FEISHU_TRANSPORT=websocket", "SHIMING_HR_REVIEW_CHAT=oc_1"},
	} {
		for _, p := range mistakes(t, path, environ...) {
			seen[p] = true
		}
	}
	for _, file := range []string{files.WriteTemp(t, "unknown.yaml", files.CompleteConfig+"\nfeishu2:\n  app_id: x\nnonsense: 1\n"), files.WriteTemp(t, "broken.yaml", "a: [\n"), filepath.Join(t.TempDir(), "none.yaml")} {
		for _, p := range mistakes(t, file) {
			seen[p] = true
		}
	}
	if len(seen) < 25 {
		t.Errorf("only %d mistakes were made", len(seen))
	}
	for p := range seen {
		key, _, _ := strings.Cut(p, ": ")
		zh := Translated(&config.Error{Problems: []string{p}}, "zh").Problems[0]
		_, why, told := strings.Cut(zh, "：")
		if !told || !strings.HasPrefix(zh, key) || !strings.ContainsFunc(why, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%q is %q in Chinese", p, zh)
		}
		if en := Translated(&config.Error{Problems: []string{p}}, "en").Problems[0]; en != p {
			t.Errorf("%q is %q in English", p, en)
		}
	}
}
