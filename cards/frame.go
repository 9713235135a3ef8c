package cards

import (
	"bytes"
	"encoding/json"
)

// Colours of the header (template), by the message of the card.
const (
	headerYourTurn = "blue"   // the reader has to act
	headerWaiting  = "wathet" // another person or the bot has to act
	headerSuccess  = "green"
	headerWarning  = "orange"
	headerError    = "red"
	headerEnded    = "grey"
	headerNeutral  = "turquoise"
)

// frame is a card before it becomes JSON.
type frame struct {
	title     text
	header    string // header template
	tag       text   // the tag beside the title; empty = none
	tagColour string // colour of the tag
	elements  []node
}

// json encodes the card. Title and summary appear in notifications and in the list of chats, so they must not contain
// personal data.
func (f frame) json() json.RawMessage {
	header := node{"title": plainText(f.title), "template": f.header}
	if !f.tag.empty() {
		header["text_tag_list"] = []node{{"tag": "text_tag", "text": plainText(f.tag), "color": f.tagColour}}
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
	enc.SetEscapeHTML(false) // an escaped < or > takes six of the 30 KB
	if err := enc.Encode(card); err != nil {
		panic("cards: " + err.Error()) // a card consists of strings, numbers and bools, which always encode
	}
	return json.RawMessage(bytes.TrimSpace(b.Bytes()))
}
