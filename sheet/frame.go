package sheet

import (
	"strconv"
	"strings"
)

// Names of ECMA-376, part 1 (transitional).
const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMain    = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsOffice  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsPackage = "http://schemas.openxmlformats.org/package/2006"
	typeMain  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// Indexes of the formats in styles.xml.
const (
	styleNone = iota
	styleTime
	styleHeading
)

// part is one file of an XLSX file.
type part struct{ name, xml string }

// partName returns the name of a sheet's part.
func partName(i int) string { return "xl/worksheets/sheet" + strconv.Itoa(i+1) + ".xml" }

// frame returns all parts but the sheets. Their names must be valid: see validName.
func frame(sheets []Sheet) []part {
	var types, names, relations strings.Builder
	for i, s := range sheets {
		n := strconv.Itoa(i + 1)
		types.WriteString(`<Override PartName="/` + partName(i) + `" ContentType="` + typeMain + `worksheet+xml"/>`)
		names.WriteString(`<sheet name="` + s.Name + `" sheetId="` + n + `" r:id="rId` + n + `"/>`)
		relations.WriteString(`<Relationship Id="rId` + n + `" Type="` + nsOffice + `/worksheet" Target="worksheets/sheet` +
			n + `.xml"/>`)
	}
	relationships := xmlHead + `<Relationships xmlns="` + nsPackage + `/relationships">`
	return []part{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="` + nsPackage + `/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + typeMain + `sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + typeMain + `styles+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", relationships + `<Relationship Id="rId1" Type="` + nsOffice +
			`/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="` + nsMain + `" xmlns:r="` + nsOffice + `"><sheets>` +
			names.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", relationships + relations.String() + `<Relationship Id="rId` +
			strconv.Itoa(len(sheets)+1) + `" Type="` + nsOffice + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", xmlHead + styles},
	}
}

// styles has the formats of styleNone, styleTime and styleHeading, in this order.
const styles = `<styleSheet xmlns="` + nsMain + `">` +
	`<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
	`<font><b/><sz val="11"/><name val="Calibri"/></font>` +
	`</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>` +
	`</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
