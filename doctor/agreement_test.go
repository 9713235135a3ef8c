package doctor_test

import (
	"strings"
	"testing"

	"shiming/flows"
	"shiming/store"
)

// TestAgreementsShown checks that the agreements are shown with the beginning of their hashes, and whether people will
// be asked again.
func TestAgreementsShown(t *testing.T) {
	t.Parallel()
	const name = "数字证书服务协议 20250801 e48b62a43b57"
	for _, tt := range []struct {
		name   string
		change func(*checked)
		zh, en string
	}{
		{"no database", func(*checked) {}, "✓ 协议 — " + name + "\n", "✓ Agreements — " + name + "\n"},
		{"empty database", func(c *checked) { c.database() }, "✓ 协议 — " + name + "\n", "✓ Agreements — " + name + "\n"},
		{
			"read before", func(c *checked) { c.read(certText) },
			"✓ 协议 — " + name + "\n", "✓ Agreements — " + name + "\n",
		},
		{
			"another version was read before", func(c *checked) {
				c.database(func(s *store.Store) error {
					earlier := flows.AgreementFile{Title: "数字证书服务协议", Version: "20240101", SHA256: strings.Repeat("0", 64)}
					return s.KeepAgreement(c.Context(), earlier, []byte("上一版"))
				})
			},
			"✓ 协议 — " + name + "；有新的，serve 启动后", "✓ Agreements — " + name + "; with a new text: after the start",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChecked(t)
			tt.change(c)
			for lang, want := range map[string]string{"zh": tt.zh, "en": tt.en} {
				_, _, err := c.run(lang)
				if err != nil {
					t.Errorf("%s: %v", lang, err)
				}
				if !strings.Contains(c.allOut, want) {
					t.Errorf("%s: got\n%s\nwant %q", lang, c.allOut, want)
				}
			}
		})
	}
}
