package cards

import (
	"encoding/json"
	"time"
)

// Attention tells HR that a case stands still and what can be done.
type Attention struct {
	Ref
	Applicant  string
	MaskedName string
	Step       string // photos | code | check | identity | upload | evidence
	// class of trouble (texts "trouble.<code>"): permission, quota, refused, unknown_outcome, mismatch, bug,
	// credentials, ...
	Code     string
	Upstream string // upstream error code, e.g. 99991672
	LogID    string
	Since    time.Time
	Others   int       // other cases that wait for the same cause
	Unknown  bool      // outcome of a write is unknown: the two choices are spelled out; evidence offers evi_point_id
	Decision *Decision // set once resolved
}

// JSON says what stands still and what can be done. A write whose outcome is unknown gets both choices in full words,
// because the wrong one makes a second record.
func (v Attention) JSON() json.RawMessage {
	e := []node{person(v.Applicant)}
	number := text{} // what e签宝's console can be searched for
	if v.Unknown && v.Step == "evidence" {
		number = machineID(v.Case)
	}
	e = append(e, facts(
		fact("identity_name", personal(v.MaskedName, maxName)),
		fact("step", of("attention_step", v.Step)),
		fact("biz_id", number),
		fact("since", moment(v.Since)),
		fact("upstream", machineID(v.Upstream)),
		fact("log_id", machineID(v.LogID)),
	)...)
	switch {
	case v.Decision != nil:
		e = append(e, line(of("trouble", v.Code)))
	case !v.Unknown: // the choices of an unknown outcome say it in full
		e = append(e, line(of("trouble", v.Code), inkRed))
	}
	if v.Others > 0 && v.Decision == nil {
		e = append(e, line(tr("attention.others", num("n", v.Others))))
	}

	f := frame{
		title: tr("attention.title"),
		mood:  moodBad,
		state: tr("tag.attention"),
		ink:   "red",
	}
	if v.Decision != nil {
		e = append(e, rule())
		e = append(e, v.Decision.nodes()...)
		f.title, f.mood, f.state, f.ink = tr("attention.title_decided"), v.Decision.mood(), of("did", v.Decision.What),
			"neutral"
	} else {
		e = append(e, rule())
		e = append(e, v.choices()...)
		e = append(e, asking(button("close", dangerButton, v.act(ActClose)), "close"))
	}
	f.elements = e
	return f.json()
}

func (v Attention) choices() []node {
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
				submitting(button("resolve_evidence", mainButton, resolve), "resolve"),
			),
			headline(tr("attention.evidence_missing")),
			asking(button("retry_evidence", plainButton, retry), "retry_evidence"),
		}
	case v.Unknown && v.Step == "identity":
		return []node{
			line(tr("attention.identity_unknown")),
			headline(tr("attention.identity_exists")),
			asking(button("resolve_identity", plainButton, resolve), "resolve_identity"),
			headline(tr("attention.identity_missing")),
			asking(button("retry_identity", plainButton, retry), "retry_identity"),
		}
	case v.Unknown:
		return []node{
			line(tr("attention.other_unknown")),
			asking(button("retry", plainButton, retry), "retry_unknown"),
		}
	default:
		return []node{button("retry", mainButton, retry)}
	}
}
