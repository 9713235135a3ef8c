package doctor

import (
	"strings"
	"testing"
	"time"

	"shiming/config"
)

// TestRetentionInWords: check says how long personal data is kept, in the words of the consent text, and warns of what
// should be somebody's choice.
func TestRetentionInWords(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name           string
		change         func(*config.Config)
		outcome        Outcome
		zh, en, remedy string
	}{
		{"defaults", func(*config.Config) {}, OK, "保存到你离职满 3 年", "until 3 years after you leave", ""},
		{"unfinished", func(*config.Config) {}, OK, "没有办成的，信息在流程结束后 30 天内删除", "not registered, the details are deleted within 30 d", ""},
		{"at once", func(c *config.Config) { c.Timing.UnfinishedRetention = 0 }, OK, "没有办成的，信息在流程结束后马上删除",
			"deleted as soon as the process ends", ""},
		{"both", func(c *config.Config) { c.Timing.FieldRetention = 100 * day }, OK, "保存 100 天；你离职的，保存到离职满 3 年",
			"whichever comes first", ""},
		{"for ever", func(c *config.Config) { c.Timing.LeaverRetention = 0 }, Warning, "没有保存期限", "without a limit",
			"timing.leaver_retention"},
		{"photos", func(c *config.Config) { c.Timing.PhotoGrace = 10 * day }, Warning, "10 天内删除", "within 10 d",
			"timing.photo_grace"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config.Defaults()
			tt.change(&cfg)
			got := (&Doctor{cfg: cfg}).checkRetention(t.Context())
			if got.outcome != tt.outcome || !strings.Contains(got.found.ZH, tt.zh) || !strings.Contains(got.found.EN, tt.en) ||
				!strings.Contains(got.remedy.EN, tt.remedy) {
				t.Errorf("got %s %q %q, remedy %q; want %s with %q, %q, %q", got.outcome, got.found.ZH, got.found.EN, got.remedy.EN,
					tt.outcome, tt.zh, tt.en, tt.remedy)
			}
		})
	}
}
