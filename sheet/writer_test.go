package sheet_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"shiming/sheet"
)

// open reads a written file back with a reader that is not ours.
func open(t *testing.T, raw []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func cell(t *testing.T, f *excelize.File, name, at string) string {
	t.Helper()
	got, err := f.GetCellValue(name, at)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWriterTypesAndSheets(t *testing.T) {
	var out bytes.Buffer
	w, err := sheet.NewWriter(&out,
		sheet.Sheet{Name: "名单", Columns: []sheet.Column{
			{Heading: "姓名", Width: 12}, {Heading: "次数"}, {Heading: "时间", Width: 18},
		}},
		sheet.Sheet{Name: "合计", Columns: []sheet.Column{{Heading: "状态"}}})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 30, 9, 5, 0, 0, time.FixedZone("CST", 8*3600))
	if err := w.Row(sheet.Text("张* <&> \x01"), sheet.Number(3.5), sheet.Time(at)); err != nil {
		t.Fatal(err)
	}
	if err := w.Row(sheet.Cell{}, sheet.Number(-2), sheet.Time(time.Time{})); err != nil {
		t.Fatal(err)
	}
	if err := w.Next(); err != nil {
		t.Fatal(err)
	}
	if err := w.Row(sheet.Text("已完成")); err != nil {
		t.Fatal(err)
	}
	if err := w.Next(); !errors.Is(err, sheet.ErrSheets) {
		t.Errorf("got %v after the last sheet, want ErrSheets", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Row(sheet.Text("late")); !errors.Is(err, sheet.ErrClosed) {
		t.Errorf("got %v after Close, want ErrClosed", err)
	}

	f := open(t, out.Bytes())
	if got := strings.Join(f.GetSheetList(), " "); got != "名单 合计" {
		t.Errorf("got sheets %s", got)
	}
	for at, want := range map[string]string{
		"A1": "姓名", "C1": "时间", "A2": "张* <&> \uFFFD", "B2": "3.5", "C2": "2026-11-30 09:05", "A3": "", "B3": "-2", "C3": "",
	} {
		if got := cell(t, f, "名单", at); got != want {
			t.Errorf("%s: got %q, want %q", at, got, want)
		}
	}
	if got := cell(t, f, "合计", "A2"); got != "已完成" {
		t.Errorf("got %q on the second sheet", got)
	}
	if width, err := f.GetColWidth("名单", "A"); err != nil || width != 12 {
		t.Errorf("got width %v, %v, want 12", width, err)
	}
	panes, err := f.GetPanes("名单")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("got panes %+v, %v, want the headings frozen", panes, err)
	}
}

// TestWriterNeutralisesFormulas writes what a spreadsheet program would evaluate, and finds texts and no formula.
func TestWriterNeutralisesFormulas(t *testing.T) {
	dangerous := []string{
		"=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠a", "|a", "%0A=1",
	}
	var out bytes.Buffer
	w, err := sheet.NewWriter(&out, sheet.Sheet{Name: "s", Columns: []sheet.Column{{Heading: "=HYPERLINK(1)"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range dangerous {
		if err := w.Row(sheet.Text(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Row(sheet.Text("a=b")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := open(t, out.Bytes())
	rows, err := f.GetRows("s")
	if err != nil || len(rows) != len(dangerous)+2 {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
	if rows[0][0] != "'=HYPERLINK(1)" {
		t.Errorf("got heading %q", rows[0][0])
	}
	for i, text := range dangerous {
		at, _ := excelize.CoordinatesToCellName(1, i+2)
		if formula, err := f.GetCellFormula("s", at); err != nil || formula != "" {
			t.Errorf("%q: got formula %q, %v", text, formula, err)
		}
		if got := rows[i+1][0]; got != "'"+text {
			t.Errorf("got %q, want %q", got, "'"+text)
		}
	}
	if got := rows[len(rows)-1][0]; got != "a=b" {
		t.Errorf("got %q, want a harmless text unchanged", got)
	}
}

func TestWriterRefusesBadSheets(t *testing.T) {
	for _, name := range []string{"", "a/b", "a:b", strings.Repeat("长", 32), `a"b`, "a<b"} {
		if _, err := sheet.NewWriter(io.Discard, sheet.Sheet{Name: name}); !errors.Is(err, sheet.ErrSheets) {
			t.Errorf("%q: got %v, want ErrSheets", name, err)
		}
	}
	if _, err := sheet.NewWriter(io.Discard); !errors.Is(err, sheet.ErrSheets) {
		t.Errorf("got %v without a sheet, want ErrSheets", err)
	}
}

// failing refuses everything after some bytes.
type failing struct{ left int }

var errFull = errors.New("disk full")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriterReportsTheDestination(t *testing.T) {
	w, err := sheet.NewWriter(&failing{left: 4 << 10}, sheet.Sheet{Name: "s", Columns: []sheet.Column{{Heading: "a"}}})
	for i := 0; err == nil && i < 100_000; i++ {
		err = w.Row(sheet.Text(strings.Repeat(string(rune('a'+i%26)), i%97)))
	}
	if err == nil {
		err = w.Close()
	}
	if !errors.Is(err, errFull) {
		t.Errorf("got %v, want the error of the destination", err)
	}
}

// TestWriterMemory writes 100,000 rows of ten cells. The heap in use must not grow with them.
func TestWriterMemory(t *testing.T) {
	columns := make([]sheet.Column, 10)
	w, err := sheet.NewWriter(io.Discard, sheet.Sheet{Name: "s", Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	row := make([]sheet.Cell, len(columns))
	for i := range row {
		row[i] = sheet.Text("第三营业部 · 等待审核")
	}
	write := func(n int) uint64 {
		for range n {
			if err := w.Row(row...); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	few, all := write(1000), write(99_000)
	if grown := int64(all) - int64(few); grown > 4<<20 {
		t.Errorf("got %d bytes more after 99,000 more rows, want a constant", grown)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestWriterLetsGo ends a file in memory. Nothing may keep it: a file of many people would stay beside what comes next.
func TestWriterLetsGo(t *testing.T) {
	freed := make(chan struct{})
	func() {
		out := new(bytes.Buffer)
		runtime.AddCleanup(out, func(freed chan struct{}) { close(freed) }, freed)
		w, err := sheet.NewWriter(out, sheet.Sheet{Name: "s", Columns: []sheet.Column{{Heading: "a"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Row(sheet.Text("b")), w.Close()); err != nil {
			t.Fatal(err)
		}
	}()
	runtime.GC()
	select {
	case <-freed:
	case <-time.After(10 * time.Second):
		t.Error("the file is still in use after a garbage collection")
	}
}
