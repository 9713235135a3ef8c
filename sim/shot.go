package sim

import (
	"bytes"
	"image"
	"image/png"

	"shiming/sim/specimen"
)

// Shot describes a photo that somebody takes of the own card or document.
type Shot struct {
	Side     string        // SideFront or SideBack
	Document specimen.Kind // "" = the ID card; otherwise Side has no meaning
	// Variant is a name of specimen.Variants or one of the Variant constants; "" = good.
	Variant string
	Misread string // see specimen.Variant
}

// Variants that specimen.Variants does not have.
const (
	VariantExpired = "expired" // a good photo of an expired card
	VariantBroken  = "broken"  // a truncated file
	VariantNoEnd   = "no_end"  // a good photo without the end marker of the file
	VariantTiny    = "tiny"    // a picture of a few pixels
)

// Take takes the photo. It returns false if there is no such variant or side.
func (s Shot) Take(p specimen.Person) (img []byte, known bool, err error) {
	v, known := specimen.Variants[s.Variant]
	switch s.Variant {
	case VariantTiny:
		var b bytes.Buffer
		err = png.Encode(&b, image.NewGray(image.Rect(0, 0, 15, 7)))
		return b.Bytes(), true, err
	case VariantExpired:
		p = p.Expired()
		fallthrough
	case "", VariantBroken, VariantNoEnd:
		v, known = specimen.Variants["good"], true
	}
	if !known || s.Document == "" && s.Side != SideFront && s.Side != SideBack {
		return nil, false, nil
	}
	v.Misread = s.Misread
	if s.Document != "" {
		img, err = specimen.Page(p, s.Document, v)
	} else {
		img, err = Photo(p, s.Side, v)
	}
	switch {
	case err != nil:
	case s.Variant == VariantBroken:
		img = img[:len(img)/3]
	case s.Variant == VariantNoEnd:
		img = img[:len(img)-2]
	}
	return img, true, err
}
