package web

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

//go:embed texts.json
var textsFile []byte

// texts maps a text id to its languages. The file is part of the program, so an invalid one panics at start.
var texts = func() map[string]map[lang]string {
	var out map[string]map[lang]string
	if err := json.Unmarshal(textsFile, &out); err != nil {
		panic("web: texts.json: " + err.Error())
	}
	return out
}()

// lang is a language of the pages.
type lang string

const (
	zh lang = "zh"
	en lang = "en"
)

var languages = language.NewMatcher([]language.Tag{language.Chinese, language.English}) // the first one is the default

// languageOf returns the language of the address, or else the one that the browser prefers.
func languageOf(r *http.Request) (l lang, asked bool) {
	switch l := lang(r.URL.Query().Get(paramLang)); l {
	case zh, en:
		return l, true
	}
	if _, i := language.MatchStrings(languages, r.Header.Get("Accept-Language")); i == 1 {
		return en, false
	}
	return zh, false
}

func (l lang) other() lang {
	if l == zh {
		return en
	}
	return zh
}

// Lang returns the language, for a template whose data embeds it.
func (l lang) Lang() lang { return l }

// Tag returns the language's tag for the attribute lang.
func (l lang) Tag() string { return l.tag() }

func (l lang) tag() string {
	if l == en {
		return "en"
	}
	return "zh-CN"
}

// T returns a text and fills its {placeholders} from pairs of name and value. A template with an unknown id fails.
func (l lang) T(id string, pairs ...any) (string, error) {
	s, ok := texts[id][l]
	if !ok {
		return "", fmt.Errorf("web: no text %s in %s", id, l)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return s, nil
}

// must returns a text whose id is in this program. A test renders every page.
func (l lang) must(id string) string {
	s, err := l.T(id)
	if err != nil {
		panic(err)
	}
	return s
}
