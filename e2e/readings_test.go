package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// reads makes the OCR give these values for these fields.
func reads(h *harness.Harness, values map[string]string) {
	h.World.Misread(func(entities []feishu.Entity) []feishu.Entity {
		for i, e := range entities {
			if v, ok := values[e.Type]; ok {
				entities[i].Value = v
			}
		}
		return entities
	})
}

// adds makes the OCR give further values after those of the picture of one side.
func adds(h *harness.Harness, side string, more ...feishu.Entity) {
	h.World.Misread(func(entities []feishu.Entity) []feishu.Entity {
		for _, e := range entities {
			if e.Type == side {
				return append(entities, more...)
			}
		}
		return entities
	})
}

func onlyWarnings() map[string]string { return map[string]string{"review.required": "warnings"} }

// TestSpellingsAreNoEdits reads number and name in other spellings; the untouched form passes without HR.
func TestSpellingsAreNoEdits(t *testing.T) {
	const name, number = "阿迪力·样本江", "89900019900307019X"
	h := harness.Start(t, harness.Setup{Settings: onlyWarnings()})
	p := h.Hire()
	h.World.Tencent.Register(name, number, p.Person.Mobile)
	h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Name = "阿迪力・样本江 " })
	reads(h, map[string]string{
		"identity_name":    "阿迪力•\n样本江",
		"identity_code":    "89900019900307019x",
		"gender":           "男",
		"birth":            "1990年3月7日",
		"issued_by":        p.Person.Address[strings.Index(p.Person.Address, "省")+len("省"):][:len("样例市")] + "公安局",
		"valid_date_start": "2020.01.01",
		"valid_date_end":   "2020.01.01-2040.01.01",
	})
	s := p.ToForm()
	if s.Field("identity_name") != name || s.Field("identity_code") != number {
		t.Errorf("got %q, %q on the form, want %q, %q", s.Field("identity_name"), s.Field("identity_code"), name, number)
	}
	p.Press("confirm")
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.See(sim.StageDone)
	if c := h.CaseOf(p.OpenID); len(c.Changed) > 0 || c.Review == nil || c.Review.By != "" {
		t.Errorf("got changes %v and the review %+v, want none and the policy's", c.Changed, c.Review)
	}
}

func TestTwoCardsInOnePicture(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: onlyWarnings()})
	p, other := h.Hire(), h.Hire()
	p.ToPhotos()
	adds(h, "identity_name", feishu.Entity{Type: "identity_name", Value: other.Person.Name + "明"},
		feishu.Entity{Type: "identity_code", Value: other.Person.Code})
	bad := p.Send("front")
	h.Find(p.ChatID, "the answer to the photo", func(s harness.CardView) bool {
		return s.Msg.ParentID == bad && s.Says("这张照片里不止一张证件")
	})
	h.World.Misread(nil)
	p.SendBoth()
	p.See(sim.StageConfirmation)
}

// TestFindingsStopAtHR reads what must not pass HR although the policy asks for HR only at warnings.
func TestFindingsStopAtHR(t *testing.T) {
	t.Parallel()
	born := func(years int) string { // by far: no day of the year changes the result
		return fmt.Sprintf("%d", time.Now().Year()-years)
	}
	for name, tt := range map[string]struct {
		read  func(h *harness.Harness, p harness.Person) (number string)
		words []string
	}{
		"the end cannot be read": {
			func(h *harness.Harness, p harness.Person) string {
				reads(h, map[string]string{"valid_date_end": "20I6.01.01"})
				return ""
			},
			[]string{"国徽面的有效期截止日读不出来"},
		},
		"under sixteen": {
			func(h *harness.Harness, p harness.Person) string {
				return valid("899000" + born(15) + "0102021")
			},
			[]string{"未满 16 周岁", "有红色提示，仍然通过"},
		},
		"seventeen": {
			func(h *harness.Harness, p harness.Person) string {
				// Seventeen for the whole of a day, whichever it is.
				return valid("899000" + time.Now().AddDate(-17, -6, 0).Format("200601") + "15021")
			},
			[]string{"年满 16 未满 18 周岁"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Settings: onlyWarnings()})
			p := h.Hire()
			if number := tt.read(h, p); number != "" {
				h.World.Tencent.Register(p.Person.Name, number, p.Person.Mobile)
				reads(h, map[string]string{"identity_code": number, "birth": number[6:14]})
			}
			p.ToReview()
			h.Admin(0).Sees(h.World.ReviewChat(), p, "approve", tt.words...)
			h.InState(p.OpenID, flows.AwaitingReview)
		})
	}
}

// valid appends the check digit to the first seventeen.
func valid(digits string) string {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// TestPermitIsNeverFiled registers with the number of a residence permit.
func TestPermitIsNeverFiled(t *testing.T) {
	const name, number = "样甲宁", "830000199201300022"
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p, hr := h.Hire(), h.Admin(0)
	h.World.Tencent.Register(name, number, p.Person.Mobile)
	reads(h, map[string]string{
		"identity_name": name, "identity_code": number, "gender": "女", "birth": "1992.01.30",
	})
	p.ToReview()
	s := hr.Sees(h.World.ReviewChat(), p, "approve", "不是居民身份证", "不会登记")
	if toast := h.ClickOn(hr.OpenID, s, "approve", nil); !strings.Contains(toast, "没有登记") {
		t.Errorf("toast %q, want the reason", toast)
	}
	h.InState(p.OpenID, flows.AwaitingReview)
	if n := h.CountCalls("feishu", "identities.create") + h.CountCalls("esign", ""); n > 0 {
		t.Errorf("got %d writes, want none", n)
	}
	h.ClickOn(hr.OpenID, s, "reject", map[string]any{"reason": "other", "note": "请线下登记"})
	p.See(sim.StageRejected, "请线下登记")
}

// TestBetterPhotoAfterMisread sends the same front again after a misread one.
func TestBetterPhotoAfterMisread(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	for name, misread := range map[string]func(code string) string{
		"one digit":     func(code string) string { return code[:14] + string('0'+(code[14]-'0'+1)%10) + code[15:] },
		"last one lost": func(code string) string { return code[:17] },
		"a letter":      func(code string) string { return "B" + code[1:] },
	} {
		t.Run(name, func(t *testing.T) {
			p := h.Hire()
			p.H = withT(h, t)
			p.ToPhotos()
			reads(h, map[string]string{"identity_code": misread(p.Person.Code)})
			p.Send("front")
			p.See(sim.StagePhotos, "还差一张：国徽面")
			h.World.Misread(nil)
			p.Send("front", "tilted")
			h.Until("the second photo is in use", func() bool {
				c := h.CaseOf(p.OpenID)
				return len(c.Photos) == 2 && c.Photos[1].State == flows.PhotoRead
			})
			p.Send("back")
			if s := p.See(sim.StageConfirmation); s.Field("identity_code") != p.Person.Code {
				t.Error("got a form that begins with the misread number, want the right one")
			}
			if c := h.CaseOf(p.OpenID); c.BadPhotos > 0 {
				t.Errorf("got %d bad photos, want none", c.BadPhotos)
			}
		})
	}
}

// TestChild brings a person of fourteen of the simulated world to HR.
func TestChild(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: onlyWarnings()})
	p := harness.Person{Employee: h.World.HireChild(), H: h}
	p.ToReview()
	h.Admin(0).Sees(h.World.ReviewChat(), p, "approve", "未满 16 周岁", "有红色提示，仍然通过")
}
