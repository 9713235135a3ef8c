package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/idcard"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// TestDocuments registers people without an ID card, by photo and by hand, until HR has them on file.
func TestDocuments(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Noisy: true})
	for _, kind := range sim.Documents() {
		for name, script := range map[string]sim.Script{
			"by photo":            {Document: kind},
			"by the second photo": {Document: kind, BlurredFirst: true},
			"by hand":             {Document: kind, TypesDocument: true},
		} {
			e := h.World.Hire(1)[0]
			script.Width = 1000
			t.Run(string(kind)+" "+name, func(t *testing.T) {
				t.Parallel()
				j, err := e.Register(h.Ctx, script, nil)
				if err != nil || j.Stage != sim.StageOnFile || len(j.Misread) > 0 || j.Identity || len(j.Points) > 0 || j.SMS > 0 {
					t.Fatalf("got %v and the journey %+v, want it on file and nothing else done", err, j)
				}
				c := h.InState(e.OpenID, flows.OnFile)
				p := c.Personal
				if p.Name != e.Person.Name || p.Number != e.Person.PageNumber(kind) ||
					string(p.Document) != sim.DocumentCode(kind) {
					t.Errorf("got a %s with other values, want those of the %s", p.Document, sim.DocumentCode(kind))
				}
				read, page := p.DocumentRead != nil, c.PhotoOf(idcard.DocumentPage) != nil
				if read == script.TypesDocument || page != read {
					t.Errorf("got a reading %v and its photo %v, want %v", read, page, !script.TypesDocument)
				}
				if err := h.App.Store().VerifyChain(h.Ctx, c.ID); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestDocumentMisread: the person corrects what the OCR misread, and HR sees where.
func TestDocumentMisread(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	toDocumentPhoto(p, specimen.Passport)
	p.SendImage(pageOf(p, specimen.Passport, "page_number page_expiry"))
	p.See(sim.StageConfirmation, "下面是照片上读到的")
	p.Press("confirm", map[string]any{"document_number": p.Person.PageNumber(specimen.Passport)})
	p.See(sim.StageReview)
	h.Admin(0).Sees(h.World.ReviewChat(), p, "keep_on_file", "从照片上识别", "→", "有效期未检查")
	p.Say("我的资料")
	p.WaitForCard("飞书", "1 张")
	p.Say("删除我的资料")
	p.Press("withdraw")
	p.WaitForCard("都已删除")
	if c := h.CaseOf(p.OpenID); !c.Personal.Empty() || c.PhotosGoneAt.IsZero() {
		t.Error("got personal data after the deletion, want none")
	}
}

// TestDocumentPhotoRecalled: what was read goes with the photo.
func TestDocumentPhotoRecalled(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	toDocumentPhoto(p, specimen.HKMPermit)
	message := p.SendImage(pageOf(p, specimen.HKMPermit, ""))
	p.See(sim.StageConfirmation, "下面是照片上读到的")
	if _, err := h.World.Feishu.RecallMessage(h.Ctx, message); err != nil {
		t.Fatal(err)
	}
	p.See(sim.StageConfirmation, "也可以直接按证件填写")
	c := h.CaseOf(p.OpenID)
	if c.Personal.DocumentRead != nil || c.PhotoOf(idcard.DocumentPage) != nil {
		t.Error("got a reading or its photo, want neither")
	}
}

// toDocumentPhoto brings a person to the card that asks for a photo of the document.
func toDocumentPhoto(p harness.Person, kind specimen.Kind) {
	p.H.Helper()
	p.ToPhotos()
	p.Press("other_document")
	card := p.See(sim.StageConfirmation, "可以拍一张照片")
	wanted := func(b feishu.Button) bool {
		return b.Act == "document_photo" && b.Value["to"] == sim.DocumentCode(kind)
	}
	p.H.Click(p.OpenID, card, "document_photo", wanted, nil)
	p.See(sim.StagePhotos, "有姓名和")
}

// pageOf returns a photo of a person's document.
func pageOf(p harness.Person, kind specimen.Kind, misread string) []byte {
	p.H.Helper()
	v := specimen.Variants["good"]
	v.Misread, v.Width = misread, 1000
	img, err := specimen.Page(p.Person, kind, v)
	if err != nil {
		p.H.Fatal(err)
	}
	return img
}
