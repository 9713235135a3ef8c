package evidence

import (
	_ "embed"
	"encoding/json"
	"strings"
)

// Languages of pages and reports. The first one is the default.
var Languages = []string{"zh", "en"}

//go:embed texts.json
var textsFile []byte

// texts maps a text id to its languages. The file is part of the program, so an invalid one panics at start.
var texts = func() map[string]map[string]string {
	var out map[string]map[string]string
	if err := json.Unmarshal(textsFile, &out); err != nil {
		panic("evidence: texts.json: " + err.Error())
	}
	return out
}()

// tr returns a text and fills its {placeholders}. A test finds ids that have no text.
func tr(lang, id string, args ...Arg) string {
	s := texts[id][lang]
	for _, a := range args {
		s = strings.ReplaceAll(s, "{"+a.Name+"}", a.Value)
	}
	return s
}
