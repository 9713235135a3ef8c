package idcard

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseName(t *testing.T) {
	for in, want := range map[string]string{
		"张三":          "张三",
		"  张 三\u3000": "张三",
		"张 三 丰":       "张三丰",
		"欧阳娜娜":        "欧阳娜娜",
		"阿卜杜拉•买买提":    "阿卜杜拉·买买提",
		"阿卜杜拉．买买提":    "阿卜杜拉·买买提",
		"古丽 ・ 热合曼":    "古丽·热合曼",
		"𠮷田":          "𠮷田",         // beyond the basic plane
		"\ue816丽":     "\ue816丽",    // private use, as older GB 18030 systems write it
		"\uf92c":      "\uf92c",     // a compatibility character that NFC would replace
		"龙\ufeff飞":    "龙飞",         // byte order mark from copying
		"ＺＨＡＮＧ　Ｓａｎ":   "ZHANG San",  // full width
		"O'BRIEN, J":  "O'BRIEN, J", // permanent residence card
		"Jean-Luc":    "Jean-Luc",   //
		"张三2":         "张三2",        // a number among letters is the person's affair
		"〇〇":          "〇〇",         // a numeral used as a letter
		"བཀྲ་":        "",           // Tibetan punctuation is none of a card's name line
		"བཀྲ":         "བཀྲ",        // letters and marks of other scripts
	} {
		t.Run(in, func(t *testing.T) {
			n, err := ParseName(in)
			if n.Reveal() != want || (err == nil) != (want != "") {
				t.Errorf("%q: got %q, %v, want %v", in, n.Reveal(), err, want)
			}
		})
	}
}

func TestParseNameRefusals(t *testing.T) {
	for in, want := range map[string]NameReason{
		"":                      NameEmpty,
		" \t\u3000":             NameEmpty,
		"123":                   NameNoLetters,
		"１２３":                   NameNoLetters,
		"...":                   NameNoLetters,
		"张\x00三":                NameControl,
		"张\u202e三":              NameControl,
		"\xff\xfe":              NameControl,
		"张\ufffd三":              NameControl,
		"<at id=all></at>":      NameMarkup,
		"＜at id=all＞":           NameMarkup,
		"@所有人":                  NameMarkup,
		"[点我](http://x)":        NameMarkup,
		"**张三**":                NameMarkup,
		"张三😀":                   NameCharacters,
		"·张三":                   NameCharacters,
		"张三·":                   NameCharacters,
		"张三？":                   NameCharacters,
		strings.Repeat("张", 51): NameTooLong,
	} {
		t.Run(in, func(t *testing.T) {
			n, err := ParseName(in)
			var e *NameError
			if !errors.As(err, &e) || e.Reason != want || !n.Empty() {
				t.Errorf("%q: got %v, want %s", in, err, want)
			}
		})
	}
	if _, err := ParseName(strings.Repeat("张", 50)); err != nil {
		t.Errorf("50 characters: got %v, want no error", err)
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"张三", "阿卜杜拉•买买提", "<at id=all>", "张. 三", "\u3000", "a . . b", "张·· ·三"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseName(s)
		if err != nil {
			return
		}
		again, err := ParseName(n.Reveal())
		if err != nil || again != n {
			t.Fatalf("%q: got %q, then %q, %v, want the same", s, n.Reveal(), again.Reveal(), err)
		}
		if strings.ContainsAny(n.Reveal(), "<>@\n") || utf8.RuneCountInString(n.Masked()) > 3 {
			t.Fatalf("got %q accepted, want a refusal", n.Reveal())
		}
	})
}

func TestParseMobile(t *testing.T) {
	for _, in := range []string{"13812345678", "+86 138 1234 5678", "0086-138-1234-5678", "８６１３８１２３４５６７８",
		"(+86)13812345678", "138–1234–5678"} {
		if m, err := ParseMobile(in); err != nil || m.Reveal() != "13812345678" {
			t.Errorf("%q: %q, %v, want %q", in, m.Reveal(), err, "13812345678")
		}
	}
	for _, in := range []string{"16612345678", "19912345678", "17012345678"} {
		if _, err := ParseMobile(in); err != nil {
			t.Errorf("%q: got %v, want no error", in, err)
		}
	}
	for in, want := range map[string]MobileReason{
		"":              MobileEmpty,
		"1381234567":    MobileLength,
		"138123456789":  MobileLength,
		"12812345678":   MobilePrefix,
		"02112345678":   MobileLength + "|" + MobilePrefix,
		"+85291234567":  MobileForeign,
		"0085291234567": MobileForeign,
		"138x2345678":   MobileCharacters,
		"+861381234":    MobileLength,
		"13+812345678":  MobileCharacters,
	} {
		t.Run(in, func(t *testing.T) {
			m, err := ParseMobile(in)
			var e *MobileError
			if !errors.As(err, &e) || !strings.Contains(string(want), string(e.Reason)) || !m.Empty() {
				t.Errorf("%q: got %v, want %s", in, err, want)
			}
		})
	}
}

func FuzzParseMobile(f *testing.F) {
	f.Add("+86 138 1234 5678")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMobile(s)
		if err != nil {
			return
		}
		if again, err := ParseMobile(m.Reveal()); err != nil || again != m || len(m.Reveal()) != 11 {
			t.Fatalf("%q: got %v, want no error", s, err)
		}
	})
}

func TestMasks(t *testing.T) {
	name := func(s string) string {
		n, err := ParseName(s)
		if err != nil {
			t.Fatal(err)
		}
		return n.Masked()
	}
	mobile, err := ParseMobile("13812345678")
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		name("张三"):   "张*",
		name("欧阳娜"):  "欧**",
		name("欧阳娜娜"): "欧**",
		name("张"):    "*",
		name("𠮷田"):   "𠮷*",
		mustNumber(t, "11010119900307803X").Masked(): "110***********803X",
		mobile.Masked():   "138****5678",
		Number{}.Masked(): "",
	} {
		t.Run(got, func(t *testing.T) {
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// leaks prints v in every way and reports which of the clear texts came out.
func leaks(t *testing.T, v any, clear ...string) {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3v"} {
		fmt.Fprintf(&out, verb+"\n", v)
		fmt.Fprintf(&out, verb+"\n", []any{v})
	}
	j, err := json.Marshal(map[string]any{"v": v})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("m", "v", v)
		slog.New(h).Info("m", "vs", []any{v})
	}
	if s, ok := v.(fmt.Stringer); ok {
		out.WriteString(s.String())
	}
	if s, ok := v.(fmt.GoStringer); ok {
		out.WriteString(s.GoString())
	}
	if m, ok := v.(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	for _, c := range clear {
		if strings.Contains(out.String(), c) || strings.Contains(out.String(), fmt.Sprintf("%x", c)) ||
			strings.Contains(out.String(), fmt.Sprint([]byte(c))) {
			t.Errorf("%T: got %q in the output, want it masked:\n%s", v, c, out.String())
		}
	}
}

func TestNothingLeaks(t *testing.T) {
	number := mustNumber(t, "11010119900307803X")
	name, _ := ParseName("张三丰")
	mobile, _ := ParseMobile("13812345678")
	leaks(t, number, "19900307")
	leaks(t, &number, "19900307")
	leaks(t, name, "三丰", "三")
	leaks(t, mobile, "1234", "81234")
	leaks(t, Entity{FieldAddress, "河北省石家庄市"}, "石家庄")

	side := 1
	readings, err := ParseEntities(&side, []Entity{
		{FieldName, "张三丰"}, {FieldNumber, "11010119900307803X"}, {FieldAddress, "河北省石家庄市"},
		{FieldBirth, "1990年3月7日"}, {FieldRace, "汉"}, {FieldGender, "男"},
	}, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	leaks(t, readings, "三丰", "19900307", "石家庄", "1990-03-07", "汉")
	leaks(t, readings[0], "三丰", "19900307", "石家庄", "1990-03-07", "汉")

	readings[0].Number = Number{} // as when OCR misread it
	leaks(t, readings[0], "19900307")

	// The JSON of a SealedReading is in clear text, all other output is masked.
	sealed := fmt.Sprintf("%v %+v %#v %s", readings[0].Seal(), readings[0].Seal(), readings[0].Seal(), readings[0].Seal())
	if strings.Contains(sealed, "三丰") || strings.Contains(sealed, "石家庄") {
		t.Error("got a SealedReading in clear, want it masked")
	}
	leaks(t, Photo{JPEG: []byte("picture")}, "picture", "cGljdHVyZQ")
}

// TestUnexportedFieldsDoNotLeak: fmt cannot call the methods of values in unexported fields, and must not show them.
func TestUnexportedFieldsDoNotLeak(t *testing.T) {
	name, _ := ParseName("张三丰")
	mobile, _ := ParseMobile("13812345678")
	row := struct {
		n  Number
		nm Name
		m  Mobile
	}{mustNumber(t, "11010119900307803X"), name, mobile}
	leaks(t, row, "19900307", "三丰", "81234")
}

func TestValuesCompare(t *testing.T) {
	a, b := mustNumber(t, "11010119900307803X"), mustNumber(t, "11010119900307803x")
	if a != b || a == mustNumber(t, "440308199901101512") || a == (Number{}) {
		t.Error("got == false for equal values or true for others, want the opposite")
	}
	if (Number{}).Reveal() != "" || (Number{}).Gender() != "" || !(Number{}).Birth().IsZero() || !(Name{}).Empty() {
		t.Error("got a zero value that is not empty, want it empty")
	}
	var n Number
	//lint:ignore SA9005 that it cannot be unmarshalled is what is tested
	if json.Unmarshal([]byte(`"110***********803X"`), &n) == nil {
		t.Error("got a value from a mask, want an error")
	}
}

// TestErrorTexts checks that an error contains the operation and the reason only.
func TestErrorTexts(t *testing.T) {
	for err, want := range map[error]string{
		&NumberError{NumberDate}:       "idcard: number refused: date",
		&NameError{NameMarkup}:         "idcard: name refused: markup",
		&MobileError{MobileLength}:     "idcard: mobile refused: length",
		&DateError{}:                   "idcard: no such date",
		&ReadingError{ReadingNothing}:  "idcard: no reading: nothing",
		&PhotoError{PhotoHEIC, "heic"}: "idcard: photo refused: heic",
	} {
		t.Run(fmt.Sprint(err), func(t *testing.T) {
			if err.Error() != want {
				t.Errorf("got %q, want the operation and the reason", err)
			}
		})
	}
}
