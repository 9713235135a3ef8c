package workerstest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"sync"
)

// pictures caches what Picture has drawn.
var (
	pictures   = map[string][]byte{}
	picturesMu sync.Mutex
)

// Picture draws a picture for a file key. Pictures of different keys differ.
func Picture(key string) []byte {
	picturesMu.Lock()
	defer picturesMu.Unlock()
	if raw := pictures[key]; raw != nil {
		return raw
	}
	seed := uint32(len(key))
	for _, b := range []byte(key) {
		seed = seed*31 + uint32(b)
	}
	img := image.NewRGBA(image.Rect(0, 0, 420, 260))
	for y := range 260 {
		for x := range 420 {
			v := uint32(x/16)*2654435761 + uint32(y/16)*40503 + seed
			img.Set(x, y, color.RGBA{uint8(40 + v>>8&127), uint8(60 + v>>16&127), uint8(90 + v>>20&63), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		panic(err)
	}
	pictures[key] = b.Bytes()
	return b.Bytes()
}
