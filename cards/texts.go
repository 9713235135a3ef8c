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

// texts maps a text id to its two languages. The file is part of the program, so a mistake in it is a build mistake:
// the package refuses to load.
var texts = func() map[string]text {
	var file map[string]struct{ ZH, EN string }
	if err := json.Unmarshal(textsFile, &file); err != nil {
		panic("cards: texts.json: " + err.Error())
	}
	out := make(map[string]text, len(file))
	for id, t := range file {
		out[id] = text{zh: t.ZH, en: t.EN, ours: true}
	}
	return out
}()

// text is something shown, in both languages.
type text struct {
	zh, en string
	ours   bool // composed of our own words and figures only; the sole kind that markdown may show
}

func (t text) empty() bool { return t.zh == "" }

// arg fills one {placeholder}.
type arg struct {
	key string
	val text
}

// num is a figure.
func num(key string, n int) arg {
	s := strconv.Itoa(n)
	return arg{key, text{zh: s, en: s, ours: true}}
}

// at is a moment, to the minute.
func at(key string, t time.Time) arg { return arg{key, same(Stamp(t))} }

// own is another text of this package.
func own(key string, t text) arg { return arg{key, t} }

// said is something that a person or another system said; it makes the whole text unfit for markdown.
func said(key, s string) arg { return arg{key, personal(s, maxArg)} }

// same is a text of our own that reads alike in both languages.
func same(s string) text { return text{zh: s, en: s, ours: true} }

// personal is a text of somebody else: cleaned, masked and at most max characters long.
func personal(s string, max int) text {
	s = clean(s, max)
	return text{zh: s, en: s}
}

// tr returns the text id with its placeholders filled. A placeholder without argument gets the text "missing.<key>",
// or a dash; an unknown id gives an empty text (a test holds that no builder asks for one).
func tr(id string, args ...arg) text { return fill(texts[id], args) }

// of returns the text of one member of a catalogue, e.g. of("reason", "blurred"). Codes come from other rooms and from
// stored rows; one that this version does not know gets the catalogue's neutral "other".
func of(family, code string, args ...arg) text {
	t, ok := texts[family+"."+code]
	if !ok {
		t = texts[family+".other"]
	}
	return fill(t, args)
}

// HasText says whether a text with this id exists, e.g. "photo.too_small". Rooms that produce codes use it in their
// tests.
func HasText(id string) bool {
	_, ok := texts[id]
	return ok
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func fill(t text, args []arg) text {
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
		zh:   side(t.zh, func(v text) string { return v.zh }),
		en:   side(t.en, func(v text) string { return v.en }),
		ours: t.ours,
	}
	for _, a := range args {
		out.ours = out.ours && a.val.ours
	}
	return out
}

// given turns arguments from outside into args. Values of the keys in argFamily are codes and are translated; every
// other value is shown as it is.
func given(args map[string]string) []arg {
	out := make([]arg, 0, len(args))
	for key, value := range args {
		if id := argFamily[key] + "." + value; HasText(id) {
			out = append(out, own(key, texts[id]))
			continue
		}
		out = append(out, said(key, value))
	}
	return out
}

// argFamily names the catalogue that the value of an argument belongs to.
var argFamily = map[string]string{
	"what":   "did",
	"field":  "label",
	"state":  "state",
	"reason": "reason",
	"side":   "side",
}

// joined puts texts behind each other; empty ones are left out.
func joined(sep text, parts ...text) text {
	var zh, en []string
	ours := sep.ours
	for _, p := range parts {
		if p.empty() {
			continue
		}
		zh, en = append(zh, p.zh), append(en, p.en)
		ours = ours && p.ours
	}
	return text{zh: strings.Join(zh, sep.zh), en: strings.Join(en, sep.en), ours: ours}
}

// prefixed puts a sign of ours before a text.
func prefixed(sign string, t text) text {
	return text{zh: sign + t.zh, en: sign + t.en, ours: t.ours}
}
