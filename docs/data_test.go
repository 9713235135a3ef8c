package docs

import (
	"flag"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/app"
	"shiming/cards"
	"shiming/config"
	"shiming/e2e/files"
	"shiming/flows"
	"shiming/privacy"
)

var updateData = flag.Bool("update-data", false, "rewrite the tables of docs/data.md and docs/data.zh.md")

// settingWords writes a setting as the pages do: its key, and its default.
func settingWords(t *testing.T) func(key string) privacy.Words {
	defaults := map[string]string{}
	for _, s := range config.Settings {
		defaults[s.Path] = s.Default
	}
	return func(key string) privacy.Words {
		text, known := defaults[key]
		d, err := time.ParseDuration(text)
		if !known || err != nil {
			t.Errorf("got the setting %s in the table of facts, want a span of time", key)
		}
		n, zh, en := int(d/time.Hour), " 小时", " h"
		switch {
		case d == 0:
			return privacy.Words{ZH: "`" + key + "`（`0s`）", EN: "`" + key + "` (`0s`)"}
		case n%(365*24) == 0:
			n, zh, en = n/(365*24), " 年", " years"
		case n%24 == 0:
			n, zh, en = n/24, " 天", " days"
		}
		return privacy.Words{
			ZH: "`" + key + "`（" + strconv.Itoa(n) + zh + "）",
			EN: "`" + key + "` (" + strconv.Itoa(n) + en + ")",
		}
	}
}

// TestDataPagesAreMadeOfTheFacts compares the tables of both pages with the table of facts.
func TestDataPagesAreMadeOfTheFacts(t *testing.T) {
	value := settingWords(t)
	for i, page := range pair("docs/data.md") {
		for _, name := range privacy.Tables {
			t.Run(page+"/"+name, func(t *testing.T) {
				words := privacy.Markdown(name, value)
				want := []string{words.EN, words.ZH}[i]
				text := files.Read(t, page)
				before, rest, found := strings.Cut(text, "<!-- "+name+":begin -->\n")
				got, after, ended := strings.Cut(rest, "<!-- "+name+":end -->")
				if !found || !ended {
					t.Fatalf("got no markers %s, want a table", name)
				}
				if *updateData {
					out := before + "<!-- " + name + ":begin -->\n" + want + "<!-- " + name + ":end -->" + after
					if err := os.WriteFile(files.Path(t, page), []byte(out), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				if got != want {
					t.Errorf("differs from privacy/facts.json (go test ./docs -run TestDataPages… -update-data):\n%s\nwant\n%s",
						got, want)
				}
			})
		}
	}
}

// TestFactsNameAllThatIsKept: each table of the database, and each field of the personal data of a case, has a row in
// the table of facts.
func TestFactsNameAllThatIsKept(t *testing.T) {
	tables, fields := map[string]bool{}, map[string]bool{}
	for _, f := range privacy.Data() {
		for _, name := range f.Tables {
			tables[name] = true
		}
		for _, name := range f.Personal {
			if fields[name] {
				t.Errorf("got the field %s in two rows", name)
			}
			fields[name] = true
		}
		for _, w := range []privacy.Words{f.What, f.Until} {
			if w.ZH == "" || w.EN == "" {
				t.Errorf("%s: got no words in a language", f.ID)
			}
		}
	}
	create := regexp.MustCompile(`CREATE TABLE (\w+)`)
	for _, file := range files.Glob(t, "store/migrations/*.sql") {
		for _, m := range create.FindAllStringSubmatch(files.Read(t, file), -1) {
			if !tables[m[1]] {
				t.Errorf("%s makes the table %s, of which privacy/facts.json says nothing", file, m[1])
			}
		}
	}
	personal := reflect.TypeFor[flows.Personal]()
	for i := range personal.NumField() {
		name := personal.Field(i).Name
		if !fields[name] {
			t.Errorf("flows.Personal keeps %s, of which privacy/facts.json says nothing", name)
		}
		delete(fields, name)
	}
	if len(fields) > 0 {
		t.Errorf("got the fields %v in privacy/facts.json, which no case has", fields)
	}
}

// TestEachRetentionIsAFact: each setting that says how long something is kept is in the table of facts, in the consent
// text and in the words of check.
func TestEachRetentionIsAFact(t *testing.T) {
	var stated []string
	for _, f := range privacy.Data() {
		stated = append(stated, f.Until.Settings()...)
	}
	spans := 0
	for _, s := range config.Settings {
		if !strings.HasSuffix(s.Path, "_retention") && s.Path != "timing.photo_grace" {
			continue
		}
		spans++
		if !slices.Contains(stated, s.Path) {
			t.Errorf("got no fact that depends on %s", s.Path)
		}
	}
	retention := reflect.TypeFor[cards.Retention]()
	if spans != retention.NumField() {
		t.Errorf("got %d settings and %d parts of the consent text, want the same", spans, retention.NumField())
	}
	// Another value of any of them is another consent text.
	cfg := config.Defaults()
	text := app.Policy(cfg).Agreement.Text()
	for name, change := range map[string]func(*config.Config){
		"timing.photo_grace":          func(c *config.Config) { c.Timing.PhotoGrace = 7 * time.Hour },
		"timing.unfinished_retention": func(c *config.Config) { c.Timing.UnfinishedRetention = 7 * time.Hour },
		"timing.field_retention":      func(c *config.Config) { c.Timing.FieldRetention = 7 * time.Hour },
		"timing.leaver_retention":     func(c *config.Config) { c.Timing.LeaverRetention = 7 * time.Hour },
	} {
		changed := cfg
		change(&changed)
		if got := app.Policy(changed).Agreement.Text(); got == text || !strings.Contains(got, "7 小时") {
			t.Errorf("%s: the consent text does not say 7 小时:\n%s", name, got)
		}
	}
}

// TestDisclosuresAreFacts: whoever 我的资料 lists as a recipient of data is in the table of recipients.
func TestDisclosuresAreFacts(t *testing.T) {
	listed := map[string]bool{}
	for _, r := range privacy.Recipients() {
		if len(r.Consent) == 0 {
			t.Errorf("%s: got no sentence of the consent text about it", r.ID)
		}
		for _, code := range r.Disclosed {
			if !cards.HasText("disclosed." + code) {
				t.Errorf("%s: 我的资料 has no recipient %s", r.ID, code)
			}
			listed[code] = true
		}
	}
	for _, m := range regexp.MustCompile(`"disclosed\.(\w+)"`).FindAllStringSubmatch(files.Read(t, "cards/texts.json"), -1) {
		if code := m[1]; code != "other" && !listed[code] {
			t.Errorf("got the recipient %s on 我的资料 and in no row of the facts", code)
		}
	}
}
