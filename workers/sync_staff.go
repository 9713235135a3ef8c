package workers

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// At its start the bot asks the directory about what may have happened while it was away: whether those whom it waits
// for still work there, and, where joiners are invited, who is new. A run consists of pages, each of them a job with one
// call or two. It keeps its position in a setting, with ids only.

// settingStaffSync is the key of a tenant's run, settingStaffKnown that of the time at which everybody in the directory
// was known for the first time: who was there before is no joiner.
const (
	settingStaffSync  = "staff_sync"
	settingStaffKnown = "staff_known"
)

// syncInterval is the time between two calls. The look-ups that somebody waits for have a limit of their own.
const syncInterval = 250 * time.Millisecond

// staffRun is the position of a run.
type staffRun struct {
	Run   string    `json:"run"`
	Page  int64     `json:"page"`
	Began time.Time `json:"began"`
	State int       `json:"state"` // index in openStates: whose people are asked about
	After flows.Cursor
	// Campaign and Offset are the position among those who were invited and have not begun.
	Campaign int `json:"campaign,omitempty"`
	Offset   int `json:"offset,omitempty"`
	// Roots are departments of the app's directory range, the first of which is being walked; nil before they are known.
	Roots       []string `json:"roots,omitempty"`
	Walking     bool     `json:"walking,omitempty"`
	Departments string   `json:"departments,omitempty"` // page token of the departments below the root
	Department  int      `json:"department,omitempty"`  // index in that page, from 1; 0 is the root itself
	People      string   `json:"people,omitempty"`      // page token of the people of the department
	First       bool     `json:"first,omitempty"`       // nobody was known before
}

// syncStaff does one page of a run.
func (w *Workers) syncStaff(ctx context.Context, j flows.Job) error {
	r, err := w.beginSyncPage(ctx, j)
	if r == nil || err != nil {
		return err
	}
	limit := flows.BurstLimit{Key: w.engine.LimitKey(ctx, "staff_sync", ""), Every: syncInterval, Burst: 4}
	if err := w.engine.Store.Wait(ctx, limit, w.callLimit(ctx, apiDirectory)); err != nil {
		return err
	}
	more, err := w.syncPage(ctx, j.Args[flows.ArgTenant], r)
	if failure.OfPlatform(err) {
		d := failure.Of(err, false)
		w.logFailedCall("", d, "job", j.Kind, "attempt", j.Attempt)
		if d.Class == failure.Retry && j.Attempt < escalateAttempt {
			return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "staff:" + d.Upstream}
		}
		return nil // the next start tries again
	}
	if err != nil {
		return err
	}
	return w.endSyncPage(ctx, j, r, more)
}

// beginSyncPage loads the run, which the first page begins. It returns nil if the page was done before, or belongs to
// another run.
func (w *Workers) beginSyncPage(ctx context.Context, j flows.Job) (r *staffRun, err error) {
	tenantKey := j.Args[flows.ArgTenant]
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		r = nil
		raw, err := v.Setting(ctx, tenantKey, settingStaffSync)
		if err != nil {
			return err
		}
		var stored staffRun
		if raw != "" {
			if err := json.Unmarshal([]byte(raw), &stored); err != nil {
				return err
			}
		}
		switch {
		case stored.Run == j.SyncRun() && stored.Page == j.Page():
			r = &stored
		case stored.Run != j.SyncRun() && j.Page() == 0:
			known, err := v.Setting(ctx, tenantKey, settingStaffKnown)
			if err != nil {
				return err
			}
			r = &staffRun{Run: j.SyncRun(), Began: w.engine.Now(), First: known == ""}
		}
		return nil
	})
	return r, err
}

// endSyncPage stores the position and queues the next page.
func (w *Workers) endSyncPage(ctx context.Context, j flows.Job, r *staffRun, more bool) error {
	tenantKey := j.Args[flows.ArgTenant]
	r.Page = j.Page() + 1
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		if err := tx.PutSetting(ctx, tenantKey, settingStaffSync, string(raw)); err != nil {
			return err
		}
		if more {
			return w.engine.Enqueue(ctx, tx, j.Key+"/next", flows.SyncStaff(tenantKey, r.Run, r.Page, time.Time{}))
		}
		if r.Walking {
			return tx.PutSetting(ctx, tenantKey, settingStaffKnown, r.Began.UTC().Format(time.RFC3339))
		}
		return nil
	})
}

// syncPage asks about one page of people and moves on. It reports whether there is more to ask about.
func (w *Workers) syncPage(ctx context.Context, tenantKey string, r *staffRun) (more bool, err error) {
	if r.Walking {
		return w.walkPage(ctx, tenantKey, r)
	}
	ids, err := w.awaitedPeople(ctx, tenantKey, r)
	if err != nil {
		return false, err
	}
	if len(ids) > 0 {
		found, err := w.Directory.People(ctx, ids)
		if err != nil {
			return false, err
		}
		return true, w.noteStatus(ctx, tenantKey, found)
	}
	if !w.engine.Policy.InvitesJoiners() {
		return false, nil
	}
	r.Walking = true
	for token := ""; ; {
		page, err := w.Directory.DirectoryRange(ctx, token)
		if err != nil {
			return false, err
		}
		r.Roots = append(r.Roots, page.Departments...)
		if token = page.Next; token == "" {
			return len(r.Roots) > 0, nil
		}
	}
}

// awaitedPeople returns the next people for whom something is open: the staff, applicants, and those who were invited.
func (w *Workers) awaitedPeople(ctx context.Context, tenantKey string, r *staffRun) (ids []string, err error) {
	if r.Page == 0 {
		p := &w.engine.Policy
		ids = slices.Concat(p.AdminsOf(tenantKey), p.StandInsOf(tenantKey), p.LeadsOf(tenantKey))
		if ids = ids[:min(len(ids), directoryBatch)]; len(ids) > 0 {
			return ids, nil
		}
	}
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		for ; len(ids) == 0 && r.State < len(openStates); r.State, r.After = r.State+1, (flows.Cursor{}) {
			list, err := v.Entered(ctx, tenantKey, openStates[r.State], r.After, r.Began, directoryBatch)
			if err != nil {
				return err
			}
			for _, c := range list {
				ids = append(ids, c.OpenID)
				r.After = flows.Cursor{At: c.EnteredAt.Truncate(time.Millisecond), ID: c.ID}
			}
			if len(ids) > 0 {
				return nil
			}
		}
		campaigns, err := v.Campaigns(ctx, tenantKey, directoryBatch)
		for ; err == nil && len(ids) == 0 && r.Campaign < len(campaigns); r.Campaign, r.Offset = r.Campaign+1, 0 {
			c := campaigns[r.Campaign]
			if !c.State.Live() || !c.State.Confirmed() {
				continue
			}
			list, err := v.CampaignPeople(ctx, c.ID, flows.PersonFilter{Part: flows.PartMissing}, directoryBatch, r.Offset)
			if err != nil {
				return err
			}
			for _, p := range list {
				ids = append(ids, p.OpenID)
			}
			if r.Offset += len(list); len(ids) > 0 {
				return nil
			}
		}
		return err
	})
	return ids, err
}

// noteStatus tells the engine who has left or was suspended, or is back. The directory leaves out whom the app may not
// see, of whom nothing is known.
func (w *Workers) noteStatus(ctx context.Context, tenantKey string, found []flows.DirectoryPerson) error {
	for _, p := range found {
		n := flows.StaffChange{TenantKey: tenantKey, OpenID: p.OpenID, Kind: flows.StaffChanged, At: w.engine.Now()}
		suspended := p.Status == flows.StatusFrozen || p.Status == flows.StatusLeft && !p.Resigned
		var works flows.Employment
		err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
			works, err = v.Employment(ctx, tenantKey, p.OpenID)
			return err
		})
		if err != nil {
			return err
		}
		switch {
		case p.Resigned && works.LeftAt.IsZero():
			n.Kind = flows.StaffLeft
		case !p.Resigned && suspended != !works.SuspendedAt.IsZero():
			n.Suspended = &suspended
		default:
			continue
		}
		if err := w.engine.NoteStaffChange(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// walkPage looks at one page of a department's people, and moves on to the next page, department or root.
func (w *Workers) walkPage(ctx context.Context, tenantKey string, r *staffRun) (more bool, err error) {
	below := flows.DepartmentPage{}
	department := r.Roots[0]
	if r.Department > 0 || r.Departments != "" {
		if below, err = w.Directory.ChildDepartments(ctx, r.Roots[0], r.Departments, true); err != nil {
			return false, err
		}
		if r.Department > len(below.Departments) { // the page is done, or empty
			r.Department, r.Departments = 1, below.Next
			if below.Next == "" {
				r.Roots, r.Department = r.Roots[1:], 0
			}
			return len(r.Roots) > 0, nil
		}
		department = below.Departments[r.Department-1].ID
	}
	page, err := w.Directory.PeopleOf(ctx, department, r.People)
	if err != nil {
		return false, err
	}
	if err := w.noteNew(ctx, tenantKey, page.People, r); err != nil {
		return false, err
	}
	if r.People = page.Next; r.People == "" {
		r.Department++
	}
	return true, nil
}

// noteNew tells the engine who is new in the directory. In the first run nobody is: it only notes who is there.
func (w *Workers) noteNew(ctx context.Context, tenantKey string, people []flows.DirectoryPerson, r *staffRun) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		for _, p := range people {
			if p.Status == flows.StatusLeft {
				continue
			}
			works, err := tx.EmploymentForUpdate(ctx, tenantKey, p.OpenID)
			switch {
			case err != nil:
				return err
			case !works.PresenceAt.IsZero() && works.LeftAt.IsZero():
			case r.First:
				works.PresenceAt, works.LeftAt = r.Began, time.Time{}
				err = tx.PutEmployment(ctx, works)
			default:
				err = w.engine.NoteJoined(ctx, tx, tenantKey, p.OpenID)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
