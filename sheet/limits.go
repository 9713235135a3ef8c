package sheet

import (
	"errors"
	"strconv"
)

// Limits bounds what is read. A list that exceeds one is refused as a whole.
type Limits struct {
	Bytes    int // of a text or file as it came
	Unpacked int // bytes of all parts of an XLSX file
	Lines    int // lines with something in them, the headings included
	Columns  int // of any line
}

// DefaultLimits takes a list of 50,000 people with a heading. Reading the largest one needs some 100 MB for a moment.
func DefaultLimits() Limits {
	return Limits{Bytes: 5 << 20, Unpacked: 32 << 20, Lines: 50_001, Columns: 200}
}

// Code says why a list or a line of it cannot be read.
type Code string

// Codes of a list that is refused as a whole.
const (
	CodeEmpty        Code = "empty"         // nothing in it
	CodeTooLarge     Code = "too_large"     // more bytes than Limits.Bytes or Limits.Unpacked
	CodeTooManyLines Code = "too_many"      // more lines than Limits.Lines
	CodeTooWide      Code = "too_wide"      // a line with more columns than Limits.Columns
	CodeNoColumn     Code = "no_column"     // no heading and no content by which a person could be found
	CodeTwoColumns   Code = "two_columns"   // two columns with headings of the same meaning
	CodeUnreadable   Code = "unreadable"    // neither text nor XLSX, or a damaged file
	CodeOldFormat    Code = "old_format"    // XLS of before 2007, or a file with a password
	CodeBadCharacter Code = "bad_character" // a text in none of the known encodings
)

// Codes of one line. The rest of the list is read.
const (
	CodeNobody  Code = "nobody"  // nothing by which a person could be found
	CodeFormula Code = "formula" // a formula in place of a name or an address
	CodeEmail   Code = "email"   // no e-mail address
	CodeMobile  Code = "mobile"  // no mobile number
	CodeOpenID  Code = "open_id" // no open_id
	CodeName    Code = "name"    // no name of a person
	CodeMixed   Code = "mixed"   // several people, and it is not clear which address is whose
)

// Error is a list that is refused. It holds nothing of the list but a number.
type Error struct {
	Code Code
	Line int // where it was noticed, from 1; 0 if it has no place
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return "sheet: " + string(e.Code)
	}
	return "sheet: " + string(e.Code) + " at line " + strconv.Itoa(e.Line)
}

// CodeOf returns the code of an error of this package, "" for any other.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Mistake is a line of a list that was not, or not wholly, understood. The line without the bad cell is in the list if
// something is left by which the person can be found.
type Mistake struct {
	Line int
	Code Code
	Kept bool // something is left, and the line is in the list
}
