package sim

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"shiming/sim/feishu"
	"shiming/sim/tencent"
)

// maxFaces is how often a robot begins a check by face.
const maxFaces = 5

// face agrees to a check by face, and goes through the supplier's page.
func (r *robot) face(ctx context.Context, now screen) error {
	switch {
	case now.face != "":
		_, err := r.w.ShowFace(ctx, r.OpenID, now.face, tencent.FaceOwn)
		return err
	case now.acts[actCheckFace]: // the result may be lost
		return r.pressAct(ctx, now, actCheckFace, nil)
	case now.acts[actStartFace]:
		if r.faces++; r.faces > maxFaces {
			return r.stuck("the check by face begins again and again")
		}
		return r.pressAct(ctx, now, actStartFace, nil)
	}
	return nil
}

// byFace matches the button that changes to the check by face.
func byFace(b feishu.Button) bool { return b.Act == actMethod && b.Value["to"] == "face" }

// offersFace reports whether the card leads to the check by face.
func (s screen) offersFace() bool { return slices.ContainsFunc(s.card.Buttons(), byFace) }

// chooseFace changes to the check by face.
func (r *robot) chooseFace(ctx context.Context, now screen) error {
	_, err := r.w.press(ctx, r.OpenID, now, byFace, actMethod, nil)
	return err
}

// ShowFace opens the supplier's page for a face on a person's phone and goes through it as one of the ways of package
// tencent. It returns the page on which the person ends. An old link ends at the supplier's page.
func (w *World) ShowFace(ctx context.Context, openID, link, as string) (*Page, error) {
	p, err := w.Browser(openID).Open(ctx, link)
	if err != nil || p.Form == nil {
		return p, err
	}
	values := url.Values{"as": {as}}
	for _, f := range p.Form.Fields {
		if f.Type == "hidden" {
			values.Set(f.Name, f.Value)
		}
	}
	if values.Get("BizToken") == "" {
		return nil, errors.New("sim: the page for a face has no form")
	}
	return p.Form.Submit(ctx, values)
}
