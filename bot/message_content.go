package bot

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"shiming/flows"
)

const (
	maxText   = 2000 // characters of a text; the rest is dropped
	maxPhotos = 20   // pictures of one message; the rest is dropped
)

// content is the decoded content of a message.
type content struct {
	text        string
	cut         bool // the text was longer than maxText
	photos      []flows.PhotoRef
	unsupported string // message type that the bot cannot use, else ""
}

// decodeContent decodes the content of a message, which is JSON in a string (page "接收消息内容结构"). It treats every file
// as a picture, because a file name says nothing about the bytes; it notes whether the name is that of a table. Content that it cannot decode is unsupported.
func decodeContent(kind, raw string, mentions []string) content {
	var c struct {
		Text     string `json:"text"`
		ImageKey string `json:"image_key"`
		FileKey  string `json:"file_key"`
		FileName string `json:"file_name"`
	}
	none := content{unsupported: kind}
	switch kind {
	case "text", "image", "file":
	case "post":
		return decodePost(raw, mentions)
	case "":
		return content{unsupported: "unknown"}
	default:
		return none
	}
	if json.Unmarshal([]byte(raw), &c) != nil {
		return none
	}
	switch kind {
	case "text":
		return content{text: normalize(c.Text, mentions), cut: utf8.RuneCountInString(c.Text) > maxText}
	case "image":
		if c.ImageKey == "" {
			return none
		}
		return content{photos: []flows.PhotoRef{{FileKey: c.ImageKey, Kind: "image"}}}
	}
	if c.FileKey == "" {
		return none
	}
	return content{photos: []flows.PhotoRef{{FileKey: c.FileKey, Kind: "file", Table: isTable(c.FileName)}}}
}

// isTable reports whether a file's name is that of a table or a text. The name itself leads no further.
func isTable(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xlsx", ".xls", ".csv", ".tsv", ".txt":
		return true
	}
	return false
}

// normalize removes mentions and control characters and returns at most maxText characters. It applies NFKC, which
// turns full-width digits and letters into ASCII.
func normalize(s string, mentions []string) string {
	for _, key := range slices.Concat(mentions, []string{"@_all"}) {
		s = strings.ReplaceAll(s, key, " ")
	}
	s = norm.NFKC.String(truncate(s, 2*maxText))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(truncate(strings.TrimSpace(s), maxText))
}

// truncate returns the first n characters of s.
func truncate(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
