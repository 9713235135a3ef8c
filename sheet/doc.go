// Package sheet reads lists of people from pasted text, CSV and XLSX, and writes XLSX files. It is the only user of
// excelize. It evaluates nothing, follows no link, writes no file, and knows nothing of cases or campaigns.
//
// What it reads is bounded: Limits holds the lines, columns and bytes, also of what an XLSX file unpacks to. What it
// writes is streamed: the memory that a Writer needs does not grow with the rows.
package sheet
