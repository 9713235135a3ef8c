package specimen

import (
	"encoding/json"
	"image"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Sides of a card, with the numbers of Feishu's OCR.
const (
	SideEmblem = 0 // 国徽面
	SideName   = 1 // 人像面
)

// sidePage marks the page of another document; see Kind.
const sidePage = 2

// payload is the content of a side's QR code. Keys are short because every byte makes the modules smaller.
type payload struct {
	Mark    string `json:"k"` // payloadMark
	Side    int    `json:"s"`
	Name    string `json:"n,omitempty"`
	Code    string `json:"c,omitempty"`
	Gender  string `json:"g,omitempty"`
	Race    string `json:"r,omitempty"`
	Birth   string `json:"b,omitempty"` // 20060102
	Address string `json:"a,omitempty"`
	Issuer  string `json:"i,omitempty"`
	From    string `json:"f,omitempty"` // 20060102
	To      string `json:"t,omitempty"` // 20060102 or 长期
	Misread string `json:"m,omitempty"` // see Variant.Misread
	Kind    Kind   `json:"d,omitempty"` // of a page
	English string `json:"e,omitempty"`
}

const payloadMark = "样本"

func payloadOf(p Person, side int, misread string) string {
	dense := func(date string) string { return strings.ReplaceAll(date, "-", "") }
	v := payload{Mark: payloadMark, Side: side, Misread: misread}
	if side == SideName {
		v.Name, v.Code, v.Gender, v.Race, v.Birth, v.Address = p.Name, p.Code, p.Gender, p.Race, dense(p.Birth), p.Address
	} else {
		v.Issuer, v.From, v.To = p.IssuedBy, dense(p.ValidFrom), dense(p.ValidTo)
	}
	return v.text()
}

func (v payload) text() string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and a number always marshal
	}
	return string(b)
}

// quiet is the width of a QR code's light border, in modules.
const quiet = 3

// codeArea is the area of the QR code with its border, in card pixels. It lies in the lower right corner, which
// Variant.CutCorner cuts off.
var codeArea = image.Rect(cardW-26-354, cardH-26-354, cardW-26, cardH-26)

// codeBox returns the corner of the first module and the size of a module, in card pixels, for a code of dim modules.
func codeBox(dim int) (x, y, module int) {
	module = codeArea.Dx() / (dim + 2*quiet)
	side := module * (dim + 2*quiet)
	return codeArea.Max.X - side + quiet*module, codeArea.Max.Y - side + quiet*module, module
}

// drawCode prints content as a QR code of level M, which is readable with 15 % damage.
func drawCode(dst *image.RGBA, content string) error {
	code, err := qr.Encode(content, qr.M, qr.Unicode)
	if err != nil {
		return err
	}
	dim := code.Bounds().Dx()
	x0, y0, m := codeBox(dim)
	light, dark := color.RGBA{236, 238, 238, 255}, color.RGBA{30, 34, 40, 255}
	fill(dst, image.Rect(x0-quiet*m, y0-quiet*m, x0+(dim+quiet)*m, y0+(dim+quiet)*m), light)
	for y := range dim {
		for x := range dim {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fill(dst, image.Rect(x0+x*m, y0+y*m, x0+(x+1)*m, y0+(y+1)*m), dark)
			}
		}
	}
	return nil
}

// codeDim returns the width of content's QR code in modules, or 0 if content does not fit.
func codeDim(content string) int {
	code, err := qr.Encode(content, qr.M, qr.Unicode)
	if err != nil {
		return 0
	}
	return code.Bounds().Dx()
}

func fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	r = r.Intersect(dst.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := dst.Pix[dst.PixOffset(r.Min.X, y) : dst.PixOffset(r.Max.X-1, y)+4]
		for i := 0; i < len(row); i += 4 {
			row[i], row[i+1], row[i+2], row[i+3] = c.R, c.G, c.B, c.A
		}
	}
}
