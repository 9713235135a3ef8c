package privacy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
)

// Words is a text in both languages. The key of a setting in braces, as in {timing.photo_grace}, stands for its value.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Fact is one kind of data that is kept.
type Fact struct {
	ID string `json:"id"`
	// Tables are those of the database that hold it; none for what leaves the program, such as its log.
	Tables []string `json:"tables"`
	// Pseudonymous is set if it still names a person by the id of the Feishu account when everything of the person is
	// deleted.
	Pseudonymous bool `json:"pseudonymous,omitempty"`
	// Personal are the fields of flows.Personal that it means.
	Personal []string `json:"personal,omitempty"`
	// Consent are the sentences of the consent text about it.
	Consent []Said `json:"consent,omitempty"`
	What    Words  `json:"what"`
	How     Words  `json:"how"`   // how it is protected
	Until   Words  `json:"until"` // when it is deleted
}

// Viewer is somebody who may see something of it.
type Viewer struct {
	ID      string `json:"id"`
	Consent []Said `json:"consent,omitempty"` // the sentences of the consent text about it
	Who     Words  `json:"who"`
	What    Words  `json:"what"`
}

// Recipient is somebody outside the program who receives something of it.
type Recipient struct {
	ID string `json:"id"`
	// Consent are the sentences of the consent text that name it, Disclosed the codes of the list of who received it
	// on the card 我的资料 (texts "disclosed.<code>").
	Consent   []Said   `json:"consent,omitempty"`
	Disclosed []string `json:"disclosed,omitempty"`
	Who       Words    `json:"who"`
	What      Words    `json:"what"`
	When      Words    `json:"when"`
	Why       Words    `json:"why"`
}

//go:embed facts.json
var raw []byte

var table = func() (t struct {
	Consent    []Said      `json:"consent"` // sentences that belong to no row: purposes, the place, rights
	Data       []Fact      `json:"data"`
	Viewers    []Viewer    `json:"viewers"`
	Recipients []Recipient `json:"recipients"`
}) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		panic("privacy: facts.json: " + err.Error()) // a file of the program
	}
	return t
}()

// Data returns what is kept.
func Data() []Fact { return slices.Clone(table.Data) }

// Viewers returns who may see it.
func Viewers() []Viewer { return slices.Clone(table.Viewers) }

// Recipients returns who receives it.
func Recipients() []Recipient { return slices.Clone(table.Recipients) }

var settingInWords = regexp.MustCompile(`\{([a-z_.]+)\}`)

// Settings returns the keys of the settings on which the words depend.
func (w Words) Settings() (keys []string) {
	for _, m := range settingInWords.FindAllStringSubmatch(w.ZH+w.EN, -1) {
		if !slices.Contains(keys, m[1]) {
			keys = append(keys, m[1])
		}
	}
	return keys
}

// Fill returns the words with the value of each setting. value returns it in both languages.
func (w Words) Fill(value func(setting string) Words) Words {
	fill := func(text string, side func(Words) string) string {
		return settingInWords.ReplaceAllStringFunc(text, func(found string) string {
			return side(value(found[1 : len(found)-1]))
		})
	}
	return Words{
		ZH: fill(w.ZH, func(w Words) string { return w.ZH }),
		EN: fill(w.EN, func(w Words) string { return w.EN }),
	}
}
