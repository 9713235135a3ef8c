package sheet

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Column describes a column of a written sheet.
type Column struct {
	Heading string
	Width   float64 // in characters of the default font; a Chinese character takes two. 0 = the program's default
}

// Sheet describes a written sheet. Name takes 1 to 31 characters without []:*?/\ .
type Sheet struct {
	Name    string
	Columns []Column
}

// maxRows is the number of rows that a sheet of XLSX can hold.
const maxRows = 1 << 20

var (
	// ErrFull is returned for a row that a sheet of XLSX has no place for.
	ErrFull = errors.New("sheet: too many rows")
	// ErrSheets is returned for a file without a sheet, for a wrong name, and for a Next after the last sheet.
	ErrSheets = errors.New("sheet: bad list of sheets")
	// ErrClosed is returned for a row after Close.
	ErrClosed = errors.New("sheet: closed")
)

// Writer writes one XLSX file, row by row, straight into an io.Writer. It keeps no rows, in memory or on the disk.
//
//	w, err := sheet.NewWriter(out, sheet.Sheet{Name: "名单", Columns: columns})
//	err = w.Row(sheet.Text("张*"), sheet.Number(3), sheet.Time(at))
//	err = w.Close()
//
// After an error, every method returns that error. A Writer is for one goroutine.
type Writer struct {
	zip    *zip.Writer
	flate  *flate.Writer // of all parts, one after another
	part   *bufio.Writer // of the sheet that is being written
	sheets []Sheet
	index  int // of the sheet that is being written
	row    int // rows of that sheet so far
	err    error
}

// NewWriter begins a file with the given sheets and writes the headings of the first. Its rows come first.
func NewWriter(out io.Writer, sheets ...Sheet) (*Writer, error) {
	w := &Writer{zip: zip.NewWriter(out), sheets: sheets}
	w.zip.RegisterCompressor(zip.Deflate, w.deflate)
	if len(sheets) == 0 {
		return nil, ErrSheets
	}
	for _, s := range sheets {
		if !validName(s.Name) {
			return nil, ErrSheets
		}
	}
	for _, p := range frame(sheets) {
		part, err := w.zip.Create(p.name)
		if err != nil {
			return nil, err
		}
		if _, err = io.WriteString(part, p.xml); err != nil {
			return nil, err
		}
	}
	w.begin()
	return w, w.err
}

// deflate begins the compression of a part. That of archive/zip goes back to a pool after its use, which would keep
// out, and with it a file in memory, from the garbage collector.
func (w *Writer) deflate(out io.Writer) (io.WriteCloser, error) {
	if w.flate != nil {
		w.flate.Reset(out)
		return w.flate, nil
	}
	var err error
	w.flate, err = flate.NewWriter(out, flate.DefaultCompression)
	return w.flate, err
}

// Next ends the present sheet and begins the next one of NewWriter's list.
func (w *Writer) Next() error {
	if w.err != nil {
		return w.err
	}
	if w.index+1 >= len(w.sheets) {
		return ErrSheets
	}
	w.end()
	w.index++
	w.begin()
	return w.err
}

// Row appends a row to the present sheet. Missing cells stay empty.
func (w *Writer) Row(cells ...Cell) error {
	if w.err != nil {
		return w.err
	}
	if w.row >= maxRows {
		return ErrFull
	}
	w.writeRow(cells, styleNone)
	return w.err
}

// Close ends the file. Sheets without rows have their headings. It does not close the io.Writer.
func (w *Writer) Close() error {
	for w.err == nil && w.index+1 < len(w.sheets) {
		_ = w.Next() // the error stays in w.err
	}
	if w.err != nil {
		return w.err
	}
	w.end()
	if w.err != nil {
		return w.err
	}
	if w.err = w.zip.Close(); w.err != nil {
		return w.err
	}
	w.err = ErrClosed
	return nil
}

// begin starts the part of the present sheet: columns, a first row that stays in place, the headings.
func (w *Writer) begin() {
	part, err := w.zip.Create(partName(w.index))
	if err != nil {
		w.err = err
		return
	}
	w.part, w.row = bufio.NewWriterSize(part, 32<<10), 0
	w.text(xmlHead + `<worksheet xmlns="` + nsMain + `"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	w.columns()
	w.text(`<sheetData>`)
	headings := make([]Cell, 0, len(w.sheets[w.index].Columns))
	for _, c := range w.sheets[w.index].Columns {
		headings = append(headings, Text(c.Heading))
	}
	w.writeRow(headings, styleHeading)
}

func (w *Writer) columns() {
	open := false
	for i, c := range w.sheets[w.index].Columns {
		if c.Width <= 0 {
			continue
		}
		if !open {
			w.text(`<cols>`)
			open = true
		}
		n := strconv.Itoa(i + 1)
		width := strconv.FormatFloat(min(c.Width, maxWidth), 'f', 2, 64)
		w.text(`<col min="` + n + `" max="` + n + `" width="` + width + `" customWidth="1"/>`)
	}
	if open {
		w.text(`</cols>`)
	}
}

// end completes the part of the present sheet.
func (w *Writer) end() {
	w.text(`</sheetData></worksheet>`)
	if err := w.part.Flush(); err != nil && w.err == nil {
		w.err = err
	}
}

func (w *Writer) writeRow(cells []Cell, style int) {
	w.row++
	w.text(`<row r="` + strconv.Itoa(w.row) + `">`)
	for i, c := range cells {
		if c.kind == cellEmpty {
			continue
		}
		w.text(`<c r="` + columnName(i) + strconv.Itoa(w.row) + `"`)
		if s := max(style, c.style()); s != styleNone {
			w.text(` s="` + strconv.Itoa(s) + `"`)
		}
		if c.kind == cellText {
			w.text(` t="inlineStr"><is><t xml:space="preserve">`)
			w.escaped(neutral(c.text))
			w.text(`</t></is></c>`)
			continue
		}
		w.text(`><v>` + strconv.FormatFloat(c.number, 'f', -1, 64) + `</v></c>`)
	}
	w.text(`</row>`)
}

func (w *Writer) text(s string) {
	if w.err == nil {
		_, w.err = w.part.WriteString(s)
	}
}

// escaped writes a text as XML. Characters that XML 1.0 cannot hold become U+FFFD.
func (w *Writer) escaped(s string) {
	if len(s) <= maxCellRunes && utf8.ValidString(s) && strings.IndexFunc(s, special) < 0 {
		w.text(s)
		return
	}
	n := 0
	for _, r := range s {
		if n++; n > maxCellRunes {
			return
		}
		switch {
		case r == '<':
			w.text("&lt;")
		case r == '>':
			w.text("&gt;")
		case r == '&':
			w.text("&amp;")
		case r == '\r':
			w.text("&#13;")
		case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF:
			w.text("\uFFFD")
		case w.err == nil:
			_, w.err = w.part.WriteRune(r)
		}
	}
}

// special reports whether XML cannot hold a character as it is.
func special(r rune) bool {
	return r == '<' || r == '>' || r == '&' || r < ' ' || r == 0xFFFE || r == 0xFFFF
}

// Limits of the format: characters of a cell, width of a column.
const (
	maxCellRunes = 32767
	maxWidth     = 255
)

// validName reports whether a sheet can have this name.
func validName(name string) bool {
	if n := utf8.RuneCountInString(name); n == 0 || n > 31 {
		return false
	}
	for _, r := range name {
		switch r {
		case '[', ']', ':', '*', '?', '/', '\\', '\'', '<', '>', '&', '"':
			return false
		}
		if r < ' ' {
			return false
		}
	}
	return true
}

// columnName returns the letters of a column: 0 is A, 26 is AA.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// cellKind is what a cell holds.
type cellKind int

const (
	cellEmpty cellKind = iota
	cellText
	cellNumber
	cellTime
)

// Cell is one cell of a row. The zero Cell is empty.
type Cell struct {
	kind   cellKind
	text   string
	number float64
}

// Text is a cell with a text, never a formula, a link or a number. A text that a program could take for a formula after
// it was saved as CSV gets an apostrophe in front.
func Text(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{kind: cellText, text: s}
}

// Number is a cell with a number, with which people can reckon. NaN and infinities are empty cells.
func Number(n float64) Cell {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return Cell{}
	}
	return Cell{kind: cellNumber, number: n}
}

// Time is a cell with date and time to the minute, as the clock shows them in t's location. The zero time, and one
// before 1900, is an empty cell.
func Time(t time.Time) Cell {
	if t.Year() < 1901 {
		return Cell{}
	}
	// A serial number counts days; number 1 is 1900-01-01, and there is a 1900-02-29 that never was.
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	days := wall.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
	return Cell{kind: cellTime, number: math.Round(days*86400) / 86400}
}

// style returns the index of the cell's format in styles.xml.
func (c Cell) style() int {
	if c.kind == cellTime {
		return styleTime
	}
	return styleNone
}

// neutral returns a text that no spreadsheet program takes for a formula, also after the file was saved as CSV.
func neutral(s string) string {
	switch r, _ := utf8.DecodeRuneInString(s); r {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '|', '%':
		return "'" + s
	}
	return s
}
