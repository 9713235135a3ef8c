package flows

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"shiming/cards"
	"shiming/idcard"
)

// constants returns the string constants of package idcard by name, with the name of their type, "" without one.
func constants(t *testing.T) map[string][2]string {
	t.Helper()
	files, err := filepath.Glob("../idcard/*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				kind := ""
				if id, ok := spec.Type.(*ast.Ident); ok {
					kind = id.Name
				}
				value, _ := strconv.Unquote(lit.Value)
				out[spec.Names[0].Name] = [2]string{kind, value}
			}
			return true
		})
	}
	return out
}

// TestEveryCodeHasWords walks all codes that package idcard produces to the text that somebody reads. A test of package
// cards holds that each text has both languages.
func TestEveryCodeHasWords(t *testing.T) {
	families := map[string]int{}
	for name, c := range constants(t) {
		kind, code := c[0], c[1]
		var id string
		switch {
		case kind == "" && strings.HasPrefix(name, "Code"):
			kind, id = "Code", "issue."+code
		case kind == "" && strings.HasPrefix(name, "Field"):
			kind, id = "Field", "card_field."+code
		case kind == "Problem", kind == "ReadingReason":
			id = "photo." + code
		case kind == "NameReason":
			id = "field." + nameProblem(&idcard.NameError{Reason: idcard.NameReason(code)})
		case kind == "NumberReason":
			id = "field." + numberProblem(&idcard.NumberError{Reason: idcard.NumberReason(code)})
		case kind == "MobileReason":
			id = "field." + mobileProblem(code)
		case kind == "Status":
			id = "check.validity." + string(Colour(validityFinding(backWithStatus(idcard.Status(code)), SamplePolicy(), SampleTime).Level))
		default:
			continue
		}
		families[kind]++
		t.Run(name, func(t *testing.T) {
			if !cards.HasText(id) {
				t.Errorf("got no text %s for the code %q, want one", id, code)
			}
		})
	}
	for kind, least := range map[string]int{
		"Code": 24, "Field": 9, "Problem": 8, "ReadingReason": 3, "NameReason": 6, "NumberReason": 7, "MobileReason": 5,
		"Status": 6,
	} {
		t.Run("seen "+kind, func(t *testing.T) {
			if families[kind] < least {
				t.Errorf("got %d, want at least %d; the test no longer sees the code", families[kind], least)
			}
		})
	}
	for _, code := range unreadCauses {
		t.Run("unread "+code, func(t *testing.T) {
			if !cards.HasText("photo." + code) {
				t.Errorf("got no text photo.%s, want one", code)
			}
		})
	}
}

// backWithStatus is a back whose validity has the status at SampleTime.
func backWithStatus(s idcard.Status) idcard.Reading {
	today := idcard.DateOf(SampleTime)
	r := idcard.Reading{Side: idcard.Back, ValidTo: idcard.Date{Y: today.Y + 5, M: 1, D: 1}}
	switch s {
	case idcard.StatusExpiring:
		r.ValidTo = today
	case idcard.StatusExpired:
		r.ValidTo.Y = today.Y - 1
	case idcard.StatusNotYetValid:
		r.ValidFrom = idcard.Date{Y: today.Y + 1, M: 1, D: 1}
	case idcard.StatusLongTerm:
		r.ValidTo, r.LongTerm = idcard.Date{}, true
	case idcard.StatusUnknown:
		r.ValidTo = idcard.Date{}
	}
	return r
}

// TestEveryPhotoWarningHasASide checks that what is measured on a photo names side and cause to both readers.
func TestEveryPhotoWarningHasASide(t *testing.T) {
	for _, p := range []idcard.Photo{
		{Contrast: 10},
		{Contrast: 100, Sharpness: 1},
		{Contrast: 100, Sharpness: 100, Glare: 0.9, Dark: 0.9, Colour: 1, Width: 100},
	} {
		for _, i := range p.Warnings() {
			for side, words := range map[idcard.Side]string{idcard.Front: "人像面", idcard.Back: "国徽面"} {
				t.Run(i.Code+" "+string(side), func(t *testing.T) {
					c := SampleCase(AwaitingReview)
					c.PhotoOf(side).Warnings = []string{i.Code}
					level, f := levelOf(c, FindingQuality)
					shown := string(HRCard(c, sampleView()).JSON())
					if len(f.Issues) != 1 || f.Issues[0].Side != side || !strings.Contains(shown, words) {
						t.Errorf("got %s %v on HR's card, want the side %s", level, f.Issues, side)
					}
				})
			}
		}
	}
}
