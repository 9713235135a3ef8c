package cards

import (
	"bytes"
	"encoding/json"
)

// Header colours by mood.
const (
	moodTurn  = "blue"   // the reader is to do something
	moodWait  = "wathet" // somebody else is
	moodGood  = "green"
	moodCare  = "orange" // something needs another look
	moodBad   = "red"
	moodOver  = "grey"
	moodPlain = "turquoise"
)

// frame is a whole card before it becomes JSON.
type frame struct {
	title    text
	mood     string // header template
	state    text   // the tag beside the title; empty = none
	ink      string // colour of the tag
	elements []node
}

// json writes the card. Title and summary (the preview in the list of chats) are texts of our own without arguments of
// people, so no personal data gets into notifications.
func (f frame) json() json.RawMessage {
	header := node{"title": plainText(f.title), "template": f.mood}
	if !f.state.empty() {
		header["text_tag_list"] = []node{{"tag": "text_tag", "text": plainText(f.state), "color": f.ink}}
	}
	card := node{
		"schema": "2.0",
		"config": node{
			"update_multi":   true,
			"enable_forward": false,
			"width_mode":     "default",
			"summary":        node{"content": f.title.zh, "i18n_content": i18n(f.title)},
		},
		"header": header,
		"body":   node{"direction": "vertical", "vertical_spacing": "medium", "elements": f.elements},
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // < and > would take six bytes each of the 30 KB
	if err := enc.Encode(card); err != nil {
		panic("cards: " + err.Error()) // maps of strings, numbers and bools always encode
	}
	return json.RawMessage(bytes.TrimSpace(b.Bytes()))
}
