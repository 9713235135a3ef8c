package idcard

import "image"

// Preview decodes a photo, makes it upright and scales it down to at most side pixels on the long side, for people to
// look at. Memory is bounded as in Inspect. The error is a *PhotoError.
func Preview(raw []byte, side int) (image.Image, error) {
	h, err := readHeader(raw, limits{minLongSide, minShortSide})
	if err != nil {
		return nil, err
	}
	defer reserveMemory(h.memory)()
	if h.format == "jpeg" {
		raw = completeJPEG(raw)
	}
	pic, err := decode(raw, h)
	if err != nil {
		return nil, err
	}
	scaleDown(pic, side)
	makeUpright(pic, h.orientation)
	return pic.image(), nil
}
