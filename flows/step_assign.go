package flows

import "time"

// AssignedFor is how long a case is kept for the admin who has opened it. Then another one may take it over.
const AssignedFor = 10 * time.Minute

// Assignment keeps a case that waits for HR for the admin who reads it.
type Assignment struct {
	To string    `json:"to"` // open_id
	At time.Time `json:"at"`
}

// ReaderAt returns the admin for whom the case is kept at a time; "" if there is none.
func (a *Assignment) ReaderAt(now time.Time) string {
	if a == nil || now.Sub(a.At) >= AssignedFor {
		return ""
	}
	return a.To
}

// assign keeps the case for the admin who opens it.
func assign(d *decision) {
	d.change.Silent = true // the look has an audit row of its own
	if by := d.c.Assigned.ReaderAt(d.event.At); by != "" && by != d.event.Actor {
		args := map[string]string{}
		if d.policy.NameOf != nil {
			args["who"] = d.policy.NameOf(by)
		}
		d.refuse("another admin reads it", NewToast("read_by_another", args))
		return
	}
	d.c.Assigned = &Assignment{To: d.event.Actor, At: d.event.At}
}

// release gives a case back that the admin has not decided on.
func release(d *decision) {
	d.change.Silent = true
	if d.c.Assigned == nil || d.c.Assigned.To != d.event.Actor {
		d.refuse(refusalKnown, nil)
		return
	}
	d.c.Assigned = nil
}
