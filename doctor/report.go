package doctor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"shiming/bot"
	"shiming/config"
	"shiming/esign"
	"shiming/verify"
)

var marks = map[Outcome]string{OK: "✓", Problem: "✗", Warning: "!", Unknown: "?", skipped: "-"}

// writeFinding writes one line, and below it found, remedy and link unless the outcome is OK or skipped.
func writeFinding(w io.Writer, f finding, lang string) {
	line := marks[f.outcome] + " " + f.title.In(lang)
	found := f.found.In(lang)
	if f.outcome == OK || f.outcome == skipped {
		if found != "" {
			line += " — " + found
		}
		_, _ = fmt.Fprintln(w, line) // an error of the terminal cannot be reported
		return
	}
	_, _ = fmt.Fprintln(w, line)
	if f.code != "" {
		found += map[string]string{"zh": "（错误码 ", "en": " (code "}[lang] + f.code
		if f.logID != "" {
			found += map[string]string{"zh": "，日志 ID ", "en": ", log id "}[lang] + f.logID
		}
		found += map[string]string{"zh": "）", "en": ")"}[lang]
	}
	for _, text := range []string{found, arrow(f.remedy.In(lang)), arrow(f.link)} {
		if text != "" {
			_, _ = fmt.Fprintln(w, "    "+text)
		}
	}
}

func arrow(text string) string {
	if text == "" {
		return ""
	}
	return "→ " + text
}

// writeSummary writes the number of each outcome and the meaning of the marks.
func writeSummary(w io.Writer, all []finding, lang string) {
	n := map[Outcome]int{}
	for _, f := range all {
		n[f.outcome]++
	}
	form := "\nok %d, problems %d, warnings %d, unknown %d, skipped %d\n"
	legend := map[Outcome]string{
		Problem: "✗ has to be put right",
		Warning: "! may stay as it is",
		Unknown: "? nobody can be asked: look at it yourself",
		skipped: "- run check again when the ✗ are gone",
	}
	if lang == "zh" {
		form = "\n正常 %d，有问题 %d，提醒 %d，问不到 %d，跳过 %d\n"
		legend = map[Outcome]string{
			Problem: "✗ 必须改",
			Warning: "! 可以不改",
			Unknown: "? 程序问不到，请自己看一眼",
			skipped: "- 解决了 ✗ 再检查一次",
		}
	}
	_, _ = fmt.Fprintf(w, form, n[OK], n[Problem], n[Warning], n[Unknown], n[skipped])
	for _, o := range []Outcome{Problem, Warning, Unknown, skipped} {
		if n[o] > 0 {
			_, _ = fmt.Fprintln(w, "    "+legend[o])
		}
	}
}

// WriteReportJSON writes an array with one object for each check.
func WriteReportJSON(w io.Writer, all []finding, lang string) error {
	type entry struct {
		ID      string  `json:"id"`
		Title   string  `json:"title"`
		Outcome Outcome `json:"outcome"`
		Found   string  `json:"seen,omitempty"`
		Remedy  string  `json:"do,omitempty"`
		Link    string  `json:"link,omitempty"`
		Code    string  `json:"code,omitempty"`
		LogID   string  `json:"log_id,omitempty"`
		Takes   string  `json:"takes,omitempty"`
	}
	out := []entry{}
	for _, f := range all {
		out = append(out, entry{
			f.id,
			f.title.In(lang),
			f.outcome,
			f.found.In(lang),
			f.remedy.In(lang),
			f.link,
			f.code,
			f.logID,
			f.takes.In(lang),
		})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// ConfigReport returns the mistakes of a configuration file that cannot be read as findings.
func ConfigReport(e *config.Error) []finding { return wrongValues(e.Mistakes) }

// configuration is the id of the findings about keys.
const configuration = "config"

// wrongValues returns the mistakes in values as findings. It leaves out the missing ones.
func wrongValues(mistakes []config.Mistake) (all []finding) {
	asked := check{id: configuration, title: Text{"配置", "Configuration"}}
	for _, m := range mistakes {
		if !m.Absent() {
			all = append(all, finding{asked, result{outcome: Problem, found: misconfigured(m)}})
		}
	}
	return all
}

// refused returns the result of a check whose call failed, with the code and the log id of the platform.
func refused(o Outcome, err error, remedy Text, link string) result {
	r := result{
		outcome: o,
		remedy:  remedy,
		link:    link,
		found:   Text{"平台拒绝了", "the platform refused"},
	}
	var feishu *bot.APIError
	var evidence *esign.Error
	var supplier *verify.Error
	answered := true
	switch {
	case errors.As(err, &feishu):
		r.code, r.logID, answered = feishu.UpstreamCode(), feishu.LogID(), feishu.HTTPStatus != 0
	case errors.As(err, &evidence):
		r.code, r.logID, answered = evidence.Code, evidence.RequestID, evidence.HTTPStatus != 0
	case errors.As(err, &supplier):
		r.code, r.logID, answered = supplier.Code, supplier.RequestID, supplier.HTTPStatus != 0
	default:
		answered = false
	}
	var later interface{ Temporary() bool }
	switch {
	case !answered:
		r.found = Text{"没有回音", "no answer"}
		r.remedy = Text{
			"检查这台机器能否访问该地址（网络、DNS、代理、证书）",
			"check whether this machine reaches that address (network, DNS, proxy, certificates)",
		}
		r.link, r.noAnswer = "", true
	case errors.As(err, &later) && later.Temporary():
		r.found = Text{"平台现在太忙，或出了故障", "the platform is busy or has trouble of its own"}
		r.remedy, r.link = Text{"过一会儿再试", "try again in a while"}, ""
	}
	return r
}

// printable removes control characters, which could control a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}
