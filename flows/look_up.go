package flows

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"shiming/idcard"
)

// Query is whom a question of HR is about: open_ids, or the names that the text may mean. It is never stored, because
// it holds names in clear.
type Query struct {
	OpenIDs []string
	Names   []string
}

func (Query) String() string { return "[query]" }

// Empty reports whether the text named nobody.
func (q Query) Empty() bool { return len(q.OpenIDs) == 0 && len(q.Names) == 0 }

var (
	openIDIn = regexp.MustCompile(`\bou_[0-9A-Za-z_-]{1,64}`)
	// asksEnd begins what a question says about a person, behind the name. asksBegin stands before the name.
	asksEnd = regexp.MustCompile(`(?i)(的|有没有|是否|是不是|现在|今天|还没|还在|什么时候|到底|[办辦弄做走审審登完提通没沒]|实名|實名|认证|認證|进度|進度` +
		`|存证|存證|到哪|好了|怎么样|怎麼樣|呢| registered| verified| finished| done| through)`)
	asksBegin     = regexp.MustCompile(`(?i)^(请问|請問|问一下|查一下|查查|查询|查|看一下|看看|帮我看看|那个|那|is |has |how is )\s*`)
	evidenceBegin = regexp.MustCompile(`(?i)^(存证|存證|evidence )\s*`)
	latinName     = regexp.MustCompile(`^[A-Z][A-Za-z'-]+( [A-Z][A-Za-z'-]+){1,4}$`)
)

// QueryOf reads a question such as 张三办完了吗. A name may contain what begins a question (李通), so that all readings are
// returned.
func QueryOf(text string) Query {
	text = strings.TrimSpace(norm.NFKC.String(text))
	if id := openIDIn.FindString(text); id != "" {
		return Query{OpenIDs: []string{id}}
	}
	if len(text) > maxQuestion {
		return Query{}
	}
	text = strings.TrimFunc(text, isMark)
	var q Query
	for _, rest := range []string{text, asksBegin.ReplaceAllString(text, "")} { // 查 is a family name, too
		for from := 0; len(q.Names) < maxQueryNames; {
			at := asksEnd.FindStringIndex(rest[from:])
			if at == nil {
				break
			}
			end := from + at[0]
			if nobody[strings.TrimFunc(rest[:end], isMark)] {
				return Query{}
			}
			q.add(rest[:end])
			_, size := utf8.DecodeRuneInString(rest[end:])
			from = end + size
		}
	}
	return q
}

// NameQuery reads a text that is nothing but a name, or 存证 before one: the answer leads to the evidence, too. Other
// texts name nobody: a chat is full of short words.
func NameQuery(text string) Query {
	text = strings.TrimSpace(norm.NFKC.String(text))
	text = evidenceBegin.ReplaceAllString(strings.TrimFunc(text, isMark), "")
	if id := openIDIn.FindString(text); id == text && id != "" {
		return Query{OpenIDs: []string{id}}
	}
	name := strings.TrimFunc(text, isMark)
	n, han := 0, true
	for _, r := range idcard.TidyName(name) {
		n++
		han = han && (unicode.Is(unicode.Han, r) || r == '·')
	}
	long := 4
	if strings.Contains(idcard.TidyName(name), "·") {
		long = 25
	}
	var q Query
	if han && n >= 2 && n <= long || latinName.MatchString(name) {
		q.add(name)
	}
	return q
}

// maxQueryNames is how many readings of a question are looked up.
const maxQueryNames = 8

// nobody lists words that stand where a name would, and name nobody.
var nobody = map[string]bool{
	"谁": true, "誰": true, "有谁": true, "有誰": true, "还有谁": true, "還有誰": true, "哪些人": true, "多少人": true,
	"有多少人": true, "大家": true, "我": true, "你": true, "他": true, "她": true, "who": true,
}

// add adds a name, unless it is none.
func (q *Query) add(name string) {
	name = strings.TrimFunc(name, isMark)
	if _, err := idcard.ParseName(name); err != nil {
		return
	}
	if !slices.Contains(q.Names, name) {
		q.Names = append(q.Names, name)
	}
}

// NamesOf returns the names by which a case is found: as confirmed, as read, and as in Feishu.
func NamesOf(c *Case) []string {
	names := []string{c.Personal.Name, c.Personal.ContactName}
	if f := c.Personal.Front; f != nil {
		names = append(names, f.Open().TidyName())
	}
	if r := c.Personal.DocumentRead; r != nil {
		names = append(names, r.Open().Name())
	}
	return names
}
