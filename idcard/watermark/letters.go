package watermark

import (
	"image"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"shiming/hanfont"
)

// fonts are parsed once, when the first photo is looked at: most runs of the program show none.
var fonts = sync.OnceValue(func() []*opentype.Font {
	var all []*opentype.Font
	for _, ttf := range [][]byte{gomedium.TTF, hanfont.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic(err) // the embedded file is broken
		}
		all = append(all, f)
	}
	return all
})

// fontOf returns the index of the first font that has the rune, or -1.
func fontOf(r rune) int {
	var b sfnt.Buffer
	for i, f := range fonts() {
		if g, err := f.GlyphIndex(&b, r); err == nil && g != 0 {
			return i
		}
	}
	return -1
}

// Covers reports whether Draw can write every character of a text. It cannot write rare characters of names.
func Covers(text string) bool {
	for _, r := range text {
		if fontOf(r) < 0 {
			return false
		}
	}
	return true
}

// tile holds the text once, followed by a gap.
type tile struct {
	ink, edge     *image.Alpha
	width, height float64
}

// newTile draws the text in letters of so many pixels. It leaves out characters that no font has.
func newTile(text string, size float64) tile {
	var faces []font.Face
	for _, f := range fonts() {
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			panic(err) // NewFace fails only for invalid options
		}
		faces = append(faces, face)
	}
	var width fixed.Int26_6
	for _, r := range text {
		if i := fontOf(r); i >= 0 {
			a, _ := faces[i].GlyphAdvance(r)
			width += a
		}
	}
	w, h := width.Ceil()+int(2*size), int(1.5*size)
	out := image.NewAlpha(image.Rect(0, 0, w, h))
	d := font.Drawer{Dst: out, Src: image.Opaque, Dot: fixed.P(int(size), int(1.15*size))}
	for _, r := range text {
		if i := fontOf(r); i >= 0 {
			d.Face = faces[i]
			d.DrawString(string(r))
		}
	}
	return tile{out, widen(out, max(1, int(size/14))), float64(w), float64(h)}
}

// widen returns the mask, grown by so many pixels in each direction.
func widen(m *image.Alpha, by int) *image.Alpha {
	out := image.NewAlpha(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			a := m.AlphaAt(x, y)
			if a.A == 0 {
				continue
			}
			for dy := -by; dy <= by; dy++ {
				for dx := -by; dx <= by; dx++ {
					if out.AlphaAt(x+dx, y+dy).A < a.A {
						out.SetAlpha(x+dx, y+dy, a)
					}
				}
			}
		}
	}
	return out
}
