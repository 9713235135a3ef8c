package cards

import (
	"encoding/json"
	"strings"
	"time"
)

// Attention tells HR that a step of a case has stopped and offers what HR can do.
type Attention struct {
	Ref
	Applicant  string
	MaskedName string
	Step       string // photos | code | check | identity | upload | evidence
	Code       string // reason of the stop (texts "trouble.<code>"), e.g. permission, quota, unknown_outcome
	Upstream   string // upstream error code, e.g. 99991672
	Field      string // of the request, if the upstream named one, e.g. timeStamp
	LogID      string
	Since      time.Time
	Due        time.Time // until when HR shall deal with it; zero without an SLA
	Overdue    bool      // Due is over
	BadPhotos  int       // number of unusable photos, for the code too_many_photos
	Others     int       // other cases with the same cause
	Holds      bool      // no other identity is written until the stop has ended
	Unknown    bool      // the outcome of a write is unknown
	CanPeek    bool      // offer the original photos
	FourEyes   []string  // why two admins have to retry; empty if one is enough
	FirstBy    string    // open_id of the first of them, once that one has retried
	FirstAt    time.Time
	Panel      string // show one of Panels; "" for none
	Talk       Talk
	Decision   *Decision // set after the stop has ended
	Desk       bool      // the card is shown at a review desk
	Last       *Undo     // at a desk: the decision before
}

// JSON draws the stop. For a write with an unknown outcome the card explains both choices in full, because the wrong
// one creates a second record. The evidence point also needs its id.
func (v Attention) JSON() json.RawMessage {
	e := []node{person(v.Applicant)}
	bizID := text{} // e签宝's console finds an evidence point by the case id
	if v.Unknown && v.Step == "evidence" {
		bizID = machineID(v.Case)
	}
	e = append(e, facts(fact("identity_name", foreignText(v.MaskedName, maxName)))...)
	switch {
	case v.Decision != nil:
		e = append(e, line(firstSentence(v.troubleText()))) // what to do is over
	case !v.Unknown: // the choices explain an unknown outcome
		e = append(e, line(v.troubleText(), colourRed))
	}
	e = append(e, facts(
		fact("step", codeText("attention_step", v.Step)),
		fact("biz_id", bizID),
		fact("since", timeText(v.Since)),
		fact("upstream", machineID(v.Upstream)),
		fact("field", refusedFieldText(v.Field)),
		fact("log_id", machineID(v.LogID)),
	)...)
	if v.Decision == nil {
		e = append(e, facts(dueText(v.Due, v.Overdue))...)
	}
	if v.Others > 0 && v.Decision == nil {
		e = append(e, line(tr("attention.others", intArg("n", v.Others))))
	}

	if v.Holds && v.Decision == nil {
		e = append(e, line(tr("attention.holds"), colourOrange))
	}

	if v.Decision == nil {
		e = append(e, v.Talk.nodes()...)
	}
	f := frame{
		title:     tr("attention.title"),
		header:    headerError,
		tag:       tr("tag.attention"),
		tagColour: "red",
	}
	if v.Decision != nil {
		e = append(e, rule())
		e = append(e, v.Decision.nodes()...)
		f.title, f.header = tr("attention.title_decided"), v.Decision.header()
		f.tag, f.tagColour = codeText("did", v.Decision.What), "neutral"
	} else {
		e = append(e, rule())
		e = append(e, fourEyesNodes("attention.four_eyes", v.FourEyes, v.FirstBy, v.FirstAt)...)
		e = append(e, v.choiceNodes()...)
		e = append(e, askFirst("close", dangerButton, v.act(ActClose)))
		e = append(e, v.Talk.asideNodes(v.Ref, false, v.Panel)...)
		if v.CanPeek && v.Panel == "" {
			e = append(e, peekForm(v.Ref))
		}
	}
	if v.Desk {
		e = append(e, deskButtons(v.Ref, v.Last)...)
	}
	f.elements = e
	return f.json()
}

// refusedFieldText shows a field of e签宝 by its name and, of the agreement, by what it holds.
func refusedFieldText(name string) text {
	if !HasText("evidence_field." + name) {
		return machineID(name)
	}
	return join(sameText(" "), codeText("evidence_field", name), machineID(name))
}

func (v Attention) troubleText() text { return codeText("trouble", v.Code, intArg("n", v.BadPhotos)) }

// firstSentence returns the first sentence of a text of the catalogue "trouble", which is the cause.
func firstSentence(t text) text {
	if s, _, more := strings.Cut(t.zh, "。"); more {
		t.zh = s + "。"
	}
	if s, _, more := strings.Cut(t.en, ". "); more {
		t.en = s + "."
	}
	return t
}

// choiceNodes draws the buttons by which HR retries or resolves the step.
func (v Attention) choiceNodes() []node {
	retry, resolve := v.act(ActRetry), v.act(ActResolve)
	switch {
	case v.Unknown && v.Step == "evidence":
		return []node{
			line(tr("attention.evidence_unknown")),
			headline(tr("attention.evidence_exists")),
			form("evidence",
				field{
					name:     "evi_point_id",
					hint:     tr("hint.evi_point_id"),
					max:      64,
					required: true,
				}.node(),
				asSubmit(button("resolve_evidence", mainButton, resolve), resolve),
			),
			headline(tr("attention.evidence_missing")),
			askFirst("retry_evidence", plainButton, retry),
		}
	case v.Unknown && v.Step == "identity":
		return []node{
			line(tr("attention.identity_unknown")),
			headline(tr("attention.identity_exists")),
			askFirst("resolve_identity", plainButton, resolve),
			headline(tr("attention.identity_missing")),
			askFirst("retry_identity", plainButton, retry),
		}
	case v.Unknown:
		return []node{
			line(tr("attention.other_unknown")),
			askFirst("retry_unknown", plainButton, retry),
		}
	case v.Code == "too_many_photos":
		return []node{button("photos_again", mainButton, retry)}
	case strings.HasPrefix(v.Code, "bound_"): // Feishu has another value: only HR can send the form back
		back := v.act(ActSendBack)
		return []node{
			button("retry", mainButton, retry),
			form("bound",
				field{
					name:  "note",
					hint:  tr("hint.note_bound"),
					max:   maxNote,
					lines: true,
				}.node(),
				asSubmit(button("send_back_bound", plainButton, back), back),
			),
		}
	default:
		return []node{button("retry", mainButton, retry)}
	}
}
