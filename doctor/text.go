package doctor

import "strings"

// Language picks zh or en from the flag, or from what POSIX says about the environment.
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

// phrase is a text in both languages.
type phrase struct{ zh, en string }

func (w phrase) in(lang string) string {
	if lang == "zh" {
		return w.zh
	}
	return w.en
}
