package specimen

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"time"
)

// Size of an upright card in pixels (85.6 × 54 mm at about 380 dpi).
const (
	cardW = 1280
	cardH = 807
)

var (
	ink     = color.RGBA{38, 42, 48, 255}
	inkBlue = color.RGBA{52, 104, 158, 255}
	inkRed  = color.RGBA{168, 62, 52, 255}
)

// portrait is the area of the silhouette, in card pixels.
var portrait = image.Rect(930, 52, 1230, 404)

// drawCard returns the upright picture of one side, transparent outside the rounded corners. misread is Variant.Misread.
func drawCard(p Person, side int, misread string) (*image.RGBA, error) {
	img := Flat(p, side)
	if err := drawCode(img, payloadOf(p, side, misread)); err != nil {
		return nil, fmt.Errorf("specimen: the fields do not fit on the card: %w", err)
	}
	return img, nil
}

func drawNameSide(img *image.RGBA, pen *pen, p Person) {
	pen.write(img, 196, 120, 50, 6, ink, p.Name)
	pen.write(img, 196, 212, 42, 0, ink, p.Gender)
	pen.write(img, 460, 212, 42, 2, ink, p.Race)
	year, month, date := splitDate(p.Birth)
	for _, f := range []struct {
		x    float64
		text string
	}{{196, year}, {384, month}, {506, date}} {
		pen.write(img, f.x, 304, 42, 0, ink, f.text)
	}
	for i, line := range pen.lines(42, 600, p.Address) {
		pen.write(img, 196, 396+58*float64(i), 42, 1, ink, line)
	}
	pen.write(img, 330, 720, 46, 3.5, ink, p.Code)
	drawSilhouette(img, portrait, p.Gender)
}

func drawEmblemSide(img *image.RGBA, pen *pen, p Person) {
	size := 42.0
	for pen.width(size, 1, p.IssuedBy) > 540 {
		size--
	}
	pen.write(img, 310, 610, size, 1, ink, p.IssuedBy)
	pen.write(img, 310, 712, 42, 1, ink, printedRange(p))
}

// printedRange returns the period of validity as printed: 2006.01.02-2026.01.02 or 2006.01.02-长期.
func printedRange(p Person) string { return dotted(p.ValidFrom) + "-" + dotted(p.ValidTo) }

// dotted turns 2006-01-02 into 2006.01.02 and returns any other text (长期) unchanged.
func dotted(date string) string {
	if _, err := time.Parse(day, date); err != nil {
		return date
	}
	return strings.ReplaceAll(date, "-", ".")
}

// splitDate returns year, month and day as the card prints them, without leading zeros.
func splitDate(date string) (year, month, dom string) {
	t, err := time.Parse(day, date)
	if err != nil {
		return date, "", ""
	}
	return t.Format("2006"), t.Format("1"), t.Format("2")
}

// labels prints the texts that all cards of a side have in common.
func labels(img *image.RGBA, pen *pen, side int) {
	label := func(x, y float64, s string) { pen.write(img, x, y, 34, 2, inkBlue, s) }
	if side == SideName {
		label(80, 118, "姓名")
		label(80, 210, "性别")
		label(344, 210, "民族")
		label(80, 302, "出生")
		label(314, 302, "年")
		label(448, 302, "月")
		label(570, 302, "日")
		label(80, 394, "住址")
		label(80, 718, "公民身份号码")
		pen.write(img, 80, 782, 22, 1, inkBlue, "演示用样本 · NOT AN IDENTITY DOCUMENT")
		return
	}
	pen.write(img, 400, 170, 62, 34, ink, "居民身份证样本")
	pen.write(img, 404, 250, 34, 5, inkRed, "仅供软件演示 FOR DEMONSTRATION ONLY")
	label(114, 610, "签发机关")
	label(114, 712, "有效期限")
	pen.write(img, 114, 782, 22, 1, inkBlue, "演示用样本 · NOT AN IDENTITY DOCUMENT")
	drawSeal(img, pen, 208, 190, 122)
}
