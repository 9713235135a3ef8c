package main

import (
	"bytes"
	"image/color"
	"testing"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/specimen"
)

// TestBadPhotos: each is answered on its message with what is wrong, costs nothing that was good, and the way goes on.
func TestBadPhotos(t *testing.T) {
	r := start(t, setup{})
	other := r.hire()
	for name, c := range map[string]struct {
		words string
		img   func(p person) []byte
	}{
		"text":          {"这个文件不是图片", func(person) []byte { return []byte("certainly not a picture") }},
		"video":         {"这个文件不是图片", func(person) []byte { return []byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41") }},
		"heic":          {"这是 HEIC 格式", func(person) []byte { return []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic....") }},
		"pdf":           {"这种图片格式读不了", func(person) []byte { return []byte("%PDF-1.7\n1 0 obj") }},
		"nothing in it": {"这张图片是空的", func(person) []byte { return nil }},
		"over 10 MB": {"超过了 10 MB", func(p person) []byte {
			return append(bytes.Clone(r.shot(p.Person, "front")), make([]byte, 10_000_001)...)
		}},
		"cut short":      {"图片没有传完整", func(p person) []byte { b := r.shot(p.Person, "front"); return b[:len(b)/2] }},
		"tiny":           {"图片太小", func(person) []byte { return flat(t, 15, 7, color.White) }},
		"black":          {"照片里没找到身份证", func(person) []byte { return flat(t, 1000, 640, color.Black) }},
		"photo of a cat": {"照片里没找到身份证", func(person) []byte { return flat(t, 1000, 640, color.RGBA{200, 150, 90, 255}) }},
		"blurred":        {"照片里没找到身份证", func(p person) []byte { return r.shot(p.Person, "front", "blurred") }},
		"cut":            {"照片里没找到身份证", func(p person) []byte { return r.shot(p.Person, "front", "cut") }},
		"glare":          {"照片里没找到身份证", func(p person) []byte { return r.shot(p.Person, "front", "glare") }},
		"another person": {"不是同一个人的身份证", func(person) []byte { return r.shot(other.Person, "front") }},
		"expired":        {"这张身份证已经过期了", func(p person) []byte { return r.shot(p.Person.Expired(), "back") }},
	} {
		p := r.hire()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.r = r.of(t)
			p.toPhotos()
			p.send("front", "tilted")
			p.see(sim.StagePhotos, "还差一张：国徽面")
			bad := p.sendImage(c.img(p))
			p.r.find(p.ChatID, "the answer to the photo", func(s screen) bool { return s.msg.ParentID == bad && s.says(c.words) })
			if state := p.r.caseOf(p.OpenID).State; state != flows.AwaitingPhotos {
				t.Errorf("the case is in %s", state)
			}
			p.send("back")
			if s := p.see(sim.StageConfirmation); s.field("identity_code") != p.Person.Code {
				t.Error("the front that was read has been lost")
			}
		})
	}
}

// of is the rig in a test below the one it was started in.
func (r *rig) of(t *testing.T) *rig {
	below := *r
	below.T = t
	return &below
}

// TestUsablePhotos: turned, in other formats, as a file of any name.
func TestUsablePhotos(t *testing.T) {
	r := start(t, setup{})
	for name, take := range map[string]func(p person, side string) []byte{
		"sideways":  func(p person, side string) []byte { return r.shot(p.Person, side, "sideways") },
		"turned":    func(p person, side string) []byte { return r.shot(p.Person, side, "rotated") },
		"photocopy": func(p person, side string) []byte { return r.shot(p.Person, side, "photocopy") },
		"png":       func(p person, side string) []byte { return asPNG(t, decoded(t, r.shot(p.Person, side))) },
		"gif":       func(p person, side string) []byte { return asGIF(t, decoded(t, r.shot(p.Person, side))) },
		"webp":      func(p person, side string) []byte { return asWEBP(decoded(t, r.shot(p.Person, side))) },
	} {
		p := r.hire()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.r = r.of(t)
			p.toPhotos()
			for _, side := range []string{"front", "back"} {
				sent, err := r.world.Feishu.SendFile(p.r.ctx, p.OpenID, "文件.bin", take(p, side))
				p.r.delivered(sent, err)
			}
			if s := p.see(sim.StageConfirmation); s.field("identity_name") != p.Person.Name || s.field("identity_code") != p.Person.Code {
				t.Error("read wrong")
			}
		})
	}
}

// TestTwoPeoplesSides: a back that cannot belong to the front is turned down; one that merely should not, since people move,
// is for HR to judge, who can ask for that side alone.
func TestTwoPeoplesSides(t *testing.T) {
	r := start(t, setup{settings: again()})
	p := r.hire()
	other := r.hire()
	for other.Person.IssuedBy[:9] == p.Person.IssuedBy[:9] {
		other = r.hire()
	}
	p.toPhotos()
	p.send("front")
	p.see(sim.StagePhotos, "还差一张：国徽面")
	older := p.Person
	older.ValidFrom, older.ValidTo = "1966-01-01", specimen.LongTerm
	p.sendImage(r.shot(older, "back"))
	p.reads("两面对不上")
	if c := r.caseOf(p.OpenID); c.State != flows.AwaitingPhotos || c.Personal.Front == nil {
		t.Errorf("the case is in %s", c.State)
	}
	p.sendImage(r.shot(other.Person, "back"))
	p.confirms()
	p.see(sim.StageReview)
	s := r.admin(0).sees(r.world.ReviewChat(), p, "send_back", "签发机关和住址不在一个地区")
	r.clickOn(r.admin(0).openID, s, "send_back", map[string]any{"reason": "wrong_person", "side": "back"})
	p.see(sim.StagePhotos, "还差一张：国徽面", "不是本人的身份证")
	p.send("back")
	p.confirms()
	p.see(sim.StageReview)
	s = r.admin(0).sees(r.world.ReviewChat(), p, "approve", "两面像是同一张证件")
	r.clickOn(r.admin(0).openID, s, "approve", nil)
	p.filed()
}
