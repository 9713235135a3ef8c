package bot

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"shiming/flows"
)

// maxPostWrappers is how many objects may surround a rich text. Two are known: "post" and a language.
const maxPostWrappers = 3

// findPost returns the object of a rich text that holds its content. The page "接收消息内容结构" shows it flat,
// {"title", "content"}; the page "发送消息内容" shows it inside a language, {"zh_cn": {…}}, and that inside
// {"post": {…}}, and events with either have been seen. With several languages the Chinese one counts.
func findPost(o map[string]any, wrappers int) map[string]any {
	if _, ok := o["content"].([]any); ok {
		return o
	}
	if wrappers == 0 {
		return nil
	}
	keys := slices.Sorted(maps.Keys(o))
	slices.SortStableFunc(keys, func(a, b string) int { return postRank(a) - postRank(b) })
	for _, key := range keys {
		inner, ok := o[key].(map[string]any)
		if !ok {
			continue
		}
		if found := findPost(inner, wrappers-1); found != nil {
			return found
		}
	}
	return nil
}

// postRank orders the keys around a rich text: Chinese before the other languages.
func postRank(key string) int {
	if strings.HasPrefix(strings.ToLower(key), "zh") {
		return 0
	}
	return 1
}

// decodePost decodes a rich text; Feishu sends several photos that were pasted together as a rich text. An element of
// an unexpected shape is skipped and does not hide the others. A rich text that holds neither text nor a picture, but
// another element (a video, an emoji), is unsupported.
func decodePost(raw string, mentions []string) content {
	unsupported := content{unsupported: "post"}
	var o map[string]any
	if json.Unmarshal([]byte(raw), &o) != nil {
		return unsupported
	}
	post := findPost(o, maxPostWrappers)
	if post == nil {
		return unsupported
	}
	var out content
	var b strings.Builder
	b.WriteString(stringOf(post["title"]))
	paragraphs, _ := post["content"].([]any)
	other := false
	for _, paragraph := range paragraphs {
		b.WriteByte('\n')
		items, ok := paragraph.([]any)
		if !ok {
			items = []any{paragraph}
		}
		for _, item := range items {
			o, _ := item.(map[string]any)
			other = out.addPostItem(&b, o) || other
		}
	}
	out.text = normalize(b.String(), mentions)
	if other && out.text == "" && len(out.photos) == 0 {
		return unsupported
	}
	return out
}

// addPostItem adds one element of a rich text. It reports whether the bot cannot use the element.
func (c *content) addPostItem(b *strings.Builder, item map[string]any) (unusable bool) {
	switch stringOf(item["tag"]) {
	case "at", "hr":
		return false
	case "img":
		key := stringOf(item["image_key"])
		if key == "" {
			return true
		}
		if len(c.photos) < maxPhotos {
			c.photos = append(c.photos, flows.PhotoRef{FileKey: key, Kind: "image"})
		}
		return false
	}
	// Links, code and markdown carry their words in the same field as plain text.
	words := stringOf(item["text"])
	b.WriteString(words)
	return words == "" && stringOf(item["tag"]) != "text"
}

// stringOf returns a string of decoded JSON, "" for any other value.
func stringOf(v any) string {
	s, _ := v.(string)
	return s
}
