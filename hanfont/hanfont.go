// Package hanfont holds the program's only Chinese font, so that it is in the binary once. README.md has its origin and
// licence.
package hanfont

import _ "embed"

// TTF is a font with the Han characters of GB2312. It has no Latin letters and no digits.
//
//go:embed droid-gb2312.ttf
var TTF []byte
