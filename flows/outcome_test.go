package flows

import (
	"slices"
	"testing"

	"shiming/cards"
	"shiming/idcard"
)

// outcome is the result of one decision. Its want methods check it.
type outcome struct {
	t *testing.T
	Change
	before *Case
}

// decide runs one event. It fills in the role of the row, an actor of this role, SampleTime, and SamplePolicy, which
// adjust may change.
func decide(t *testing.T, c *Case, e Event, adjust ...func(*Policy)) outcome {
	t.Helper()
	if row := findRow(c.State, e.Kind); row != nil && e.Role == "" {
		e.Role = row.By
	}
	if e.Actor == "" {
		switch e.Role {
		case Applicant:
			e.Actor = c.OpenID
		case HR:
			e.Actor = "ou_hr1"
		}
	}
	if e.At.IsZero() {
		e.At = SampleTime
	}
	p := SamplePolicy()
	for _, change := range adjust {
		change(p)
	}
	return outcome{t, Decide(p, c, e), c}
}

// wantState requires that something happened and that the case is in the state.
func (d outcome) wantState(to State) outcome {
	d.t.Helper()
	if d.Case == nil {
		d.t.Fatalf("nothing happened (%s), want %s", d.Rule, to)
	}
	if d.Case.State != to {
		d.t.Fatalf("led to %s (%s), want %s", d.Case.State, d.Rule, to)
	}
	return d
}

// wantStay requires that something happened and that the case kept state and revision.
func (d outcome) wantStay() outcome {
	d.t.Helper()
	d.wantState(d.before.State)
	if d.Case.Rev != d.before.Rev {
		d.t.Fatalf("revision: got %d, want %d", d.Case.Rev, d.before.Rev)
	}
	return d
}

// wantRefused requires a refusal with this reason and this toast ("" for none).
func (d outcome) wantRefused(why, toastID string, args ...string) {
	d.t.Helper()
	if d.Case != nil {
		d.t.Fatalf("led to %s (%s), want a refusal: %s", d.Case.State, d.Rule, why)
	}
	if d.Rule != why {
		d.t.Errorf("refused because of %q, want %q", d.Rule, why)
	}
	if len(d.Jobs)+len(d.Redraw)+len(d.Repost)+len(d.DropPictures) > 0 || d.SetBlindIndex || d.Incident != "" {
		d.t.Errorf("refused: got effects %+v, want none", d.Change)
	}
	d.wantToast(toastID, args...)
}

// wantToast requires the toast with this id and these arguments, given as key, value, ….
func (d outcome) wantToast(toastID string, args ...string) outcome {
	d.t.Helper()
	if toastID == "" {
		if d.Toast != nil {
			d.t.Errorf("toast %q, want none", d.Toast.EN)
		}
		return d
	}
	m := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	if want := cards.NewToast(toastID, m); d.Toast == nil || *d.Toast != want {
		d.t.Errorf("toast %v, want %v", d.Toast, want)
	}
	return d
}

// wantJobs requires exactly these jobs in this order, without timers, and returns them.
func (d outcome) wantJobs(kinds ...JobKind) []Job {
	d.t.Helper()
	var got []Job
	var names []JobKind
	for _, j := range d.Jobs {
		if j.Kind != JobRemind && j.Kind != JobExpire {
			got, names = append(got, j), append(names, j.Kind)
		}
		if j.Case != d.before.ID {
			d.t.Errorf("%s is for case %q, want %v", j.Kind, j.Case, d.before.ID)
		}
	}
	if !slices.Equal(names, kinds) {
		d.t.Fatalf("jobs %v, want %v", names, kinds)
	}
	return got
}

// wantCards requires these audiences for redraws and for new messages.
func (d outcome) wantCards(show, anew []string) outcome {
	d.t.Helper()
	sorted := func(s []string) []string {
		s = slices.Clone(s)
		slices.Sort(s)
		return s
	}
	if !slices.Equal(sorted(d.Redraw), sorted(show)) || !slices.Equal(sorted(d.Repost), sorted(anew)) {
		d.t.Errorf("draws %v, anew %v; want %v, %v", d.Redraw, d.Repost, show, anew)
	}
	return d
}

// wantDropped requires that the bytes of exactly these photos are deleted.
func (d outcome) wantDropped(ids ...string) outcome {
	d.t.Helper()
	got := slices.Compact(slices.Sorted(slices.Values(d.DropPictures)))
	if !slices.Equal(got, ids) {
		d.t.Errorf("bytes dropped of %v, want %v", got, ids)
	}
	return d
}

// wantDetail requires these details of the audit row, given as key, value, ….
func (d outcome) wantDetail(kv ...string) outcome {
	d.t.Helper()
	for i := 0; i+1 < len(kv); i += 2 {
		if d.Detail[kv[i]] != kv[i+1] {
			d.t.Errorf("detail %s is %q, want %q", kv[i], d.Detail[kv[i]], kv[i+1])
		}
	}
	return d
}

// lastDisclosure returns the receiver of the disclosure that the event added; "" for none.
func (d outcome) lastDisclosure() string {
	if n := len(d.Case.Sent); n > len(d.before.Sent) {
		return d.Case.Sent[n-1].To
	}
	return ""
}

// sampleView returns the context of a card at SampleTime.
func sampleView() ViewContext { return ViewContext{Now: SampleTime, Policy: SamplePolicy()} }

// withPhoto adds a photo that was sent after the case entered its state.
func withPhoto(c *Case, id string, s PhotoState) *Case {
	c.Photos = append(c.Photos, Photo{
		ID:        id,
		MessageID: "om_" + id,
		FileKey:   "k",
		Kind:      "image",
		State:     s,
		At:        SampleTime.Add(-1),
	})
	return c
}

// read returns the reading of one side with these fields.
func read(t *testing.T, side idcard.Side, fields map[string]string) idcard.Reading {
	t.Helper()
	n := 0
	if side == idcard.Front {
		n = 1
	}
	var list []idcard.Entity
	for _, k := range []string{"identity_name", "identity_code", "gender", "birth", "address", "issued_by",
		"valid_date_start", "valid_date_end"} {
		if v := fields[k]; v != "" {
			list = append(list, idcard.Entity{Type: k, Value: v})
		}
	}
	r, err := idcard.ParseEntities(&n, list, nil, SampleTime)
	if err != nil || len(r) != 1 || r[0].Side != side {
		t.Fatalf("reading of the %s: got %v, %v, want one reading of this side", side, r, err)
	}
	return r[0]
}

func frontOf(t *testing.T, name, number string) idcard.Reading {
	return read(t, idcard.Front, map[string]string{"identity_name": name, "identity_code": number})
}

func backOf(t *testing.T, from, to string) idcard.Reading {
	return read(t, idcard.Back, map[string]string{"issued_by": "样本市公安局", "valid_date_start": from, "valid_date_end": to})
}

func ptr(s string) *string { return &s }
