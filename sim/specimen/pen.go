package specimen

import (
	"image"
	"image/color"
	"image/draw"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"shiming/hanfont"
)

// fonts are parsed once. Goroutines may share a parsed font, but not a face.
var fonts = sync.OnceValue(func() (f struct{ han, latin *opentype.Font }) {
	var err error
	if f.han, err = opentype.Parse(hanfont.TTF); err != nil {
		panic(err) // the embedded file is broken
	}
	if f.latin, err = opentype.Parse(gomedium.TTF); err != nil {
		panic(err)
	}
	return f
})

// pen writes text and caches its faces. Only one goroutine may use it at a time.
type pen struct {
	faces map[float64][2]font.Face // by size in pixels: Han, Latin
}

var pens = sync.Pool{New: func() any { return &pen{faces: map[float64][2]font.Face{}} }}

func (p *pen) at(size float64) [2]font.Face {
	if f, ok := p.faces[size]; ok {
		return f
	}
	open := func(f *opentype.Font) font.Face {
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			panic(err) // NewFace fails only for invalid options
		}
		return face
	}
	f := [2]font.Face{open(fonts().han), open(fonts().latin)}
	p.faces[size] = f
	return f
}

// face returns the face for a rune: the Latin one for ASCII and the middle dot, which the Han subset lacks.
func (p *pen) face(size float64, r rune) font.Face {
	f := p.at(size)
	if r < 0x2000 {
		return f[1]
	}
	return f[0]
}

// write draws s with its baseline at (x, y) and returns the x after it. It adds spacing pixels after every rune.
func (p *pen) write(dst draw.Image, x, y float64, size, spacing float64, c color.Color, s string) float64 {
	src := image.NewUniform(c)
	dot := fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
	for _, r := range s {
		face := p.face(size, r)
		dr, mask, mp, advance, ok := face.Glyph(dot, r)
		if ok {
			draw.DrawMask(dst, dr, src, image.Point{}, mask, mp, draw.Over)
		}
		dot.X += advance + fixed.Int26_6(spacing*64)
	}
	return float64(dot.X) / 64
}

// width returns the width that write would give s, in pixels.
func (p *pen) width(size, spacing float64, s string) float64 {
	var w fixed.Int26_6
	for _, r := range s {
		if a, ok := p.face(size, r).GlyphAdvance(r); ok {
			w += a
		}
		w += fixed.Int26_6(spacing * 64)
	}
	return float64(w) / 64
}

// lines breaks s so that no line is wider than limit pixels.
func (p *pen) lines(size, limit float64, s string) []string {
	var out []string
	line := ""
	for _, r := range s {
		if line != "" && p.width(size, 0, line+string(r)) > limit {
			out = append(out, line)
			line = ""
		}
		line += string(r)
	}
	return append(out, line)
}
