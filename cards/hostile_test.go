package cards

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var hostile = map[string]string{
	"mention":    `<at id=all></at> <person id='ou_x'></person> <font color='red'>x</font>`,
	"markdown":   "**bold** [link](https://evil.example) ![x](img) # head\n- list",
	"controls":   "a\x00b\x07c\x1b[31md\u202eevil\u2028e\ufefff\xffg",
	"long":       strings.Repeat("很长的话", 2500),
	"long lines": strings.Repeat("行\n", 5000),
	"emoji":      strings.Repeat("👩‍👩‍👧‍👦", 2500),
	"quotes":     strings.Repeat(`"\</script>`, 1000),
	"clear":      "130401199601018395 13812345678 130401 19960101 8395，+86 138 1234 5678；１３８１２３４５６７８",
	"template":   "{n}{who}{{x}}",
	"broken":     "\xed\xa0\x80\xff\xfe",
	"blank":      " \t\n ",
}

// fillStrings sets every string of a view to s and every list to n members. Ref, Step and Address keep valid values, because
// they never come from people.
func fillStrings(v reflect.Value, s string, n int) {
	switch v.Kind() {
	case reflect.String:
		switch v.Type() {
		case reflect.TypeFor[Step]():
		case reflect.TypeFor[Address]():
			v.SetString(samplePage)
		default:
			v.SetString(s)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Ref]() {
			v.Set(reflect.ValueOf(ref))
			return
		}
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(noon))
			return
		}
		for i := range v.NumField() {
			fillStrings(v.Field(i), s, n)
		}
	case reflect.Slice:
		if v.Type().Elem() == reflect.TypeFor[Step]() {
			v.Set(reflect.ValueOf(allSteps))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fillStrings(v.Index(i), s, n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range []string{"identity_name", "identity_code", "mobile", "valid_to", "note", "who", s} {
			member := reflect.New(v.Type().Elem()).Elem()
			fillStrings(member, s, n)
			v.SetMapIndex(reflect.ValueOf(key), member)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillStrings(v.Elem(), s, n)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1 << 40)
	}
}

// TestHostileText fills every view with every hostile text, once in all strings and once in foreignFields only, and
// validates the card.
func TestHostileText(t *testing.T) {
	for kind, s := range hostile {
		for _, sample := range samples() {
			t.Run(kind+"/"+sample.name, func(t *testing.T) {
				whole := reflect.New(reflect.TypeOf(sample.card)).Elem()
				fillStrings(whole, s, 40)
				kept := reflect.New(reflect.TypeOf(sample.card)).Elem()
				kept.Set(reflect.ValueOf(sample.card))
				fillForeignStrings(kept, s)
				for _, v := range []reflect.Value{whole, kept} {
					raw := v.Interface().(Card).JSON()
					_, owner := sample.card.(interface{ GoString() string }) // the forms of the owner mask themselves
					for _, err := range validate(raw, owner) {
						if !isEmptyOpenID(err) {
							t.Error(err)
						}
					}
					if !utf8.Valid(raw) {
						t.Error("got invalid UTF-8, want valid")
					}
					var card any
					if err := json.Unmarshal(raw, &card); err != nil {
						t.Fatal(err)
					}
					anyOf(card, func(o map[string]any) bool {
						if o["tag"] != "markdown" {
							return false
						}
						if c := fmt.Sprint(o["content"]); strings.ContainsAny(c, "*[]#`\n") || strings.Contains(c, "<at") {
							t.Errorf("got markdown %s, want no markup of foreign text", truncate(c, 80))
						}
						return false
					})
				}
			})
		}
	}
}

// isEmptyOpenID reports the error about an empty open_id. Feishu sets open_ids, so no input makes them empty.
func isEmptyOpenID(err error) bool { return strings.HasSuffix(err.Error(), "person_list: nobody") }

// foreignFields names the fields with texts of people or of other systems.
var foreignFields = []string{
	"Name", "Number", "Mobile", "MaskedName", "MaskedNumber", "MaskedMobile", "ValidFrom", "ValidTo", "IssuedBy", "Note",
	"Company",
	"Gender", "Birth", "Supplier", "Serial", "Upstream", "LogID", "EvidencePoint", "Before", "After", "Day", "Applicant",
	"By", "Text", "Why", "HeldBy", "FromAdmin", "ToAdmin", "To",
}

// fillForeignStrings sets the foreignFields to s.
func fillForeignStrings(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch {
			case v.Field(i).Kind() == reflect.String && slices.Contains(foreignFields, f.Name):
				v.Field(i).SetString(s)
			case f.IsExported() && v.Field(i).CanSet():
				fillForeignStrings(v.Field(i), s)
			}
		}
	case reflect.Slice:
		if v.Len() == 0 {
			return
		}
		fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(fresh, v)
		v.Set(fresh)
		for i := range v.Len() {
			fillForeignStrings(v.Index(i), s)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fresh := reflect.New(v.Type().Elem())
			fresh.Elem().Set(v.Elem())
			v.Set(fresh)
			fillForeignStrings(v.Elem(), s)
		}
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"张三丰", 10, "张三丰"},
		{"张三丰", 3, "张三丰"},
		{"张三丰", 2, "张…"},
		{"  a \t b \r\n\r\n c ", 20, "a b\nc"},
		{"a\u202eb\x00c\ufeffd", 20, "abcd"},
		{"\xff\xfe", 20, ""},
		{"号码130401199601018395。", 40, "号码130***********8395。"},
		{"13040119960101839x", 40, "130***********839x"},
		{"130401 19960101 8395", 40, "130***********8395"},
		{"13812345678", 40, "138****5678"},
		{"电话 13812345678", 8, "电话 138*…"}, // a number at the cut is masked before it is cut
		{"+86 138-1234-5678", 40, "+86 138****5678"},
		{"1381234567813812345678", 40, "1381234567813812345678"},
		{"13812345678 13987654321 13711112222", 60, "138****5678 139****4321 137****2222"},
		{"１３８１２３４５６７８", 40, "138****5678"},
		{"130***********8395", 40, "130***********8395"},
	} {
		t.Run(c.in, func(t *testing.T) {
			if got := cleanText(c.in, c.max); got != c.want {
				t.Errorf("clean(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
			}
		})
	}
}

func TestMachineID(t *testing.T) {
	for in, want := range map[string]string{
		"d9f1b6c2-2f6a":                   "d9f1b6c2-2f6a",
		"<at id=all>":                     "atidall",
		"x\ny z":                          "xyz",
		strings.Repeat("a", 100):          strings.Repeat("a", 64),
		"20261121120000138123456780AB.1:": "20261121120000138123456780AB.1:",
	} {
		t.Run(in, func(t *testing.T) {
			if got := machineID(in).zh; got != want {
				t.Errorf("machineID(%q) = %q, want %q", in, got, want)
			}
		})
	}
}
