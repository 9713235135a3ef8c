package cards

import "encoding/json"

// AuditHead publishes the hash over the audit trail of a day. It names nobody.
type AuditHead struct {
	Day    string // 2006-01-02
	Hash   string // hex
	Chains int    // cases whose trail has grown since the head before
}

// JSON draws the hash and what it is for.
func (v AuditHead) JSON() json.RawMessage {
	e := []node{line(tr("audit_head.text", quotedArg("day", v.Day), intArg("n", v.Chains)))}
	if v.Chains == 0 {
		e = []node{line(tr("audit_head.quiet", quotedArg("day", v.Day)))}
	}
	e = append(e, facts(fact("audit_head", machineID(v.Hash)))...)
	e = append(e, small(tr("audit_head.keep")))
	return frame{title: tr("audit_head.title"), header: headerNeutral, elements: e}.json()
}
