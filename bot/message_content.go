package bot

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"shiming/flows"
)

const (
	maxText   = 2000 // characters kept of a text
	maxPhotos = 20   // pictures kept of one message
)

// content is what a message says to us.
type content struct {
	text        string
	photos      []flows.PhotoRef
	unsupported string
}

// decodeContent reads the content of a message, which is JSON in a string (page "接收消息内容结构"). A file's name says
// nothing about its bytes, so every file is offered as a picture. What cannot be read is unsupported, never an error.
func decodeContent(kind, raw string, mentions []string) content {
	var c struct {
		Text     string       `json:"text"`
		ImageKey string       `json:"image_key"`
		FileKey  string       `json:"file_key"`
		Title    string       `json:"title"`
		Content  [][]postItem `json:"content"`
	}
	none := content{unsupported: kind}
	switch kind {
	case "text", "image", "file", "post":
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
		return content{text: tidy(c.Text, mentions)}
	case "image":
		if c.ImageKey == "" {
			return none
		}
		return content{photos: []flows.PhotoRef{{FileKey: c.ImageKey, Kind: "image"}}}
	case "file":
		if c.FileKey == "" {
			return none
		}
		return content{photos: []flows.PhotoRef{{FileKey: c.FileKey, Kind: "file"}}}
	}
	return decodePost(c.Title, c.Content, mentions)
}

// postItem is one piece of a rich text; the fields depend on the tag.
type postItem struct {
	Tag      string `json:"tag"`
	Text     string `json:"text"`
	ImageKey string `json:"image_key"`
}

// decodePost reads a rich text: several photos pasted together arrive as one. Without words or pictures, but with
// something else (a video, an emoji), it is unsupported.
func decodePost(title string, paragraphs [][]postItem, mentions []string) content {
	var out content
	var b strings.Builder
	other := false
	b.WriteString(title)
	for _, paragraph := range paragraphs {
		b.WriteByte('\n')
		for _, item := range paragraph {
			switch item.Tag {
			case "text", "a", "code_block":
				b.WriteString(item.Text)
			case "at", "hr":
			case "img":
				if item.ImageKey != "" && len(out.photos) < maxPhotos {
					out.photos = append(out.photos, flows.PhotoRef{FileKey: item.ImageKey, Kind: "image"})
				}
			default:
				other = true
			}
		}
	}
	out.text = tidy(b.String(), mentions)
	if other && out.text == "" && len(out.photos) == 0 {
		out.unsupported = "post"
	}
	return out
}

// tidy takes the mentions out and leaves at most maxText characters, in compatibility form, so that full-width digits
// and letters are what they look like.
func tidy(s string, mentions []string) string {
	for _, key := range slices.Concat(mentions, []string{"@_all"}) {
		s = strings.ReplaceAll(s, key, " ")
	}
	s = norm.NFKC.String(shorten(s, 2*maxText))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(shorten(strings.TrimSpace(s), maxText))
}

// shorten cuts after n characters.
func shorten(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
