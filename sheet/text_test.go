package sheet_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"shiming/sheet"
)

// flat writes a list for comparison: a person a line, then what was wrong.
func flat(l sheet.List) string {
	var b strings.Builder
	for _, r := range l.Rows {
		fmt.Fprintf(&b, "%d:%s|%s|%s|%s|%s\n", r.Line, r.Name, r.Email, r.Mobile, r.OpenID, r.EmployeeNo)
	}
	for _, m := range l.Mistakes {
		fmt.Fprintf(&b, "%d!%s\n", m.Line, m.Code)
	}
	if len(l.Duplicates) > 0 {
		fmt.Fprintf(&b, "again %v\n", l.Duplicates)
	}
	return b.String()
}

func TestReadText(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"names by line":   {"张三\n\n 李四 \n", "1:张三||||\n3:李四||||\n"},
		"names in a line": {"张三、李四；王五, 赵六，欧阳娜娜", "1:张三||||\n1:李四||||\n1:王五||||\n1:赵六||||\n1:欧阳娜娜||||\n"},
		"names by space":  {"张三 李四", "1:张三||||\n1:李四||||\n"},
		"a foreign name":  {"John Smith\n阿卜杜拉·买买提", "1:John Smith||||\n2:阿卜杜拉·买买提||||\n"},
		"from Outlook": {"Zhang San <ZhangSan@Corp.cn>; Li Si <lisi@corp.cn>",
			"1:Zhang San|zhangsan@corp.cn|||\n1:Li Si|lisi@corp.cn|||\n"},
		"a person a line": {"张三 138-0013-8000 a@b.cn\n李四 +86 13900139000",
			"1:张三|a@b.cn|13800138000||\n2:李四||13900139000||\n"},
		"open_ids": {"ou_0123456789abcdef\nou_fedcba9876543210",
			"1:|||ou_0123456789abcdef|\n2:|||ou_fedcba9876543210|\n"},
		"from a spreadsheet":     {"姓名\t手机号（必填）\t部门\n张三\t13800138000\t销售部", "2:张三||13800138000||\n"},
		"another country":        {"+85261234567\n0065 91234567", "1:||+85261234567||\n2:||+6591234567||\n"},
		"mixed up":               {"张三 李四 13800138000\n王五", "2:王五||||\n1!mixed\n"},
		"a formula":              {"=cmd|'/c calc'!A0\n张三", "2:张三||||\n1!formula\n"},
		"again":                  {"张三\n张三\na@b.cn 张三\nA@B.cn 李四", "1:张三||||\n3:张三|a@b.cn|||\nagain [2 4]\n"},
		"an ID number is nobody": {"110101199003070011\n张三", "2:张三||||\n1!nobody\n"},
		"headings in English": {"Name,E-mail,Employee No.\nZhang San,z@corp.cn,0042",
			"2:Zhang San|z@corp.cn|||0042\n"},
		"a title above":      {"2026 年名单,,\n姓名,邮箱,备注\n张三,z@corp.cn,=1+1", "3:张三|z@corp.cn|||\n"},
		"the lead is nobody": {"姓名,直属上级姓名\n张三,李四", "2:张三||||\n"},
		"semicolons, quotes": {"姓名;邮箱\n\"张三\";\"z@corp.cn\"\n\"李\n四\";", "2:张三|z@corp.cn|||\n3!name\n"},
		"no headings": {"销售部,张三,13800138000\n销售部,李四,13900139000\n",
			"1:张三||13800138000||\n2:李四||13900139000||\n"},
		"bad cells": {"姓名,手机,邮箱\n张三,1234,z@corp.cn\n=A1,,\n,,x\n",
			"2:张三|z@corp.cn|||\n2!mobile\n3!formula\n4!email\n"},
		"a number as it is shown": {"手机\n1.3800138E+10\n", "2:||13800138000||\n"},
		"full width":              {"手机\n１３８００１３８０００\n", "2:||13800138000||\n"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := sheet.ReadText(c.text, sheet.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			if got := flat(l); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestReadTextRefuses(t *testing.T) {
	small := sheet.Limits{Bytes: 1000, Unpacked: 1000, Lines: 3, Columns: 4}
	for name, c := range map[string]struct {
		text string
		want sheet.Code
		line int
	}{
		"nothing":         {"\n \n", sheet.CodeEmpty, 0},
		"only headings":   {"姓名,手机\n", sheet.CodeEmpty, 0},
		"too large":       {strings.Repeat("a", 1001), sheet.CodeTooLarge, 0},
		"too many":        {"张三\n李四\n王五\n赵六", sheet.CodeTooManyLines, 4},
		"too many a line": {"张三、李四、王五、赵六", sheet.CodeTooManyLines, 1},
		"too many rows":   {"姓名\n张三\n李四\n王五", sheet.CodeTooManyLines, 4},
		"too wide":        {"姓名,a,b,c\n张三,1,2,3,4", sheet.CodeTooWide, 2},
		"wrong columns":   {"金额,日期\n12.50,2026-11-30\n", sheet.CodeNoColumn, 0},
		"remarks":         {"请大家尽快完成本年度的实名登记工作", sheet.CodeNoColumn, 0},
		"two the same":    {"姓名,手机,电话\n张三,1,2", sheet.CodeTwoColumns, 1},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := sheet.ReadText(c.text, small)
			var e *sheet.Error
			if sheet.CodeOf(err) != c.want {
				t.Fatalf("got %v and %s, want %s", err, flat(l), c.want)
			}
			if e, _ = err.(*sheet.Error); e.Line != c.line {
				t.Errorf("got line %d, want %d", e.Line, c.line)
			}
		})
	}
}

func TestReadFileEncodings(t *testing.T) {
	const text = "姓名,邮箱\r\n张三,zhangsan@corp.cn\r\n欧阳喆,o@corp.cn\r\n"
	const want = "2:张三|zhangsan@corp.cn|||\n3:欧阳喆|o@corp.cn|||\n"
	encode := func(e encoding.Encoding) []byte {
		raw, err := e.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, raw := range map[string][]byte{
		"utf-8":               []byte(text),
		"utf-8 with mark":     []byte("\xEF\xBB\xBF" + text),
		"gb18030":             encode(simplifiedchinese.GB18030),
		"gbk":                 encode(simplifiedchinese.GBK),
		"utf-16 little":       encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)),
		"utf-16 big":          encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM)),
		"utf-16 without mark": encode(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)),
		"old line ends":       []byte(strings.ReplaceAll(text, "\r\n", "\r")),
	} {
		t.Run(name, func(t *testing.T) {
			l, err := sheet.ReadFile(raw, sheet.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			if got := flat(l); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if !l.Headings || !slices.Equal(l.Fields, []sheet.Field{sheet.FieldName, sheet.FieldEmail}) {
				t.Errorf("got %v, headings %v", l.Fields, l.Headings)
			}
		})
	}
}

func TestReadFileRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want sheet.Code
	}{
		"a picture":     {"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01", sheet.CodeUnreadable},
		"an old XLS":    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest", sheet.CodeOldFormat},
		"not GBK":       {"\xFF\xFE\xFD\xFC\x80 abc"[2:], sheet.CodeBadCharacter},
		"a broken ZIP":  {"PK\x03\x04 rest", sheet.CodeUnreadable},
		"control signs": {"张三\x1B[31m", sheet.CodeUnreadable},
		"too large":     {strings.Repeat("a", 5<<20+1), sheet.CodeTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := sheet.ReadFile([]byte(c.raw), sheet.DefaultLimits()); sheet.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestMistakesSayWhatIsKept: a bad cell beside a good one leaves the person in the list.
func TestMistakesSayWhatIsKept(t *testing.T) {
	l, err := sheet.ReadText("姓名,手机\n张三,12\n=1,\n", sheet.DefaultLimits())
	want := []sheet.Mistake{{Line: 2, Code: sheet.CodeMobile, Kept: true}, {Line: 3, Code: sheet.CodeFormula}}
	if err != nil || !slices.Equal(l.Mistakes, want) || l.Lines != 2 || len(l.Rows) != 1 {
		t.Errorf("got %v in %d lines, %v, want %v", l.Mistakes, l.Lines, err, want)
	}
}

// TestRowsMaskThemselves prints a row in every way that a log would.
func TestRowsMaskThemselves(t *testing.T) {
	r := sheet.Row{Line: 3, Name: "张三", Email: "zhang@corp.cn", Mobile: "13800138000"}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("row", "row", r)
	all := fmt.Sprint(r, fmt.Sprintf("%+v %#v %q", r, r, []sheet.Row{r}), string(raw), logged.String())
	for _, secret := range []string{"张三", "zhang", "138"} {
		if strings.Contains(all, secret) {
			t.Errorf("got %s in %s", secret, all)
		}
	}
}
