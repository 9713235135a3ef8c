package cards

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCards validates every sample and compares it with its golden file.
func TestCards(t *testing.T) {
	names := map[string]bool{}
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			if names[s.name] {
				t.Fatal("got two samples of this name, want one")
			}
			names[s.name] = true
			raw := s.card.JSON()
			for _, err := range validate(raw, s.clearData) {
				t.Error(err)
			}
			if !bytes.Equal(raw, s.card.JSON()) {
				t.Error("got another card at the second drawing, want the same")
			}
			if placeholder.Match(raw) {
				t.Error("got a placeholder on the card, want it filled")
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			path := filepath.Join("testdata", s.name+".json")
			if *update {
				if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(pretty.Bytes(), want) {
				t.Errorf("got another card than %s, want the same; look at it and run with -update", path)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !names[strings.TrimSuffix(filepath.Base(f), ".json")] {
			t.Errorf("got golden file %s without a card, want one", f)
		}
	}
}

// TestEveryViewHasASample finds the views in the source, by their method JSON.
func TestEveryViewHasASample(t *testing.T) {
	drawn := map[string]bool{}
	for _, s := range samples() {
		drawn[reflect.TypeOf(s.card).Name()] = true
	}
	views := 0
	for _, file := range sources(t) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "JSON" {
				continue
			}
			views++
			if name := f.Recv.List[0].Type.(*ast.Ident).Name; !drawn[name] {
				t.Errorf("%s: got no sample, want one", name)
			}
		}
	}
	if views != 56 {
		t.Errorf("found %d views, want 56", views)
	}
}

// buttons returns the callback value of every button of a card.
func buttons(t *testing.T, raw json.RawMessage) []map[string]any {
	t.Helper()
	var card any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&card); err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	anyOf(card, func(o map[string]any) bool {
		if o["type"] == "callback" {
			out = append(out, object(o["value"]))
		}
		return false
	})
	return out
}

// TestButtons decodes the value of every button of every card, and checks that every act has a button.
func TestButtons(t *testing.T) {
	seen := map[Act]bool{}
	for _, s := range samples() {
		for _, value := range buttons(t, s.card.JSON()) {
			a, err := DecodeAction(value)
			if err != nil {
				t.Errorf("%s: %v: got %v, want an action", s.name, value, err)
				continue
			}
			seen[a.Act] = true
			again, err := DecodeAction(a.Value())
			if err != nil || again != a {
				t.Errorf("%s: %+v: got %+v, %v after a round trip, want the same", s.name, a, again, err)
			}
			if a.Case != "" && (a.Case != ref.Case || a.Rev != ref.Rev) {
				t.Errorf("%s: got %+v, want the case of the card", s.name, a)
			}
		}
	}
	for a := range acts {
		if !seen[a] {
			t.Errorf("got no button %q on any card, want one", a)
		}
	}
}

// TestDangerAsks checks that a dialog precedes every act that ends or deletes something.
func TestDangerAsks(t *testing.T) {
	dangerous := map[string]bool{"decline": true, "cancel": true, "reject": true, "withdraw": true, "close": true,
		"peek": true}
	for _, s := range samples() {
		var card any
		if err := json.Unmarshal(s.card.JSON(), &card); err != nil {
			t.Fatal(err)
		}
		anyOf(card, func(o map[string]any) bool {
			if o["tag"] != "button" {
				return false
			}
			act, _ := object(object(list(o["behaviors"])[0])["value"])["act"].(string)
			_, asks := o["confirm"]
			if dangerous[act] && !asks || act == "approve" && asks {
				t.Errorf("%s: button %s: got a dialog: %v, want %v", s.name, act, asks, !asks)
			}
			return false
		})
	}
}

// TestForms checks the names of forms and inputs, which DecodeForm and scripts rely on.
func TestForms(t *testing.T) {
	named := func(act Act) string { return ref.act(act).Name() }
	for name, want := range map[string]struct {
		form   string
		fields []string
	}{
		"confirm":                    {"details", []string{"identity_name", "identity_code", "mobile", named("confirm")}},
		"confirm_sent_back":          {"details", []string{"identity_name", "identity_code", named("confirm")}},
		"code_sent":                  {"code", []string{"sms_code", named("submit_code")}},
		"review_form":                {"decision", []string{"reason", "side", "note", "internal_note", named(ActSendBack), named(ActReject)}},
		"review_transfer":            {"transfer", []string{"admin", "internal_note", named(ActTransfer)}},
		"review_ask":                 {"ask", []string{"question", named(ActAsk)}},
		"review_note":                {"note", []string{"internal_note", named(ActNote)}},
		"attention_evidence_unknown": {"evidence", []string{"evi_point_id", named("resolve")}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range samples() {
				if s.name != name {
					continue
				}
				var card map[string]any
				if err := json.Unmarshal(s.card.JSON(), &card); err != nil {
					t.Fatal(err)
				}
				found := false
				for _, e := range list(object(card["body"])["elements"]) {
					if object(e)["tag"] != "form" || object(e)["name"] != want.form {
						continue
					}
					found = true
					got := map[string]bool{}
					anyOf(object(e)["elements"], func(o map[string]any) bool {
						if n, ok := o["name"].(string); ok {
							got[n] = true
						}
						return false
					})
					for _, f := range want.fields {
						if !got[f] {
							t.Errorf("%s: got no field %s, want it", name, f)
						}
					}
					if len(got) != len(want.fields) {
						t.Errorf("%s: fields %v, want %v", name, got, want.fields)
					}
				}
				if !found {
					t.Errorf("%s: got no form %s, want one", name, want.form)
				}
			}
		})
	}
}

// TestDecidedCardsHaveNoAnswers checks that a card with a decision has no buttons but those for the next case and
// the undo.
func TestDecidedCardsHaveNoAnswers(t *testing.T) {
	for _, s := range samples() {
		var decided bool
		switch v := s.card.(type) {
		case Review:
			decided = v.Decision != nil && !v.Sample // a sample asks for an answer afterwards
		case Attention:
			decided = v.Decision != nil
		}
		if !decided {
			continue
		}
		for _, value := range buttons(t, s.card.JSON()) {
			if value["act"] != "next" && value["act"] != "undo" {
				t.Errorf("%s: has a button %v, want next or undo", s.name, value["act"])
			}
		}
	}
}
