package evidence

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Verdict is the result of a verification.
type Verdict string

// Verdicts.
const (
	// Intact: the bundle is as it was signed, by one of the given keys.
	Intact Verdict = "intact"
	// KeyUnproven: the bundle is as it was signed, by the key that it names itself. Whose key that is, is not proven.
	KeyUnproven Verdict = "key_unproven"
	// OtherKey: the bundle is as it was signed, by a key that is not among the given ones.
	OtherKey Verdict = "other_key"
	// Altered: the bundle is not as it was signed.
	Altered Verdict = "altered"
	// NoBundle: the file is no bundle, or none that this program can read.
	NoBundle Verdict = "no_bundle"
)

// Arg fills a placeholder of a text.
type Arg struct{ Name, Value string }

func arg(name string, value any) Arg { return Arg{name, fmt.Sprint(value)} }

// Finding is something that a verification has found (texts "found.<code>").
type Finding struct {
	Code string
	Args []Arg
}

func found(code string, args ...Arg) Finding { return Finding{code, args} }

// Report is the result of Verify.
type Report struct {
	Verdict  Verdict
	KeyID    string    // of the key that signed; "" if nobody did
	Findings []Finding // what is wrong
	Record   *Record   // what was signed; nil unless a signature covers it
	// At is the place of the first altered byte, counted from 1; 0 if it is not known.
	At int
}

// Text says the report in a language, one of Languages.
func (r Report) Text(lang string) string {
	lines := []string{tr(lang, "verdict."+string(r.Verdict), arg("kid", r.KeyID))}
	for _, f := range r.Findings {
		lines = append(lines, "  "+tr(lang, "found."+f.Code, f.Args...))
	}
	if c := r.Record; c != nil {
		lines = append(lines, "  "+tr(lang, "about", arg("case", c.Case.ID), arg("at", at(c.Export.At)),
			arg("rows", len(c.Audit.Rows))))
		if c.Filed != nil {
			lines = append(lines, "  "+tr(lang, "about_point", arg("point", c.Filed.Point), arg("at", at(c.Filed.At))))
		}
		for i, row := range c.Audit.Rows {
			if len(row.Withheld) > 0 {
				lines = append(lines, "  "+tr(lang, "about_withheld", arg("row", i+1)))
			}
		}
	}
	if t := tr(lang, "advice."+string(r.Verdict)); t != "" {
		lines = append(lines, "  "+t)
	}
	return strings.Join(lines, "\n") + "\n"
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// moment formats a time in Unix milliseconds.
func moment(ms int64) string { return stamp(time.UnixMilli(ms)) }
