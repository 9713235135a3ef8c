package playground

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"shiming/sim/specimen"
)

// masker hides personal data in the product's format: 张*, 110***********0123, 138****5678. The people are fictional,
// but the page shows what an operator may see. Values that people typed into a form are hidden everywhere from then
// on.
type masker struct {
	mu      sync.RWMutex
	words   map[string]string // names and addresses, with their masks
	codes   map[string]bool   // of text messages
	replace *strings.Replacer // built from words; nil after a change
}

// addPerson registers a person's name and address.
func (m *masker) addPerson(p specimen.Person) {
	m.addWord(p.Name, maskName(p.Name))
	m.addWord(p.Address, maskAddress(p.Address))
}

func (m *masker) addWord(plain, shown string) {
	if utf8.RuneCountInString(plain) < 2 {
		return // one character would match anywhere
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.words == nil {
		m.words = map[string]string{}
	}
	m.words[plain], m.replace = shown, nil
}

func (m *masker) addCode(code string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.codes == nil {
		m.codes = map[string]bool{}
	}
	m.codes[code] = true
}

// learnForm registers the values of a submitted form.
func (m *masker) learnForm(event []byte) {
	var in struct {
		Event struct {
			Action struct {
				Form map[string]any `json:"form_value"`
			} `json:"action"`
		} `json:"event"`
	}
	if json.Unmarshal(event, &in) != nil {
		return
	}
	for name, v := range in.Event.Action.Form {
		s, _ := v.(string)
		switch fieldKinds[name] {
		case kindName:
			m.addWord(s, maskName(s))
		case kindNumber, kindBank:
			m.addWord(s, maskNumber(s))
		case kindMobile:
			m.addWord(s, maskMobile(s))
		case kindCode:
			m.addCode(s)
		}
	}
}

type fieldKind int

const (
	kindPlain fieldKind = iota
	kindName
	kindNumber
	kindMobile
	kindAddress
	kindBirth
	kindCode
	kindBank
	kindSecret
)

// fieldKinds lists the JSON keys whose values are always hidden.
var fieldKinds = map[string]fieldKind{
	"identity_name": kindName,
	"Name":          kindName,
	"psnName":       kindName,
	"operator_name": kindName,
	"en_name":       kindName,
	"nickname":      kindName,

	"identity_code": kindNumber,
	"IdCard":        kindNumber,
	"Idcard":        kindNumber,
	"cardNo":        kindNumber,

	"mobile":         kindMobile,
	"Phone":          kindMobile,
	"PhoneNumber":    kindMobile,
	"PhoneNumberSet": kindMobile,

	"address": kindAddress,
	"birth":   kindBirth,

	"sms_code":         kindCode,
	"smsCode":          kindCode,
	"TemplateParamSet": kindCode,

	"bank_card": kindBank,
	"bankCard":  kindBank,
	"BankCard":  kindBank,

	"token":               kindSecret,
	"tenant_access_token": kindSecret,
	"app_access_token":    kindSecret,
	"access_token":        kindSecret,
	"app_secret":          kindSecret,
	"client_secret":       kindSecret,
	"encrypt":             kindSecret,
	"signature":           kindSecret,
	"sign":                kindSecret,
	"challenge":           kindSecret,
	"certAgreementReadIP": kindSecret,
	"BizToken":            kindSecret,
	"BestFrame":           kindSecret,
}

const hidden = "•••"

func maskName(s string) string {
	r := []rune(s)
	if len(r) < 2 {
		return strings.Repeat("*", len(r))
	}
	return string(r[0]) + strings.Repeat("*", len(r)-1)
}

func maskNumber(s string) string {
	if len(s) < 11 {
		return strings.Repeat("*", len(s))
	}
	return s[:3] + strings.Repeat("*", len(s)-7) + s[len(s)-4:]
}

func maskMobile(s string) string {
	if len(s) < 11 {
		return strings.Repeat("*", len(s))
	}
	return s[:len(s)-8] + "****" + s[len(s)-4:]
}

func maskAddress(s string) string {
	r := []rune(s)
	return string(r[:min(3, len(r))]) + "****"
}

func (k fieldKind) mask(s string) string {
	switch k {
	case kindName:
		return maskName(s)
	case kindNumber, kindBank:
		return maskNumber(s)
	case kindMobile:
		return maskMobile(s)
	case kindAddress:
		return maskAddress(s)
	case kindBirth:
		return s[:min(4, len(s))] + "****"
	case kindCode:
		return strings.Repeat("*", utf8.RuneCountInString(s))
	case kindSecret:
		return hidden
	}
	return s
}

var (
	digitRuns = regexp.MustCompile(`[0-9]{4,}[Xx]?`)
	pageLink  = regexp.MustCompile(`(/agreement/(?:face/)?)[A-Za-z0-9_-]{20,}`)
	webLink   = regexp.MustCompile(`(https?://[^\s?"]+)\?[^\s"]*`)
)

// text masks names, addresses, numbers, mobiles and codes in a text. It also drops the queries of links and what names a
// case in one to the agreement page, because they carry signatures.
func (m *masker) text(s string) string {
	if len(s) < 2 {
		return s
	}
	s = m.replacer().Replace(s)
	m.mu.RLock()
	defer m.mu.RUnlock()
	s = digitRuns.ReplaceAllStringFunc(s, func(run string) string {
		switch bare := strings.TrimRight(run, "Xx"); {
		case len(run) == 18:
			return maskNumber(run)
		case len(bare) == 11 && bare[0] == '1', len(bare) == 13 && strings.HasPrefix(bare, "861"):
			return maskMobile(run)
		case m.codes[bare]:
			return strings.Repeat("*", len(run))
		}
		return run
	})
	s = pageLink.ReplaceAllString(s, "$1"+hidden)
	return webLink.ReplaceAllString(s, "$1?"+hidden)
}

func (m *masker) replacer() *strings.Replacer {
	m.mu.RLock()
	r := m.replace
	m.mu.RUnlock()
	if r != nil {
		return r
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.replace == nil {
		plain := make([]string, 0, len(m.words))
		for w := range m.words {
			plain = append(plain, w)
		}
		// The replacer takes the first match, so longer words come first: 样甲明 before 样甲.
		slices.SortFunc(plain, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
		pairs := make([]string, 0, 2*len(plain))
		for _, w := range plain {
			pairs = append(pairs, w, m.words[w])
		}
		m.replace = strings.NewReplacer(pairs...)
	}
	return m.replace
}

// value masks a decoded JSON value. kind is the kind that its key implies. Strings that hold JSON, such as the
// content of a message, are decoded and masked too.
func (m *masker) value(v any, kind fieldKind) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = m.value(v[i], kind)
		}
	case map[string]any:
		m.object(v, kind)
	case json.Number:
		if kind != kindPlain {
			return kind.mask(v.String())
		}
		return json.Number(v.String())
	case string:
		if kind != kindPlain {
			return kind.mask(v)
		}
		if len(v) > 1 && (v[0] == '{' || v[0] == '[') {
			if inner, ok := decodeJSON([]byte(v)); ok {
				return m.value(inner, kindPlain)
			}
		}
		if len(v) > 2048 && base64Like.MatchString(v) {
			return "(Base64, " + sizeOf(int64(len(v))) + ")"
		}
		return m.text(v)
	}
	return v
}

var base64Like = regexp.MustCompile(`^[A-Za-z0-9+/_=-]+$`)

func (m *masker) object(o map[string]any, outer fieldKind) {
	named, _ := o["name"].(string) // the name of a card's field
	typed, _ := o["type"].(string) // the type of an entity in an OCR result
	_, isIdentity := o["cardNo"]   // the object is an identity at e签宝
	for k, v := range o {
		kind := fieldKinds[k]
		switch {
		case kind != kindPlain:
		case k == "default_value" || k == "i18n_default_value":
			kind = fieldKinds[named]
		case k == "value" && fieldKinds[typed] != kindPlain:
			kind = fieldKinds[typed]
		case k == "name" && isIdentity:
			kind = kindName
		default:
			kind = outer
		}
		if kind != kindPlain {
			if _, isObject := v.(map[string]any); isObject && kind != kindSecret && k != "i18n_default_value" {
				kind = kindPlain // the key has another meaning for objects
			}
		}
		o[k] = m.value(v, kind)
	}
}
