package flows

import "time"

// AssignedFor is how long a case is kept for the admin who has opened it. Then another one may take it over.
const AssignedFor = 10 * time.Minute

// Assignment keeps a case that waits for HR for the admin who reads it.
type Assignment struct {
	To    string    `json:"to"` // open_id
	At    time.Time `json:"at"`
	From  string    `json:"from,omitempty"` // open_id of the admin who has handed the case over
	Until time.Time `json:"until,omitzero"` // until when a case that was handed over is kept at least
}

// ReaderAt returns the admin for whom the case is kept at a time; "" if there is none. See Policy.ReaderOf.
func (a *Assignment) ReaderAt(now time.Time) string {
	if a == nil || now.Sub(a.At) >= AssignedFor && !now.Before(a.Until) {
		return ""
	}
	return a.To
}

// assign keeps the case for the admin who opens it.
func assign(d *decision) {
	d.change.Silent = true // the look has an audit row of its own
	by := d.policy.ReaderOf(d.c.TenantKey, d.c.Assigned, d.event.At)
	if by != "" && by != d.event.Actor {
		args := map[string]string{}
		if d.policy.NameOf != nil {
			args["who"] = d.policy.NameOf(by)
		}
		d.refuse("another admin reads it", NewToast("read_by_another", args))
		return
	}
	if by == "" {
		d.c.Assigned = &Assignment{To: d.event.Actor}
	}
	d.c.Assigned.At = d.event.At // one that was handed over stays so
}

// FieldDeparted is the Field of a Released whose admin has left the company.
const FieldDeparted = "departed"

// release gives a case back that the admin has not decided on. One that was handed over is kept on, unless the admin has
// left the company.
func release(d *decision) {
	d.change.Silent = true
	a := d.c.Assigned
	if a == nil || a.To != d.event.Actor || d.event.At.Before(a.Until) && d.event.Field != FieldDeparted {
		d.refuse(refusalKnown, nil)
		return
	}
	d.c.Assigned = nil
}
