package e2e

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"golang.org/x/image/draw"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/specimen"
)

// TestBadPhotos sends unusable photos. Each is answered with the problem as a reply, keeps the good photos, and the
// case continues.
func TestBadPhotos(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	other := h.Hire()
	rows := h.Rows()
	defer rows.Wait()
	for name, c := range map[string]struct {
		words string
		img   func(p harness.Person) []byte
	}{
		"text": {"这个文件不是图片", func(harness.Person) []byte { return []byte("certainly not a picture") }},
		"video": {"这个文件不是图片", func(harness.Person) []byte {
			return []byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41")
		}},
		"heic": {"这是 HEIC 格式", func(harness.Person) []byte {
			return []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic....")
		}},
		"pdf":           {"这种图片格式读不了", func(harness.Person) []byte { return []byte("%PDF-1.7\n1 0 obj") }},
		"nothing in it": {"这张图片是空的", func(harness.Person) []byte { return nil }},
		"over 10 MB": {"超过了 10 MB", func(p harness.Person) []byte {
			return append(bytes.Clone(h.Photo(p.Person, "front")), make([]byte, 10_000_001)...)
		}},
		"cut short": {"图片没有传完整", func(p harness.Person) []byte {
			b := h.Photo(p.Person, "front")
			return b[:len(b)/2]
		}},
		"tiny":  {"图片太小", func(harness.Person) []byte { return flat(t, 15, 7, color.White) }},
		"black": {"照片太暗，字看不清", func(harness.Person) []byte { return flat(t, 1000, 640, color.Black) }},
		"photo of a cat": {"没读到身份证，画面发灰", func(harness.Person) []byte {
			return flat(t, 1000, 640, color.RGBA{200, 150, 90, 255})
		}},
		"blurred":        {"证件上的字拍糊了", func(p harness.Person) []byte { return h.Photo(p.Person, "front", "blurred") }},
		"cut":            {"有一边在画面外面", func(p harness.Person) []byte { return h.Photo(p.Person, "front", "cut") }},
		"glare":          {"证件上有一块反光", func(p harness.Person) []byte { return h.Photo(p.Person, "front", "glare") }},
		"another person": {"不是同一个人的身份证", func(harness.Person) []byte { return h.Photo(other.Person, "front") }},
		"expired":        {"这张身份证已经过期了", func(p harness.Person) []byte { return h.Photo(p.Person.Expired(), "back") }},
	} {
		p := h.Hire()
		rows.Run(name, func(h *harness.Harness) {
			p.H = h
			p.ToPhotos()
			p.Send("front", "tilted")
			p.See(sim.StagePhotos, "还差一张：国徽面")
			bad := p.SendImage(c.img(p))
			p.H.Find(p.ChatID, "the answer to the photo", func(s harness.CardView) bool {
				return s.Msg.ParentID == bad && s.Says(c.words)
			})
			if state := p.H.CaseOf(p.OpenID).State; state != flows.AwaitingPhotos {
				h.Errorf("the case is in %s, want %v", state, flows.AwaitingPhotos)
			}
			p.Send("back")
			if s := p.See(sim.StageConfirmation); s.Field("identity_code") != p.Person.Code {
				h.Error("got no front, want the one that was read")
			}
		})
	}
}

// TestUsablePhotos sends rotated photos, other formats and files with any name.
func TestUsablePhotos(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	rows := h.Rows()
	defer rows.Wait()
	for name, take := range map[string]func(p harness.Person, side string) []byte{
		"sideways":  func(p harness.Person, side string) []byte { return h.Photo(p.Person, side, "sideways") },
		"turned":    func(p harness.Person, side string) []byte { return h.Photo(p.Person, side, "rotated") },
		"photocopy": func(p harness.Person, side string) []byte { return h.Photo(p.Person, side, "photocopy") },
		"progressive": func(p harness.Person, side string) []byte {
			return h.Photo(p.Person, side, "progressive")
		},
		"without its end": func(p harness.Person, side string) []byte {
			img := h.Photo(p.Person, side)
			return img[:len(img)-2]
		},
		"12 MP, progressive": func(p harness.Person, side string) []byte {
			if side == "back" {
				return h.Photo(p.Person, side) // one such picture is enough
			}
			return specimen.Progressive(enlarged(decoded(t, h.Photo(p.Person, side)), 4032), false)
		},
		"png":  func(p harness.Person, side string) []byte { return asPNG(t, decoded(t, h.Photo(p.Person, side))) },
		"gif":  func(p harness.Person, side string) []byte { return asGIF(t, decoded(t, h.Photo(p.Person, side))) },
		"webp": func(p harness.Person, side string) []byte { return asWEBP(decoded(t, h.Photo(p.Person, side))) },
	} {
		p := h.Hire()
		rows.Run(name, func(h *harness.Harness) {
			p.H = h
			p.ToPhotos()
			for _, side := range []string{"front", "back"} {
				sent, err := h.World.Feishu.SendFile(p.H.Ctx, p.OpenID, "文件.bin", take(p, side))
				p.H.Delivered(sent, err)
			}
			s := p.See(sim.StageConfirmation)
			if s.Field("identity_name") != p.Person.Name || s.Field("identity_code") != p.Person.Code {
				h.Error("got other details on the form, want those of the card")
			}
		})
	}
}

// enlarged scales a picture to a width.
func enlarged(img image.Image, w int) image.Image {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, w, b.Dy()*w/b.Dx()))
	draw.ApproxBiLinear.Scale(out, out.Rect, img, b, draw.Src, nil)
	return out
}

// TestTwoPeoplesSides sends sides of two people. A back that cannot belong to the front is refused. A back that is
// only unlikely, because people move, goes to HR, who can ask for that side again.
func TestTwoPeoplesSides(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p := h.Hire()
	other := h.Hire()
	for other.Person.IssuedBy[:9] == p.Person.IssuedBy[:9] {
		other = h.Hire()
	}
	p.ToPhotos()
	p.Send("front")
	p.See(sim.StagePhotos, "还差一张：国徽面")
	older := p.Person
	older.ValidFrom, older.ValidTo = "1966-01-01", specimen.LongTerm
	p.SendImage(h.Photo(older, "back"))
	p.WaitForCard("两面对不上")
	if c := h.CaseOf(p.OpenID); c.State != flows.AwaitingPhotos || c.Personal.Front == nil {
		t.Errorf("the case is in %s, want %v", c.State, flows.AwaitingPhotos)
	}
	p.SendImage(h.Photo(other.Person, "back"))
	submitForm(p)
	p.See(sim.StageReview)
	s := h.Admin(0).Sees(h.World.ReviewChat(), p, "send_back", "签发机关和住址不在一个地区")
	h.ClickOn(h.Admin(0).OpenID, s, "send_back", map[string]any{"reason": "wrong_person", "side": "back"})
	p.See(sim.StagePhotos, "还差一张：国徽面", "不是本人的身份证")
	p.Send("back")
	submitForm(p)
	p.See(sim.StageReview)
	s = h.Admin(0).Sees(h.World.ReviewChat(), p, "approve", "两面像是同一张证件")
	h.ClickOn(h.Admin(0).OpenID, s, "approve", nil)
	p.CheckFiled()
}
