package idcard

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

func TestInspectPassesUnchanged(t *testing.T) {
	raw := asJPEG(t, card(t, 1200, 800), 90)
	p := mustInspect(t, raw)
	if !bytes.Equal(p.JPEG, raw) || p.OriginalFormat != "jpeg" || len(p.SHA256) != 64 || p.Width != 1200 {
		t.Errorf("got %v, want an upright JPEG unchanged", p)
	}
	if w := p.Warnings(); w != nil {
		t.Errorf("got warnings %v, want none", w)
	}
}

// TestInspectStripsMetadata checks that the picture data is copied and not encoded again.
func TestInspectStripsMetadata(t *testing.T) {
	plain := asJPEG(t, card(t, 1200, 800), 90)
	jfif := segmentOf(0xe0, append([]byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01"), 'G', 'P', 'S'))
	raw := withSegments(plain, jfif, segmentOf(0xe0, []byte("JFXX\x00GPS")), exifSegment(binary.LittleEndian, 1),
		segmentOf(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00GPS")), segmentOf(0xe2, []byte("ICC_PROFILE\x00GPS")),
		segmentOf(0xed, []byte("Photoshop GPS")), segmentOf(0xfe, []byte("GPS comment")))
	raw = append(raw, "ftypmp42 a video behind the picture GPS"...)
	p := mustInspect(t, raw)
	if bytes.Contains(p.JPEG, []byte("GPS")) {
		t.Error("got metadata, want none")
	}
	want := withSegments(plain, segmentOf(0xe0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")))
	if !bytes.Equal(p.JPEG, want) {
		t.Error("got other picture data, want it copied")
	}
	if p.SHA256 == mustInspect(t, plain).SHA256 {
		t.Error("got another hash, want that of the received file")
	}
}

// TestInspectOrientation uses a picture with four coloured corners, which differ in every orientation.
func TestInspectOrientation(t *testing.T) {
	const w, h = 480, 320
	red, green, blue, white := color.RGBA{220, 0, 0, 255}, color.RGBA{0, 200, 0, 255}, color.RGBA{0, 0, 220, 255},
		color.RGBA{250, 250, 250, 255}
	upright := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range []color.RGBA{red, green, blue, white} { // top left, top right, bottom left, bottom right
		draw.Draw(upright, image.Rect(i%2*w/2, i/2*h/2, (i%2+1)*w/2, (i/2+1)*h/2), image.NewUniform(c), image.Point{},
			draw.Src)
	}
	// stored[o] maps a stored pixel to the upright one. The EXIF standard defines an orientation by the sides of the
	// upright picture at which the stored row 0 and column 0 lie.
	stored := map[uint16]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },                 // top, left
		2: func(x, y int) (int, int) { return w - 1 - x, y },         // top, right
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }, // bottom, right
		4: func(x, y int) (int, int) { return x, h - 1 - y },         // bottom, left
		5: func(x, y int) (int, int) { return y, x },                 // left, top
		6: func(x, y int) (int, int) { return w - 1 - y, x },         // right, top
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }, // right, bottom
		8: func(x, y int) (int, int) { return y, h - 1 - x },         // left, bottom
	}
	for o, where := range stored {
		t.Run(fmt.Sprint(o), func(t *testing.T) {
			sw, sh := w, h
			if o >= 5 {
				sw, sh = h, w
			}
			img := image.NewRGBA(image.Rect(0, 0, sw, sh))
			for y := range sh {
				for x := range sw {
					img.Set(x, y, upright.At(where(x, y)))
				}
			}
			asPNG := pngOf(t, img)
			block := exif(binary.BigEndian, o)
			chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(block))), "eXIf"...)
			chunk = append(append(chunk, block...), 0, 0, 0, 0)
			// Go verifies the checksums of ancillary chunks.
			binary.BigEndian.PutUint32(chunk[len(chunk)-4:], crc(chunk[4:len(chunk)-4]))
			inPNG := slices.Concat(asPNG[:33], chunk, asPNG[33:])
			for name, raw := range map[string][]byte{
				"little": withSegments(asJPEG(t, img, 95), exifSegment(binary.LittleEndian, o)),
				"big":    withSegments(asJPEG(t, img, 95), exifSegment(binary.BigEndian, o)),
				"png":    inPNG,
			} {
				t.Run(name, func(t *testing.T) {
					p := mustInspect(t, raw)
					out, err := jpeg.Decode(bytes.NewReader(p.JPEG))
					if err != nil || p.Width != w || p.Height != h {
						t.Fatalf("%s %d: %dx%d %v, want %v, %v", name, o, p.Width, p.Height, err, w, h)
					}
					for _, at := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
						if !near(out.At(at.X, at.Y), upright.At(at.X, at.Y), 12) {
							t.Errorf("%s %d: got %v at %v, want the colour of the corner", name, o, out.At(at.X, at.Y), at)
						}
					}
					if bytes.Contains(p.JPEG, []byte("GPSSECRET")) {
						t.Errorf("%s %d: got metadata, want none", name, o)
					}
				})
			}
		})
	}
}

func TestInspectFormats(t *testing.T) {
	img := card(t, 900, 600)
	paletted := image.NewPaletted(img.Bounds(), []color.Color{color.RGBA{120, 90, 60, 255}, color.RGBA{200, 220, 235, 255},
		color.RGBA{20, 20, 30, 255}})
	draw.Draw(paletted, img.Bounds(), img, image.Point{}, draw.Src)
	deep := image.NewNRGBA64(img.Bounds())
	draw.Draw(deep, img.Bounds(), img, image.Point{}, draw.Src)
	encode := func(f func(*bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, raw := range map[string][]byte{
		"png":     encode(func(b *bytes.Buffer) error { return png.Encode(b, img) }),
		"png 64":  encode(func(b *bytes.Buffer) error { return png.Encode(b, deep) }),
		"png pal": encode(func(b *bytes.Buffer) error { return png.Encode(b, paletted) }),
		"bmp":     encode(func(b *bytes.Buffer) error { return bmp.Encode(b, img) }),
		"gif":     encode(func(b *bytes.Buffer) error { return gif.Encode(b, paletted, nil) }),
		"tiff": encode(func(b *bytes.Buffer) error {
			return tiff.Encode(b, img, &tiff.Options{Compression: tiff.Deflate})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			p := mustInspect(t, raw)
			if p.OriginalFormat != strings.Fields(name)[0] || p.Width != 900 || p.Height != 600 {
				t.Errorf("got %v, want 900x600 in the format of the file", p)
			}
			out, err := jpeg.Decode(bytes.NewReader(p.JPEG))
			if err != nil || !near(out.At(30, 30), img.At(30, 30), 6) || !near(out.At(700, 130), img.At(700, 130), 6) {
				t.Errorf("got colours %v, %v, %v, want those of the picture", out.At(30, 30), out.At(700, 130), err)
			}
		})
	}
}

// TestInspectTransparency checks that transparent parts become white.
func TestInspectTransparency(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 401, 301)) // odd sides too
	draw.Draw(img, image.Rect(100, 100, 300, 200), image.NewUniform(color.NRGBA{200, 30, 30, 128}), image.Point{},
		draw.Src)
	out, err := jpeg.Decode(bytes.NewReader(mustInspect(t, pngOf(t, img)).JPEG))
	if err != nil || !near(out.At(5, 5), color.White, 3) || !near(out.At(400, 300), color.White, 3) ||
		!near(out.At(200, 150), color.RGBA{227, 142, 142, 255}, 6) {
		t.Errorf("got %v, %v, %v, %v, want white, white, pink", out.At(5, 5), out.At(400, 300), out.At(200, 150), err)
	}
}

// TestInspectVariants inspects variants for which Go has no encoder, and compares the output with Go's decoder.
func TestInspectVariants(t *testing.T) {
	files, err := filepath.Glob("testdata/pictures/*.*")
	if err != nil || len(files) < 10 {
		t.Fatalf("got files %v, %v, want at least 10", files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".md") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := inspect(raw, limits{1, 1})
			if err != nil {
				t.Fatal(err)
			}
			checkPhoto(t, p)
			want, err := codecs[p.OriginalFormat].decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			paper := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
			draw.Draw(paper, paper.Rect, image.White, image.Point{}, draw.Src)
			draw.Draw(paper, paper.Rect, want, want.Bounds().Min, draw.Over)
			got, err := jpeg.Decode(bytes.NewReader(p.JPEG))
			if err != nil {
				t.Fatal(err)
			}
			if d := meanDifference(paper, got); d > 4 {
				t.Errorf("got a mean difference of %.1f, want at most 4", d)
			}
		})
	}
}

func TestInspectScalesDown(t *testing.T) {
	p := mustInspect(t, asJPEG(t, card(t, 5000, 1251), 80))
	if p.Width != 4096 || p.Height != 1024 {
		t.Errorf("got %v, want 4096x1024", p)
	}
	grey := image.NewGray(image.Rect(0, 0, 300, 5000))
	for i := range grey.Pix {
		grey.Pix[i] = byte(i / 300 / 20)
	}
	if p = mustInspect(t, asJPEG(t, grey, 80)); p.Width != 245 || p.Height != 4096 {
		t.Errorf("got %v, want 245x4096", p)
	}
}

// TestInspectFitsNoise uses noise, which compresses worst, to reach the limit of the output.
func TestInspectFitsNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	img := &image.YCbCr{
		Y:              make([]byte, 3000*3000),
		Cb:             make([]byte, 1500*1500),
		Cr:             make([]byte, 1500*1500),
		YStride:        3000,
		CStride:        1500,
		SubsampleRatio: image.YCbCrSubsampleRatio420,
		Rect:           image.Rect(0, 0, 3000, 3000),
	}
	for i := range img.Y {
		img.Y[i] = byte(r.Uint32())
	}
	raw := asJPEG(t, img, 96)
	if len(raw) <= MaxOutputBytes || len(raw) > MaxPhotoBytes {
		t.Fatalf("got a sample of %d bytes, want one above the limit", len(raw))
	}
	mustInspect(t, raw)
}

func TestInspectRefuses(t *testing.T) {
	good := asJPEG(t, card(t, 1200, 800), 90)
	var asPNG, asGIF, asBMP, asTIFF bytes.Buffer
	img := card(t, 900, 600)
	for _, err := range []error{png.Encode(&asPNG, img), gif.Encode(&asGIF, img, nil), bmp.Encode(&asBMP, img),
		tiff.Encode(&asTIFF, img, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	webp, err := os.ReadFile("testdata/pictures/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	half := func(b []byte) []byte { return b[:len(b)/2] }
	bomb := slices.Clone(asPNG.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 60000)
	binary.BigEndian.PutUint32(bomb[20:], 60000)
	binary.BigEndian.PutUint32(bomb[29:], crc(bomb[12:29]))
	animated := slices.Clone(webp)
	copy(animated[12:], "VP8X")
	animated[20] |= 0x02
	arithmetic := slices.Clone(good)
	arithmetic[bytes.Index(good, []byte{0xff, 0xc0})+1] = 0xc9
	for name, c := range map[string]struct {
		raw     []byte
		problem Problem
		format  string
	}{
		"nil":              {nil, PhotoEmpty, ""},
		"text":             {[]byte("hello"), PhotoNotPicture, ""},
		"zip":              {[]byte("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaa"), PhotoNotPicture, ""},
		"mp4":              {[]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isomxxxx"), PhotoNotPicture, ""},
		"html":             {[]byte("<html><img src=x>"), PhotoNotPicture, ""},
		"pdf":              {[]byte("%PDF-1.7 ..."), PhotoUnsupportedFormat, "pdf"},
		"heic":             {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heicxxxx"), PhotoHEIC, "heic"},
		"heif, compatible": {[]byte("\x00\x00\x00\x1cftypisom\x00\x00\x00\x00isommif1heixxxxx"), PhotoHEIC, "heic"},
		"avif":             {[]byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miafxxxx"), PhotoHEIC, "avif"},
		"large heic": {append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
			make([]byte, MaxPhotoBytes)...), PhotoHEIC, "heic"},
		"short ftyp":      {[]byte("\x00\x00\x00\x18ftyp"), PhotoNotPicture, ""},
		"too large":       {append(slices.Clone(good), make([]byte, MaxPhotoBytes)...), PhotoTooLarge, "jpeg"},
		"half jpeg":       {half(good), PhotoTruncated, "jpeg"},
		"jpeg header":     {good[:20], PhotoTruncated, "jpeg"},
		"three bytes":     {good[:3], PhotoTruncated, "jpeg"},
		"half png":        {half(asPNG.Bytes()), PhotoTruncated, "png"},
		"half gif":        {half(asGIF.Bytes()), PhotoTruncated, "gif"},
		"half bmp":        {half(asBMP.Bytes()), PhotoTruncated, "bmp"},
		"half tiff":       {half(asTIFF.Bytes()), PhotoTruncated, "tiff"},
		"half webp":       {half(webp), PhotoTruncated, "webp"},
		"animated webp":   {animated, PhotoUnsupportedFormat, "webp"},
		"arithmetic jpeg": {arithmetic, PhotoUnsupportedFormat, "jpeg"},
		"thumbnail":       {asJPEG(t, card(t, 15, 12), 90), PhotoTooSmall, "jpeg"},
		"strip":           {asJPEG(t, card(t, 1200, 7), 90), PhotoTooSmall, "jpeg"},
		"bomb":            {bomb, PhotoTooManyPixels, "png"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Inspect(c.raw)
			var e *PhotoError
			if !errors.As(err, &e) || e.Problem != c.problem || e.Format != c.format || p.JPEG != nil {
				t.Errorf("got %v %+v, want %s", p, e, c.problem)
			}
		})
	}
}
