package export

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/sheet"
)

// columns are those of the file, in their order: the code of the heading (texts "column.<code>"), the width in
// characters, and the cell of a row.
var columns = []struct {
	code  string
	width float64
	cell  func(r flows.ExportRow, lang string) sheet.Cell
}{
	{"name", 12, func(r flows.ExportRow, _ string) sheet.Cell { return sheet.Text(r.MaskedName) }},
	{"department", 18, func(r flows.ExportRow, _ string) sheet.Cell { return sheet.Text(r.Department) }},
	{"state", 12, func(r flows.ExportRow, lang string) sheet.Cell {
		return sheet.Text(cards.CodeText("state", string(r.State), lang))
	}},
	{"opened", 17, func(r flows.ExportRow, _ string) sheet.Cell { return clock(r.OpenedAt) }},
	{"submitted", 17, func(r flows.ExportRow, _ string) sheet.Cell { return clock(r.SubmittedAt) }},
	{"decided", 17, func(r flows.ExportRow, _ string) sheet.Cell { return clock(r.DecidedAt) }},
	{"done", 17, func(r flows.ExportRow, _ string) sheet.Cell { return clock(r.DoneAt) }},
	{"method", 28, func(r flows.ExportRow, lang string) sheet.Cell {
		return sheet.Text(cards.CodeText("method", string(r.Method), lang))
	}},
	{"evidence_point", 26, func(r flows.ExportRow, _ string) sheet.Cell { return sheet.Text(r.EvidencePoint) }},
	{"case", 38, func(r flows.ExportRow, _ string) sheet.Cell { return sheet.Text(r.CaseID) }},
	{"open_id", 38, func(r flows.ExportRow, _ string) sheet.Cell { return sheet.Text(r.OpenID) }},
}

// clock is a cell with a time as the clocks of China show it; empty for the zero time.
func clock(t time.Time) sheet.Cell {
	if t.IsZero() {
		return sheet.Cell{}
	}
	return sheet.Time(t.In(flows.ChinaTime))
}

// File writes one file, row by row. It keeps no rows.
type File struct {
	out   *sheet.Writer
	sum   hash.Hash
	lang  string
	cells []sheet.Cell
	rows  int
}

// NewFile begins a file in a language, one of cards.ExportLanguages.
func NewFile(out io.Writer, lang string) (*File, error) {
	f := &File{sum: sha256.New(), lang: lang, cells: make([]sheet.Cell, len(columns))}
	page := sheet.Sheet{Name: cards.CodeText("column", "sheet", lang)}
	for _, c := range columns {
		page.Columns = append(page.Columns, sheet.Column{Heading: cards.CodeText("column", c.code, lang), Width: c.width})
	}
	var err error
	f.out, err = sheet.NewWriter(io.MultiWriter(out, f.sum), page)
	return f, err
}

// Add appends a row for each person.
func (f *File) Add(rows ...flows.ExportRow) error {
	for _, r := range rows {
		for i, c := range columns {
			f.cells[i] = c.cell(r, f.lang)
		}
		if err := f.out.Row(f.cells...); err != nil {
			return err
		}
		f.rows++
	}
	return nil
}

// Rows is the number of people so far.
func (f *File) Rows() int { return f.rows }

// Close ends the file and returns its SHA-256 in hex.
func (f *File) Close() (sum string, err error) {
	if err := f.out.Close(); err != nil {
		return "", err
	}
	return hex.EncodeToString(f.sum.Sum(nil)), nil
}

// Name is the name under which the file is sent: the title of its sheet and when it was asked for, in China time.
func Name(x *flows.Export) string {
	asked := x.AskedAt.In(flows.ChinaTime).Format("20060102-1504")
	return cards.CodeText("column", "sheet", x.Language) + "-" + asked + ".xlsx"
}
