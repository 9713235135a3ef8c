package doctor

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"shiming/config"
)

// TestEveryMistakeInBothLanguages checks that each code of package config has a text in both languages, with the same
// arguments.
func TestEveryMistakeInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, code := range config.Codes() {
		t.Run(string(code), func(t *testing.T) {
			m := config.Mistake{Path: "a.key", Code: code}
			for range strings.Count(chinese[code], "%s") {
				m.Args = append(m.Args, fmt.Sprintf("ARG%d", len(m.Args)))
			}
			text := misconfigured(m)
			zh, toldZH := strings.CutPrefix(text.ZH, "a.key：")
			en, toldEN := strings.CutPrefix(text.EN, "a.key: ")
			if !toldZH || !strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("got %q, want the key and Chinese", text.ZH)
			}
			if !toldEN || en == "" {
				t.Errorf("got %q, want the key and English", text.EN)
			}
			for _, said := range []string{zh, en} {
				if strings.Contains(said, "%!") || strings.Count(said, "ARG") != len(m.Args) {
					t.Errorf("got %q, want %d arguments", said, len(m.Args))
				}
			}
		})
	}
	if len(chinese) != len(config.Codes()) {
		t.Errorf("got %d Chinese texts, want one for each of %d codes", len(chinese), len(config.Codes()))
	}
}

// TestTranslated checks that a translated error still wraps the *config.Error and contains all mistakes.
func TestTranslated(t *testing.T) {
	t.Parallel()
	wrong := &config.Error{Mistakes: []config.Mistake{
		{Path: "feishu.app_idd", Code: config.MisplacedKey, Args: []string{"feishu.app_id"}},
		{Path: "ocr.per_second", Code: config.NotInRange, Args: []string{"1", "100"}},
	}}
	for lang, want := range map[string]string{
		"zh": "configuration:\n  feishu.app_idd：没有这个键（是不是 feishu.app_id？）\n  ocr.per_second：要写 1 到 100 的整数",
		"en": wrong.Error(),
	} {
		t.Run(lang, func(t *testing.T) {
			err := Translated(wrong, lang)
			if got := err.Error(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if _, ok := errors.AsType[*config.Error](err); !ok {
				t.Errorf("got a %T, want a *config.Error in it", err)
			}
		})
	}
}
