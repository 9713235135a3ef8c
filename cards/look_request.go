package cards

import "encoding/json"

// LookRequest asks an admin whether another one may see the originals of a case.
type LookRequest struct {
	Ref
	By         string // open_id of the admin who asks
	Applicant  string // open_id
	MaskedName string
	Reason     string // one of PeekReasons
}

// JSON draws who wants to see whose originals and why, and the button that agrees.
func (v LookRequest) JSON() json.RawMessage {
	a := v.act(ActAgree)
	e := []node{row(person(v.By), line(tr("look_request.text"))), person(v.Applicant)}
	e = append(e, facts(
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		fact("peek_reason", codeText("peek_reason", v.Reason)),
	)...)
	e = append(e, small(tr("look_request.recorded")), button("agree", plainButton, a))
	return frame{title: tr("look_request.title"), header: headerYourTurn, elements: e}.json()
}
