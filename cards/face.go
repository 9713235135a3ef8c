package cards

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// FaceConsentVersion is the version of the wording of the agreement to a check by face, on the card Face: the texts
// "face.agree*". Each change of them needs a new version. A test compares their hash.
const FaceConsentVersion = "2026-12"

// Face offers a check by face on a page of the supplier. Nobody has to give the face: the other methods are on the
// card. The button that begins the check is the agreement to it, and what it means stands above.
type Face struct {
	Ref
	Steps []Step
	// State is "" before the first check, stopped where no check may begin, asking while the supplier is asked for a link,
	// open while the link can be used, fetching while the result is fetched, unknown when its answer was lost, or ended.
	State     string
	Problem   string    // why there is no result (texts "face_problem.<code>")
	URL       Address   // of the supplier's page; only when open or fetching
	Until     time.Time // end of the link's life
	Looking   bool      // the result is looked for right now
	Delayed   bool      // the supplier fails, and is asked again
	NotBefore time.Time // earliest time of another check
	UsedUp    bool      // no further check may begin
	Others    []string  // methods that the applicant may take instead
	AskHR     bool      // offer the way to HR
	Expires   time.Time
}

// JSON draws what comes next, and the ways to the form, to another method and out.
func (v Face) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepFace)
	if v.Problem != "" {
		e = append(e, line(prefix("✗ ", codeText("face_problem", v.Problem)), colourRed))
	}
	switch v.State {
	case "stopped":
	case "asking":
		e = append(e, line(v.waitText("face.asking")))
	case "open", "fetching":
		e = append(e, v.linkNodes()...)
	case "unknown":
		e = append(e, line(tr("face.unknown")), button("check_face", mainButton, v.act(ActCheckFace)))
		e = append(e, v.startNodes(plainButton)...)
	default:
		e = append(e, v.startNodes(mainButton)...)
	}
	toForm := v.act(ActResume)
	toForm.To = ToForm
	e = append(e, button("change_details", plainButton, toForm))
	e = append(e, methodNodes(v.Ref, v.Others)...)
	if v.AskHR {
		e = append(e, small(tr("face.ask_hr")), button("ask_hr", plainButton, v.act(ActAskHR)))
	}
	e = append(e, deadline(v.Expires)...)
	e = append(e, askFirst("cancel", quietButton, v.act(ActCancel)))
	f := frame{
		title:     tr("face.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
		elements:  e,
	}
	if v.Problem != "" {
		f.header = headerWarning
	}
	return f.json()
}

// waitText says that the bot is at work.
func (v Face) waitText(id string) text {
	if v.Delayed {
		return tr("face.delayed")
	}
	return tr(id)
}

// startNodes draws what the check means, and the button that agrees to it and begins.
func (v Face) startNodes(look string) []node {
	if v.UsedUp {
		return []node{line(tr("face.used_up"))}
	}
	var e []node
	if !v.NotBefore.IsZero() { // the button stays: a card does not change by itself when the time has come
		e = append(e, line(tr("face.not_before", textArg("at", sameText(Stamp(v.NotBefore))))))
	}
	return append(e,
		line(tr("face.agree.what")),
		line(tr("face.agree.use")),
		small(tr("face.agree.free")),
		button("start_face", look, v.act(ActStartFace)),
	)
}

// linkNodes draws the link, and the button for somebody who comes back another way.
func (v Face) linkNodes() []node {
	e := []node{line(tr("face.open", textArg("at", sameText(Clock(v.Until)))))}
	if v.URL != "" {
		e = append(e, link("open_face", mainButton, v.URL))
	}
	e = append(e, small(tr("face.open_in_wechat")))
	if v.Looking {
		return append(e, line(v.waitText("face.looking")))
	}
	if v.Delayed {
		e = append(e, line(tr("face.delayed")))
	}
	return append(e, button("check_face", plainButton, v.act(ActCheckFace)))
}

// String names the card and its case, never its link.
func (v Face) String() string { return fmt.Sprintf("face{case=%s rev=%d}", v.Case, v.Rev) }

// GoString is String.
func (v Face) GoString() string { return v.String() }

// Format prints String for every verb.
func (v Face) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, v.String()) }

// LogValue is String.
func (v Face) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalJSON writes String; the card itself comes from JSON.
func (v Face) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }
