package cards

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sources parses the package without its tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if out[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// literals returns all string literals of the package.
func literals(t *testing.T) map[string]bool {
	out := map[string]bool{}
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out[s] = true
			}
			return true
		})
	}
	return out
}

func TestTextsComplete(t *testing.T) {
	for id, x := range texts {
		if strings.TrimSpace(x.zh) == "" || strings.TrimSpace(x.en) == "" {
			t.Errorf("%s: got an empty language, want both", id)
		}
		zh, en := placeholder.FindAllString(x.zh, -1), placeholder.FindAllString(x.en, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(zh, en) {
			t.Errorf("%s: got placeholders %v and %v, want the same", id, zh, en)
		}
		if strings.Count(x.zh, "{") != len(zh) || strings.Count(x.en, "{") != len(en) {
			t.Errorf("%s: got a brace outside a placeholder, want none", id)
		}
	}
	for family, codes := range families {
		for _, code := range codes {
			if !HasText(family + "." + code) {
				t.Errorf("got no text %s.%s, want one", family, code)
			}
		}
		if !HasText(family + ".other") {
			t.Errorf("catalogue %s: got no text other, want one", family)
		}
	}
	for _, code := range checkCodes {
		for level := range tagLooks {
			for _, family := range []string{"check", "chip"} {
				if !HasText(family + "." + code + "." + string(level)) {
					t.Errorf("got no text %s.%s.%s, want one", family, code, level)
				}
			}
		}
	}
	for id := range toastTypes {
		if !HasText("toast." + id) {
			t.Errorf("got no text toast.%s, want one", id)
		}
	}
}

// TestTextsUsed checks that every text id appears in the code or belongs to a catalogue or to a helper.
func TestTextsUsed(t *testing.T) {
	used := literals(t)
	inFamily := func(id string) bool {
		for family, codes := range families {
			if code, ok := strings.CutPrefix(id, family+"."); ok && slices.Contains(codes, code) {
				return true
			}
		}
		return false
	}
	for id := range texts {
		family, rest, _ := strings.Cut(id, ".")
		switch {
		case used[id], inFamily(id):
		case slices.Contains(helperFamilies, family) && used[rest]:
		case family == "ask" && used[strings.TrimSuffix(strings.TrimSuffix(rest, ".title"), ".text")]:
		case family == "button" && strings.HasPrefix(rest, "retake_"):
		case family == "missing":
		case family == "advice" && slices.Contains(families["issue"], rest):
		case family == "toast" && toastTypes[rest] != "":
		case (family == "check" || family == "chip") && checkOf(rest):
		default:
			t.Errorf("got no use of %s, want one", id)
		}
	}
}

func checkOf(rest string) bool {
	code, level, _ := strings.Cut(rest, ".")
	_, known := tagLooks[Level(level)]
	return known && slices.Contains(checkCodes, code)
}

// TestTextsExist checks that every id in a call of tr, codeText or a helper has a text.
func TestTextsExist(t *testing.T) {
	prefix := map[string]string{"tr": "", "button": "button.", "askFirst": "button.", "fact": "label.", "bilingual": ""}
	calls := 0
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name, ok := call.Fun.(*ast.Ident)
			if !ok {
				return true
			}
			literal := func(i int) string {
				if i >= len(call.Args) {
					return ""
				}
				lit, ok := call.Args[i].(*ast.BasicLit)
				if !ok {
					return ""
				}
				s, _ := strconv.Unquote(lit.Value)
				return s
			}
			var ids []string
			if p, ok := prefix[name.Name]; ok && literal(0) != "" {
				ids = append(ids, p+literal(0))
			}
			switch name.Name {
			case "codeText":
				if literal(0) != "" {
					ids = append(ids, literal(0)+".other")
				}
			case "withDialog", "askFirst": // withDialog takes the button first
				if id := literal(0) + literal(1); id != "" {
					ids = append(ids, "ask."+id+".title", "ask."+id+".text")
				}
			}
			for _, id := range ids {
				calls++
				if !HasText(id) {
					t.Errorf("%s: got id %s without a text, want one", name.Name, id)
				}
			}
			return true
		})
	}
	if calls < 150 {
		t.Errorf("got %d calls, want at least 150; the test no longer sees the code", calls)
	}
	for _, name := range []string{"identity_name", "identity_code", "mobile", "sms_code", "note", "evi_point_id"} {
		if !HasText("label."+name) || !HasText("hint."+name) {
			t.Errorf("input %s: got no label or no hint, want both", name)
		}
	}
}

// TestTextsOnce checks that no id appears twice in the file, because encoding/json silently keeps the last one.
func TestTextsOnce(t *testing.T) {
	dec := json.NewDecoder(bytes.NewReader(textsFile))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		if seen[key.(string)] {
			t.Errorf("got id %s twice, want once", key)
		}
		seen[key.(string)] = true
		var x struct{ ZH, EN string }
		if err := dec.Decode(&x); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != len(texts) {
		t.Errorf("got %d ids for %d texts, want the same number", len(seen), len(texts))
	}
}

func TestButtonTextsAreShort(t *testing.T) {
	for id, x := range texts {
		if strings.HasPrefix(id, "button.") && (len([]rune(x.zh)) > 20 || len([]rune(x.en)) > 50) {
			t.Errorf("%s: got a long text, want at most 20 or 50 characters", id)
		}
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		got    text
		zh, en string
		ours   bool
	}{
		{tr("tag.round", intArg("n", 2)), "第 2 次提交", "Submission 2", true},
		{tr("hr_says", quotedArg("note", "<at id=all></at>")), "HR 的话：<at id=all></at>", "HR says: <at id=all></at>", false},
		{codeText("did", "approved", intArg("n", 1)), "已通过", "approved", true},
		{tr("toast.late", textArg("what", tr("did.approved"))), "刚刚 同事已通过，卡片已更新",
			"A colleague: approved, a moment ago. This is the current card", true},
		{tr("code.wrong"), "验证码不对，还可以试 – 次。", "That code is not right. Tries left: –.", true},
		{codeText("photo", "invented_later"), texts["photo.other"].zh, texts["photo.other"].en, true},
		{codeText("reason", ""), "其他原因", "Another reason", true},
		{join(sameText("，"), tr("tag.done"), text{}, quotedArg("x", "李*").val), "已完成，李*", "Done，李*", false},
	} {
		t.Run(c.en, func(t *testing.T) {
			if c.got.zh != c.zh || c.got.en != c.en || c.got.trusted != c.ours {
				t.Errorf("got %+v, want %q, %q, %v", c.got, c.zh, c.en, c.ours)
			}
		})
	}
}

func TestMarkdownShowsOnlyOurWords(t *testing.T) {
	if got := markdown(tr("hr_says", quotedArg("note", "**bold**")))["tag"]; got != "div" {
		t.Errorf("a person's words are shown as %v, want %q", got, "div")
	}
	if got := markdown(tr("tag.done"))["tag"]; got != "markdown" {
		t.Errorf("our words are shown as %v, want %q", got, "markdown")
	}
}

func TestTimes(t *testing.T) {
	utc := time.Date(2026, 11, 21, 18, 5, 30, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Stamp(utc), "2026-11-22 02:05"},
		{Clock(utc), "02:05:30"},
		{Stamp(time.Time{}), "–"},
		{Clock(time.Time{}), "–"},
		{durationText(0).zh, "马上"},
		{durationText(-time.Second).zh, "马上"},
		{durationText(time.Millisecond).zh, "1 秒"},
		{durationText(59 * time.Second).zh, "59 秒"},
		{durationText(time.Minute).zh, "1 分钟"},
		{durationText(119 * time.Minute).zh, "119 分钟"},
		{durationText(24 * time.Hour).zh, "24 小时"},
		{durationText(72 * time.Hour).zh, "3 天"},
	} {
		t.Run(c.got, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}
