package playground

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// upload uploads a picture, checks the status and returns the answer.
func (h *player) upload(who string, body io.Reader, size int64, want int) (answer string) {
	h.T.Helper()
	req, err := http.NewRequestWithContext(h.Ctx, http.MethodPost, h.pg.URL+"/sim/chats/"+who+"/upload", body)
	if err != nil {
		h.T.Fatal(err)
	}
	req.ContentLength = size
	status, raw := h.send(req)
	if status != want {
		h.T.Errorf("got %d %s, want %d", status, raw, want)
	}
	return string(raw)
}

// endless is a reader without an end that counts the bytes read.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil
}

func TestUpload(t *testing.T) {
	h := newPlayer(t, Config{Inspect: true, World: sim.Config{People: 2}})
	p := h.w.People()[0]
	pictures := func() (n int) {
		for _, m := range h.w.Feishu.Messages(p.ChatID) {
			if m.Type == "image" {
				n++
			}
		}
		return n
	}
	flat := image.NewRGBA(image.Rect(0, 0, 400, 300))
	draw.Draw(flat, flat.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, image.Rect(50, 50, 120, 90), image.NewUniform(color.RGBA{0, 0, 200, 255}), image.Point{}, draw.Src)
	var drawing bytes.Buffer
	if err := png.Encode(&drawing, flat); err != nil {
		t.Fatal(err)
	}
	// A drawing cannot be a photo of a card, so it goes to the bot.
	h.upload(p.OpenID, bytes.NewReader(drawing.Bytes()), int64(drawing.Len()), 200)
	// The playground's own pictures are accepted: by their hash, even if the watermark is unreadable, or by the watermark.
	for _, variant := range []string{"good", "blurred", "glare", "cut", sim.VariantBroken, sim.VariantExpired} {
		img, err := h.pg.drawPhoto(p, sim.SideFront, variant)
		if err != nil {
			t.Fatal(err)
		}
		h.upload(p.OpenID, bytes.NewReader(img), int64(len(img)), 200)
	}
	good, err := sim.Photo(h.w.People()[1].Person, sim.SideBack, specimen.Variants["tilted"])
	if err != nil {
		t.Fatal(err)
	}
	h.upload(p.OpenID, bytes.NewReader(good), int64(len(good)), 200)
	if n := pictures(); n != 8 {
		t.Errorf("got %d pictures sent, want 8", n)
	}
	// A picture that may show a real card is neither kept nor passed on.
	blurred, err := sim.Photo(p.Person, sim.SideFront, specimen.Variants["blurred"])
	if err != nil {
		t.Fatal(err)
	}
	unknown := append(blurred, 0)
	got := h.upload(p.OpenID, bytes.NewReader(unknown), int64(len(unknown)), http.StatusUnprocessableEntity)
	if !strings.Contains(got, "no photos of real cards") {
		t.Errorf("got the answer %s, want %q in it", got, "no photos of real cards")
	}
	h.upload(p.OpenID, strings.NewReader("%PDF-1.7 scan"), 13, http.StatusUnprocessableEntity)
	h.upload(p.OpenID, strings.NewReader(""), 0, http.StatusBadRequest)
	h.upload("ou_nobody", strings.NewReader("x"), 1, http.StatusNotFound)
	if n := pictures(); n != 8 {
		t.Errorf("after the refusals: got %d pictures sent, want 8", n)
	}
	sentImage := func(e feishu.Entry) bool { return e.Kind == "people" && e.Name == "send.image" }
	if n := h.w.Feishu.Count(sentImage); n != 8 {
		t.Errorf("got %d pictures in the journal, want 8", n)
	}
}

// TestUploadTooLarge checks that 200 MB are refused without being read, with and without a Content-Length.
func TestUploadTooLarge(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 1}})
	who := h.w.People()[0].OpenID
	const size = 200 << 20
	announced := &endless{}
	req, err := http.NewRequestWithContext(h.Ctx, http.MethodPost, h.pg.URL+"/sim/chats/"+who+"/upload",
		io.LimitReader(announced, size))
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = size
	req.Header.Set("Expect", "100-continue") // as curl: the body waits for the server's consent
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: 1 << 40}}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge || announced.read != 0 {
		t.Errorf("got status %d after %d bytes, want %d, 0", resp.StatusCode, announced.read,
			http.StatusRequestEntityTooLarge)
	}
	got := h.upload(who, io.LimitReader(&endless{}, maxPhoto+1), maxPhoto+1, http.StatusRequestEntityTooLarge)
	if !strings.Contains(got, "10 MB") {
		t.Errorf("got the answer %s, want %q in it", got, "10 MB")
	}
	h.upload(who, io.MultiReader(io.LimitReader(&endless{}, maxPhoto+1)), -1, http.StatusRequestEntityTooLarge)
}
