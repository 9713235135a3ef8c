package doctor

import "strings"

// Language returns zh or en: the flag, or else the language of the POSIX locale variables.
func Language(flag string, getenv func(string) string) string {
	if flag == "zh" || flag == "en" {
		return flag
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}

// Text is a text in both languages.
type Text struct{ ZH, EN string }

// In returns the text in a language, zh or en.
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.ZH
	}
	return t.EN
}
