package cards

import (
	"encoding/json"
	"time"
)

// MyData is the self-service answer to "what do you hold about me".
type MyData struct {
	Ref
	State          string // case state
	MaskedName     string
	MaskedNumber   string
	MaskedMobile   string
	Photos         int // photos still held
	PhotosGoneAt   time.Time
	ConsentAt      time.Time
	ConsentVersion string
	Identity       bool // recorded in Feishu
	Evidence       bool // filed with e签宝
	EvidencePoint  string
	Sent           []Disclosure
	Views          []View
	CanWithdraw    bool
	Deleted        bool // the receipt after 删除我的资料
	Empty          bool // nothing is held
}

// Disclosure is one handing over of data to a processor.
type Disclosure struct {
	To string // feishu_ocr | tencent_sms | tencent_faceid | feishu_identity | esign
	At time.Time
}

// View is one look at personal data by a person.
type View struct {
	By   string // open_id
	At   time.Time
	What string
}

// maxHistory is the number of disclosures and of views that the card lists, the latest ones.
const maxHistory = 8

// JSON answers "what do you hold about me": what is stored, who received it, who looked at it.
func (v MyData) JSON() json.RawMessage {
	f := frame{title: tr("my_data.title"), mood: moodPlain}
	switch {
	case v.Deleted:
		f.title, f.mood, f.state, f.ink = tr("my_data.deleted_title"), moodGood, tr("tag.done"), "green"
		f.elements = v.receipt()
	case v.Empty:
		f.elements = []node{line(tr("my_data.empty"))}
	default:
		f.elements = v.held()
	}
	return f.json()
}

func (v MyData) receipt() []node {
	e := []node{line(tr("my_data.deleted"))}
	if v.Evidence {
		e = append(e, line(tr("my_data.evidence_stays")))
		e = append(e, facts(fact("evi_point_id", machineID(v.EvidencePoint)))...)
	}
	if v.Identity {
		e = append(e, line(tr("my_data.identity_stays")))
	}
	return append(e, small(tr("my_data.proof")))
}

func (v MyData) held() []node {
	e := facts(
		fact("state", of("state", v.State)),
		fact("identity_name", personal(v.MaskedName, maxName)),
		fact("identity_code", personal(v.MaskedNumber, maxArg)),
		fact("mobile", personal(v.MaskedMobile, maxArg)),
	)
	if v.Photos > 0 {
		t := tr("my_data.photos", num("n", v.Photos))
		if !v.PhotosGoneAt.IsZero() {
			t = joined(same(" "), t, photosGone(v.PhotosGoneAt))
		}
		e = append(e, line(t))
	} else {
		e = append(e, line(tr("my_data.no_photos")))
	}
	if !v.ConsentAt.IsZero() {
		e = append(e, line(tr("my_data.consent", at("at", v.ConsentAt), own("version", machineID(v.ConsentVersion)))))
	}
	if v.Identity {
		e = append(e, line(tr("my_data.identity")))
	}
	if v.Evidence {
		e = append(e, line(tr("my_data.evidence")))
		e = append(e, facts(fact("evi_point_id", machineID(v.EvidencePoint)))...)
	}
	e = append(e, v.history()...)
	if v.CanWithdraw {
		e = append(e, rule(), asking(button("withdraw", dangerButton, v.act(ActWithdraw)), "withdraw"))
	}
	return e
}

func (v MyData) history() []node {
	var e []node
	if len(v.Sent) > 0 {
		sent := v.Sent[max(0, len(v.Sent)-maxHistory):]
		lines := make([]text, 0, len(sent))
		for _, d := range sent {
			lines = append(lines, joined(same("  "), same(Stamp(d.At)), of("disclosed", d.To)))
		}
		e = append(e, headline(tr("my_data.sent")), line(joined(same("\n"), lines...)))
	}
	e = append(e, headline(tr("my_data.views")))
	if len(v.Views) == 0 {
		return append(e, line(tr("my_data.no_views")))
	}
	for _, w := range v.Views[max(0, len(v.Views)-maxHistory):] {
		e = append(e, row(person(w.By), small(joined(same("  "), same(Stamp(w.At)), of("looked", w.What)))))
	}
	return e
}
