package cards

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

//go:embed texts.json
var textsFile []byte

// texts maps a text id to its two languages. The file is part of the program, so an invalid one panics at start.
var texts = func() map[string]text {
	var file map[string]struct{ ZH, EN string }
	if err := json.Unmarshal(textsFile, &file); err != nil {
		panic("cards: texts.json: " + err.Error())
	}
	out := make(map[string]text, len(file))
	for id, t := range file {
		out[id] = text{zh: t.ZH, en: t.EN, trusted: true}
	}
	return out
}()

// text is a text in both languages.
type text struct {
	zh, en string
	// trusted is set if the text consists of texts.json and figures only. Only trusted texts may contain markup.
	trusted bool
}

func (t text) empty() bool { return t.zh == "" }

// arg is the value of a {placeholder}.
type arg struct {
	key string
	val text
}

// intArg is a number.
func intArg(key string, n int) arg {
	s := strconv.Itoa(n)
	return arg{key, text{zh: s, en: s, trusted: true}}
}

// timeArg is a time, to the minute.
func timeArg(key string, t time.Time) arg { return arg{key, sameText(Stamp(t))} }

// textArg is another text.
func textArg(key string, t text) arg { return arg{key, t} }

// quotedArg is a text of a person or of another system.
func quotedArg(key, s string) arg { return arg{key, foreignText(s, maxArg)} }

// sameText is a trusted text that is the same in both languages.
func sameText(s string) text { return text{zh: s, en: s, trusted: true} }

// foreignText is a text of a person or of another system: cleaned, masked and at most max characters long.
func foreignText(s string, max int) text {
	s = cleanText(s, max)
	return text{zh: s, en: s}
}

// tr returns the text with this id and fills its placeholders. A placeholder without an argument becomes the text
// "missing.<key>" or a dash. An unknown id gives an empty text; a test checks that no builder uses one.
func tr(id string, args ...arg) text { return fillPlaceholders(texts[id], args) }

// codeText returns the text of a code of a catalogue, e.g. codeText("reason", "blurred"). Codes come from other
// packages and from the database. A code that this version does not know gets the catalogue's text "other".
func codeText(family, code string, args ...arg) text {
	t, ok := texts[family+"."+code]
	if !ok {
		t = texts[family+".other"]
	}
	return fillPlaceholders(t, args)
}

// HasText reports whether a text with this id exists, e.g. "photo.too_small". Tests of packages that produce codes use
// it.
func HasText(id string) bool {
	_, ok := texts[id]
	return ok
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func fillPlaceholders(t text, args []arg) text {
	side := func(s string, pick func(text) string) string {
		return placeholder.ReplaceAllStringFunc(s, func(p string) string {
			key := p[1 : len(p)-1]
			for _, a := range args {
				if a.key == key && !a.val.empty() {
					return pick(a.val)
				}
			}
			if m, ok := texts["missing."+key]; ok {
				return pick(m)
			}
			return "–"
		})
	}
	out := text{
		zh:      side(t.zh, func(v text) string { return v.zh }),
		en:      side(t.en, func(v text) string { return v.en }),
		trusted: t.trusted,
	}
	for _, a := range args {
		out.trusted = out.trusted && a.val.trusted
	}
	return out
}

// argsFrom converts arguments from other packages. Values of the keys in argFamily are codes, which it translates. It
// quotes all other values.
func argsFrom(args map[string]string) []arg {
	out := make([]arg, 0, len(args))
	for key, value := range args {
		if id := argFamily[key] + "." + value; HasText(id) {
			out = append(out, textArg(key, texts[id]))
			continue
		}
		out = append(out, quotedArg(key, value))
	}
	return out
}

// argFamily gives the catalogue to which the value of an argument belongs.
var argFamily = map[string]string{
	"what":   "did",
	"field":  "label",
	"state":  "state",
	"reason": "reason",
	"side":   "side",
}

// join concatenates the non-empty texts. The result is trusted if all of them are.
func join(sep text, parts ...text) text {
	var zh, en []string
	ours := sep.trusted
	for _, p := range parts {
		if p.empty() {
			continue
		}
		zh, en = append(zh, p.zh), append(en, p.en)
		ours = ours && p.trusted
	}
	return text{zh: strings.Join(zh, sep.zh), en: strings.Join(en, sep.en), trusted: ours}
}

// prefix puts a sign before a text.
func prefix(sign string, t text) text {
	return text{zh: sign + t.zh, en: sign + t.en, trusted: t.trusted}
}

// CodeText returns the text of a code in a language, zh or en, e.g. CodeText("state", "done", "zh"). Pages of other
// packages say the same words as the cards.
func CodeText(family, code, lang string) string {
	return codeText(family, code).in(lang)
}

// in returns the text in zh or en.
func (t text) in(lang string) string {
	if lang == "zh" {
		return t.zh
	}
	return t.en
}
