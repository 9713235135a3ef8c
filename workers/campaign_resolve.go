package workers

import (
	"context"
	"encoding/json"

	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// How a campaign's people are found. Each step below reads one page of a list or of the directory, and the engine
// stores it with the position behind it, in one transaction. A job that dies goes on at the stored position; a page
// that is read twice is stored once.
//
//	list:               [file →] parse → ids → walk → match
//	everyone:           walk → people of the range
//	department:         target → walk
//	group:              target → members
//	department or group of a name: target, which makes it one of the two

// resolvePhase is a part of the way.
type resolvePhase string

const (
	phaseFile    resolvePhase = "file"    // fetch and read the file of a list
	phaseParse   resolvePhase = "parse"   // read the lines of a list; the phase of a position that is ""
	phaseIDs     resolvePhase = "ids"     // look up open_ids, e-mails and mobiles
	phaseWalk    resolvePhase = "walk"    // read departments, one after another in the order of their ids
	phaseRange   resolvePhase = "range"   // people whom the app's range names by themselves
	phaseMatch   resolvePhase = "match"   // decide on what is left of a list
	phaseMembers resolvePhase = "members" // read a group
)

// resolvePosition is how far a campaign's resolving has come. It holds ids only.
type resolvePosition struct {
	Phase resolvePhase `json:"phase"`
	// Message and File name the file of a list.
	Message string `json:"message,omitempty"`
	File    string `json:"file,omitempty"`
	// Department is being read from Page on; those before it, in the order of ids, were read. Page is a page token.
	Department string `json:"department,omitempty"`
	Page       string `json:"page,omitempty"`
	Line       int    `json:"line,omitempty"` // the last line, or the number of people of the range, that was looked at
	// Can says what was seen of the directory; Missing is the permission without which something was not looked for.
	Can     flows.Searchable `json:"can,omitzero"`
	Missing string           `json:"missing,omitempty"`
}

func (p resolvePosition) encoded() string {
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers
	}
	return string(raw)
}

// Permissions that HR is told of if they are missing.
const (
	scopeDirectory = "contact:contact.base:readonly"
	scopeFindID    = "contact:user.id:readonly"
	scopeNames     = "contact:user.base:readonly"
	scopeGroups    = "im:chat:readonly"
	scopeFiles     = "im:message:readonly"
)

// directoryBatch is how many people one call of the directory names.
const directoryBatch = 50

// pagesAtOnce is how many pages one run of the job reads, so that it ends long before the time limit of a job.
const pagesAtOnce = 300

// resolution is one run of a job that resolves a campaign.
type resolution struct {
	w        *Workers
	c        *flows.Campaign
	at       resolvePosition
	matcher  *flows.Matcher    // of the walk for a list
	walk     []string          // departments to read, sorted
	names    map[string]string // of departments, by id
	rangeIDs []string
	named    map[string]bool // departments whose names were asked for
	ended    bool
}

// resolveCampaign finds the people of a campaign's target, page by page.
func (w *Workers) resolveCampaign(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CampaignToResolve(ctx, j.CampaignID())
	if c == nil || err != nil {
		return err
	}
	r := &resolution{w: w, c: c, names: map[string]string{}, named: map[string]bool{}}
	if r.at, err = startPosition(c); err != nil {
		return err
	}
	for range pagesAtOnce {
		if err := r.step(ctx); err != nil {
			return r.failed(ctx, j, err)
		}
		if r.ended {
			return nil
		}
	}
	return &flows.RetryLater{Snooze: true, Code: "campaign:more"}
}

// startPosition returns where a campaign's resolving goes on.
func startPosition(c *flows.Campaign) (at resolvePosition, err error) {
	if c.Position != "" {
		err = json.Unmarshal([]byte(c.Position), &at)
		return at, err
	}
	switch c.Target.Kind {
	case flows.TargetList:
		at.Phase = phaseParse
	case flows.TargetGroup:
		at.Phase = phaseMembers
	default:
		at.Phase = phaseWalk
	}
	return at, nil
}

// step does one step of the way.
func (r *resolution) step(ctx context.Context) error {
	if r.c.Target.ID == "" && r.c.Target.Query != "" {
		return r.findTarget(ctx)
	}
	switch r.at.Phase {
	case phaseFile:
		return r.readFile(ctx)
	case phaseParse:
		return r.parseLines(ctx)
	case phaseIDs:
		return r.lookUpLines(ctx)
	case phaseRange:
		return r.readRange(ctx)
	case phaseMatch:
		return r.matchLines(ctx)
	case phaseMembers:
		return r.readMembers(ctx)
	}
	return r.readDepartment(ctx)
}

// put stores what a step has found and goes on behind it. It ends the run if the campaign does not wait for it any
// more.
func (r *resolution) put(ctx context.Context, found engine.Resolved, next resolvePosition) error {
	if err := r.nameDepartments(ctx, &found); err != nil {
		return err
	}
	found.From, found.Position = r.c.Position, next.encoded()
	ok, err := r.w.engine.AddResolved(ctx, r.c.ID, found)
	if err != nil {
		return err
	}
	if !ok {
		r.ended = true
		return nil
	}
	r.c.Position, r.at = found.Position, next
	return nil
}

// nameDepartments adds the names of the people's departments, each once in a run. HR's card counts by department.
func (r *resolution) nameDepartments(ctx context.Context, found *engine.Resolved) error {
	for _, p := range found.People {
		if p.Department == "" || r.named[p.Department] {
			continue
		}
		d := flows.Department{ID: p.Department, Name: r.names[p.Department]} // as the walk has told
		if d.Name == "" {
			var err error
			if d, err = r.w.namedDepartment(ctx, r.c.TenantKey, "", p.Department); err != nil {
				return err
			}
		}
		r.named[p.Department] = true
		if d.Name != "" {
			found.Departments = append(found.Departments, d)
		}
	}
	return nil
}

// end makes the campaign a preview, or says why its people could not be found.
func (r *resolution) end(ctx context.Context, why flows.CampaignReason, code string) error {
	r.ended = true
	return r.w.engine.EndResolving(ctx, r.c.ID, why, code)
}

// failed handles a call that failed. A missing permission ends the resolving, and HR reads which one it is. What may
// succeed later is repeated for escalateAttempt attempts, and then as slowly as a suspended case is.
func (r *resolution) failed(ctx context.Context, j flows.Job, err error) error {
	if !failure.OfPlatform(err) {
		return err
	}
	d := failure.Of(err, false)
	r.w.logFailedCall("", d, "job", j.Kind, "campaign", r.c.ID, "attempt", j.Attempt)
	code := "campaign:" + d.Upstream
	switch d.Class {
	case failure.Retry:
		if j.Attempt >= escalateAttempt {
			return &flows.RetryLater{In: flows.ProbeEvery, Snooze: true, Code: code}
		}
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: code}
	case failure.Operator:
		switch {
		case d.Upstream == upstreamNoScope:
			return r.end(ctx, flows.WhyScope, r.scope())
		case unreadable(err), r.at.Phase == phaseMembers && groupCodes[d.Upstream]:
			return r.end(ctx, flows.WhyNoTarget, d.Upstream)
		}
		return &flows.RetryLater{In: max(flows.ProbeEvery, d.After), Snooze: true, Code: code}
	}
	return r.end(ctx, flows.WhyNoTarget, d.Upstream)
}

// scope returns the permission without which the present step is refused.
func (r *resolution) scope() string {
	switch r.at.Phase {
	case phaseMembers:
		return scopeGroups
	case phaseFile:
		return scopeFiles
	}
	return scopeDirectory
}

// groupCodes are Feishu's codes of a group whose members the bot cannot read: there is none, it is of another company,
// or the bot is not in it.
var groupCodes = map[string]bool{"232006": true, "232010": true, "232011": true, "232033": true}

// Codes of Feishu after which the resolving goes on another way.
const (
	upstreamNoScope    = "99991672" // the app lacks a permission
	upstreamNoDept     = "40004"    // a department outside the range, or deleted
	upstreamNoParent   = "40014"    // a department whose parent is outside the range
	upstreamGoneDept   = "40008"    // a department that does not exist
	upstreamPageToken  = "40012"    // a page token that is not valid any more
	upstreamLargeDept  = "43010"    // a department too large to be listed with all below it
	upstreamNoUser     = "41012"    // an open_id that nobody has
	upstreamUserHidden = "41050"    // somebody outside the range
)

// refusedWith returns Feishu's code of a refused call, "" for any other error.
func refusedWith(err error) string {
	if err == nil || !failure.OfPlatform(err) {
		return ""
	}
	return failure.Of(err, false).Upstream
}

// wait waits until a list of the directory may be read.
func (r *resolution) wait(ctx context.Context, api string) error {
	return r.w.engine.Store.Wait(ctx, r.w.callLimit(ctx, api))
}

// resolved makes people of a page those of the campaign.
func resolved(people []flows.DirectoryPerson) (out []engine.ResolvedPerson) {
	for _, p := range people {
		out = append(out, engine.ResolvedPerson{CampaignPerson: p.Person()})
	}
	return out
}
