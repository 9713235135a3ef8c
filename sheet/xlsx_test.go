package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"shiming/sheet"
)

// book makes an XLSX file with a program that is not ours.
func book(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func row(t *testing.T, f *excelize.File, name, at string, cells ...any) {
	t.Helper()
	if err := f.SetSheetRow(name, at, &cells); err != nil {
		t.Fatal(err)
	}
}

func TestReadXLSX(t *testing.T) {
	raw := book(t, func(f *excelize.File) {
		if _, err := f.NewSheet("旧"); err != nil {
			t.Fatal(err)
		}
		row(t, f, "旧", "A1", "姓名")
		row(t, f, "旧", "A2", "隐藏")
		if err := f.SetSheetName("Sheet1", "名单"); err != nil {
			t.Fatal(err)
		}
		row(t, f, "名单", "B2", "员工名单")
		row(t, f, "名单", "B4", "姓名", "手机号", "身份证号", "工号", "邮箱")
		row(t, f, "名单", "B5", "张三", 13800138000, "110101199003070011", 42)
		row(t, f, "名单", "B7", "李四", "139 0013 9000", "", "A-7", "lisi@corp.cn")
		row(t, f, "名单", "B8", "李四", "13900139000")
		if err := f.SetCellFormula("名单", "B9", `cmd|'/c calc'!A0`); err != nil {
			t.Fatal(err)
		}
		row(t, f, "名单", "B10", "=HYPERLINK(\"http://x\")")
		row(t, f, "名单", "B11", "王五", "", "", 12.0)
	})
	l, err := sheet.ReadFile(raw, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	want := "5:张三||13800138000||42\n7:李四|lisi@corp.cn|13900139000||A-7\n11:王五||||12\n10!formula\nagain [8]\n"
	if got := flat(l); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestReadXLSXSkipsHiddenSheets reads what HR sees when the file is opened.
func TestReadXLSXSkipsHiddenSheets(t *testing.T) {
	raw := book(t, func(f *excelize.File) {
		row(t, f, "Sheet1", "A1", "姓名")
		row(t, f, "Sheet1", "A2", "隐藏")
		n, err := f.NewSheet("看得见")
		if err != nil {
			t.Fatal(err)
		}
		row(t, f, "看得见", "A1", "姓名")
		row(t, f, "看得见", "A2", "张三")
		f.SetActiveSheet(n)
		if err := f.SetSheetVisible("Sheet1", false); err != nil {
			t.Fatal(err)
		}
	})
	l, err := sheet.ReadFile(raw, sheet.DefaultLimits())
	if err != nil || flat(l) != "2:张三||||\n" {
		t.Errorf("got %s %v", flat(l), err)
	}
}

// pack makes a ZIP file of parts that consist of zeros.
func pack(t *testing.T, sizes map[string]int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, size := range sizes {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadXLSXRefuses(t *testing.T) {
	many := map[string]int{}
	for i := range 2001 {
		many[fmt.Sprint("xl/", i)] = 1
	}
	lying := pack(t, map[string]int{"xl/workbook.xml": 4096})
	at := bytes.LastIndex(lying, []byte{0x00, 0x10, 0x00, 0x00}) // its length in the directory, which the reader believes
	lying[at] = 1
	lying[at+1] = 0
	for name, c := range map[string]struct {
		raw  []byte
		want sheet.Code
	}{
		"a bomb":              {pack(t, map[string]int{"xl/workbook.xml": 33 << 20}), sheet.CodeTooLarge},
		"a bomb of parts":     {pack(t, map[string]int{"xl/a": 20 << 20, "xl/workbook.xml": 20 << 20}), sheet.CodeTooLarge},
		"too many parts":      {pack(t, many), sheet.CodeTooLarge},
		"another kind":        {pack(t, map[string]int{"word/document.xml": 10}), sheet.CodeUnreadable},
		"longer than it says": {lying, sheet.CodeUnreadable},
		"an empty one":        {book(t, func(*excelize.File) {}), sheet.CodeEmpty},
		"too wide": {book(t, func(f *excelize.File) {
			row(t, f, "Sheet1", "A1", "姓名")
			row(t, f, "Sheet1", "XFD2", "x")
		}), sheet.CodeTooWide},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := sheet.ReadFile(c.raw, sheet.DefaultLimits()); sheet.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// largest writes n people with all fields.
func largest(t *testing.T, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := sheet.NewWriter(&out, sheet.Sheet{Name: "名单", Columns: []sheet.Column{
		{Heading: "姓名"}, {Heading: "手机"}, {Heading: "邮箱"}, {Heading: "工号"}, {Heading: "部门"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := w.Row(sheet.Text("张三丰"), sheet.Number(float64(13800000000+i)), sheet.Text(fmt.Sprintf("p%d@corp.cn", i)),
			sheet.Text(fmt.Sprint(i)), sheet.Text("华东销售部")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestLargestListIsRead reads what a Writer wrote: 50,000 people, and refuses one more. Nothing of it is left on the
// disk, and the list itself stays small.
func TestLargestListIsRead(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	raw := largest(t, 50_000)
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l, err := sheet.ReadFile(raw, sheet.DefaultLimits())
	if err != nil || len(l.Rows) != 50_000 || len(l.Mistakes) != 0 || len(l.Duplicates) != 0 {
		t.Fatalf("got %d rows, %d mistakes, %v", len(l.Rows), len(l.Mistakes), err)
	}
	debug.FreeOSMemory()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 24<<20 {
		t.Errorf("got %d MB kept for the list, want less than 24", kept>>20)
	}
	if l.Rows[49_999].Mobile != "13800049999" || l.Rows[49_999].Line != 50_001 {
		t.Errorf("got %q at line %d", l.Rows[49_999].Mobile, l.Rows[49_999].Line)
	}
	if entries, err := os.ReadDir(os.TempDir()); err != nil || len(entries) != 0 {
		t.Errorf("got %d temporary files, %v, want none", len(entries), err)
	}
	if _, err := sheet.ReadFile(largest(t, 50_001), sheet.DefaultLimits()); sheet.CodeOf(err) != sheet.CodeTooManyLines {
		t.Errorf("got %v for one more, want too many", err)
	}
}

// FuzzReadFile reads anything without a panic. What comes out keeps the promises of Row and List.
func FuzzReadFile(f *testing.F) {
	for _, seed := range []string{
		"", ";", "张三\n李四", "姓名,手机\n张三,13800138000", "姓名;邮箱\n\"a", "=cmd\t@x\n", "\xD5\xC5\xC8\xFD\n", "PK\x03\x04",
		"\xFF\xFE\x20\x5F", "Zhang San <z@corp.cn>; ou_1", "手机\n1.3800138E+10",
	} {
		f.Add([]byte(seed))
	}
	var small bytes.Buffer
	w, err := sheet.NewWriter(&small, sheet.Sheet{Name: "s", Columns: []sheet.Column{{Heading: "姓名"}}})
	if err == nil {
		err = w.Row(sheet.Text("张三"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small.Bytes())
	limits := sheet.Limits{Bytes: 1 << 16, Unpacked: 1 << 20, Lines: 1000, Columns: 50}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := sheet.ReadFile(raw, limits)
		if err != nil {
			if sheet.CodeOf(err) == "" || len(l.Rows) > 0 {
				t.Fatalf("got %v with %d rows, want a code and no rows", err, len(l.Rows))
			}
			return
		}
		if len(l.Rows)+len(l.Duplicates) > 1000 || len(l.Rows)+len(l.Mistakes) == 0 {
			t.Fatalf("got %d rows, %d duplicates, %d mistakes", len(l.Rows), len(l.Duplicates), len(l.Mistakes))
		}
		for _, r := range l.Rows {
			if r == (sheet.Row{Line: r.Line}) || r.Line < 1 {
				t.Fatalf("got a row of nobody at line %d", r.Line)
			}
			if strings.ContainsAny(r.Name+r.Email+r.Mobile+r.OpenID+r.EmployeeNo, "=\t\r\n\x00|") {
				t.Fatalf("got a control character or a formula at line %d", r.Line)
			}
		}
	})
}
