package sheet

import (
	"archive/zip"
	"bytes"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxParts limits the files inside an XLSX file.
const maxParts = 2000

// readXLSX reads the first visible sheet with something in it. Formulas are not evaluated: a cell has the value that
// the program which wrote the file has stored. excelize panics on some damaged files; this is an error here.
func readXLSX(raw []byte, limits Limits) (list List, err error) {
	if err := checkParts(raw, limits); err != nil {
		return List{}, err
	}
	defer func() {
		if recover() != nil {
			list, err = List{}, &Error{Code: CodeUnreadable}
		}
	}()
	// With both limits the same, excelize keeps everything in memory: a list of people in a temporary file would outlive
	// a killed process.
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		UnzipSizeLimit: int64(limits.Unpacked), UnzipXMLSizeLimit: int64(limits.Unpacked), RawCellValue: true,
	})
	if err != nil {
		return List{}, &Error{Code: CodeUnreadable}
	}
	defer f.Close() //nolint:errcheck // there is no temporary file to remove
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		t, err := sheetTable(f, name, limits)
		if err != nil {
			return List{}, err
		}
		if len(t) > 0 {
			return t.list()
		}
	}
	return List{}, &Error{Code: CodeEmpty}
}

// checkParts refuses a file that unpacks to more than the limit, before anything is unpacked. The zip package fails on
// a part that is longer than it says.
func checkParts(raw []byte, limits Limits) error {
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return &Error{Code: CodeUnreadable}
	}
	if len(r.File) > maxParts {
		return &Error{Code: CodeTooLarge}
	}
	left, book := uint64(limits.Unpacked), false
	for _, part := range r.File {
		if part.UncompressedSize64 > left {
			return &Error{Code: CodeTooLarge}
		}
		left -= part.UncompressedSize64
		book = book || strings.EqualFold(path.Base(part.Name), "workbook.xml")
	}
	if !book {
		return &Error{Code: CodeUnreadable}
	}
	return nil
}

// sheetTable reads one sheet. A chart is a sheet without rows.
func sheetTable(f *excelize.File, name string, limits Limits) (table, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, nil
	}
	defer rows.Close() //nolint:errcheck // there is no temporary file to close
	var t table
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, &Error{Code: CodeUnreadable, Line: number}
		}
		if err := t.append(number, cells, limits); err != nil {
			return nil, err
		}
	}
	if rows.Error() != nil {
		return nil, &Error{Code: CodeUnreadable}
	}
	return t, nil
}
