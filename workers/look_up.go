package workers

import (
	"context"
	"slices"
	"strings"
	"time"

	"shiming/cards"
	"shiming/failure"
	"shiming/flows"
)

// A name is compared with those of at most maxLookUp cases, loaded lookUpPage at a time: open ones before ended ones,
// the newest first.
const (
	maxLookUp  = 2000
	lookUpPage = 200
)

// lookUpRows is how many people the answer lists.
const lookUpRows = 5

// lookUpCard answers an admin's question about a person. Each case on it gets an audit row, once however often the
// answer is tried.
func (w *Workers) lookUpCard(ctx context.Context, j flows.Job) (cards.Card, error) {
	tenantKey, asker := j.Args[flows.ArgTenant], j.Args[flows.ArgWho]
	var admin bool
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		admin, err = w.engine.IsAdmin(ctx, v, tenantKey, asker)
		return err
	})
	if err != nil || !admin { // no longer
		return nil, err
	}
	out := cards.LookUp{ByID: j.Args[flows.ArgPerson] != ""}
	why := "looked up by name"
	var found, without []string // cases, and people without one
	if out.ByID {
		why = "looked up by open_id"
		found, without, err = w.latestOf(ctx, tenantKey, strings.Fields(j.Args[flows.ArgPerson]))
		if err == nil {
			without, err = w.inDirectory(ctx, without)
		}
	} else {
		names := strings.Fields(j.Args[flows.ArgNames])
		found, out.Bounded, err = w.byName(ctx, tenantKey, names)
		if err == nil {
			without, err = w.invitedByName(ctx, tenantKey, names)
		}
	}
	if err != nil {
		return nil, err
	}
	out.Total = len(found) + len(without)
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		out.Rows = nil // the transaction may run more than once
		again, err := tx.InsertEventKeys(ctx, w.engine.Now(), "look_up:"+j.Key)
		if err != nil {
			return err
		}
		for _, id := range found[:min(len(found), lookUpRows)] {
			c, err := tx.Case(ctx, id)
			if flows.IsNotFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			if !again {
				if err := w.engine.AuditView(ctx, tx, c, asker, why); err != nil {
					return err
				}
			}
			row, err := lookUpRow(ctx, tx, tenantKey, c.OpenID, asker, c, w.engine.Now())
			if err != nil {
				return err
			}
			out.Rows = append(out.Rows, row)
		}
		for _, openID := range without[:min(len(without), lookUpRows-len(out.Rows))] {
			row, err := lookUpRow(ctx, tx, tenantKey, openID, asker, nil, w.engine.Now())
			if err != nil {
				return err
			}
			out.Rows = append(out.Rows, row)
		}
		return nil
	})
	return out, err
}

// turns names whose turn it is on the card.
var turns = map[flows.Role]string{
	flows.Applicant: cards.TurnApplicant,
	flows.HR:        cards.TurnHR,
	flows.Bot:       cards.TurnBot,
}

// lookUpRow says how far a person is. c is nil for somebody without a case.
func lookUpRow(
	ctx context.Context, v flows.View, tenantKey, openID, asker string, c *flows.Case, now time.Time,
) (cards.LookUpRow, error) {
	works, err := v.Employment(ctx, tenantKey, openID)
	if err != nil {
		return cards.LookUpRow{}, err
	}
	row := cards.LookUpRow{Applicant: openID, Left: !works.LeftAt.IsZero(), Suspended: !works.SuspendedAt.IsZero()}
	if c == nil {
		return row, addInvitation(ctx, v, tenantKey, works, &row, now)
	}
	turn, other := c.State.Turn(), c.OpenID != asker
	row.Ref, row.MaskedName = flows.CardRef(c), flows.MaskedName(c)
	row.State, row.Turn, row.Since = string(c.State), turns[turn], c.EnteredAt
	row.Opens = turn == flows.HR && other
	row.Reminds = turn == flows.Applicant && other && works.Reachable()
	row.Filed = flows.HasFiledEvidence(c) && other
	if c.State.Terminal() && !row.Filed && other && flows.ReachedBy(c.State) != flows.StepDone {
		err = addInvitation(ctx, v, tenantKey, works, &row, now)
	}
	return row, err
}

// lookUpCampaigns is how many campaigns, the newest first, a look-up considers.
const lookUpCampaigns = 20

// addInvitation adds when somebody who is not registering was invited last, as far as the newest campaigns know, and
// what HR can do: open the campaign, or invite the person if nobody has within flows.InvitedEvery.
func addInvitation(
	ctx context.Context, v flows.View, tenantKey string, works flows.Employment, row *cards.LookUpRow, now time.Time,
) error {
	campaigns, err := v.Campaigns(ctx, tenantKey, lookUpCampaigns)
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		p, err := v.CampaignPerson(ctx, c.ID, works.OpenID)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		if p.SentAt.After(row.InvitedAt) {
			row.InvitedAt = p.SentAt
		}
		if works.Reachable() && c.State.Live() && p.Status == flows.PersonInvite && row.Campaign.Case == "" {
			row.Campaign = cards.Ref{Case: c.ID, Rev: c.Shown()}
		}
	}
	row.Invites = works.Reachable() && row.Campaign.Case == "" && now.Sub(row.InvitedAt) > flows.InvitedEvery
	return nil
}

// latestOf returns the ids of the newest cases of people, and those who have none.
func (w *Workers) latestOf(
	ctx context.Context, tenantKey string, openIDs []string,
) (ids, without []string, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		ids, without = nil, nil
		for _, openID := range openIDs {
			c, err := v.LatestCase(ctx, tenantKey, openID)
			switch {
			case err == nil:
				ids = append(ids, c.ID)
			case flows.IsNotFound(err):
				without = append(without, openID)
			default:
				return err
			}
		}
		return nil
	})
	return ids, without, err
}

// inDirectory returns those of the people whom the app can see in the directory. Without an answer it is nobody.
func (w *Workers) inDirectory(ctx context.Context, openIDs []string) (known []string, err error) {
	if len(openIDs) == 0 {
		return nil, nil
	}
	people, err := w.askDirectory(ctx, openIDs)
	for _, p := range people {
		known = append(known, p.OpenID)
	}
	return known, err
}

// askDirectory returns the entries of at most directoryBatch people, and none if the directory does not answer.
func (w *Workers) askDirectory(ctx context.Context, openIDs []string) ([]flows.DirectoryPerson, error) {
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDirectory)); err != nil {
		return nil, err
	}
	people, err := w.Directory.People(ctx, openIDs)
	if failure.OfPlatform(err) {
		w.logFailedCall("", failure.Of(err, false), "asked_for", "look_up")
		return nil, nil
	}
	return people, err
}

// invitedByName returns people with one of the names who were invited and have not begun: at most maxLookUp of the
// newest campaigns are compared. Their names are read from the directory and kept nowhere.
func (w *Workers) invitedByName(ctx context.Context, tenantKey string, hashes []string) (named []string, err error) {
	var ids []string
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		ids = nil
		campaigns, err := v.Campaigns(ctx, tenantKey, lookUpCampaigns)
		for _, c := range campaigns {
			if !c.State.Confirmed() || len(ids) >= maxLookUp {
				continue
			}
			filter := flows.PersonFilter{Part: flows.PartMissing}
			list, err := v.CampaignPeople(ctx, c.ID, filter, maxLookUp-len(ids), 0)
			if err != nil {
				return err
			}
			for _, p := range list {
				if !slices.Contains(ids, p.OpenID) {
					ids = append(ids, p.OpenID)
				}
			}
		}
		return err
	})
	for ; err == nil && len(ids) > 0; ids = ids[min(len(ids), directoryBatch):] {
		var people []flows.DirectoryPerson
		if people, err = w.askDirectory(ctx, ids[:min(len(ids), directoryBatch)]); err != nil {
			return nil, err
		}
		for _, p := range people {
			if w.engine.IsNamed(tenantKey, p.Name, hashes) {
				named = append(named, p.OpenID)
			}
		}
	}
	return named, err
}

// byName returns the ids of cases of people with one of the names, one a person, and whether there are more cases than
// it has compared.
func (w *Workers) byName(
	ctx context.Context, tenantKey string, hashes []string,
) (ids []string, bounded bool, err error) {
	var ended []flows.State
	for _, s := range flows.States {
		if s.Terminal() {
			ended = append(ended, s)
		}
	}
	left, seen := maxLookUp, map[string]bool{}
	for _, states := range [][]flows.State{openStates, ended} {
		for offset := 0; ; offset += lookUpPage {
			if left <= 0 {
				return ids, true, nil
			}
			var page []*flows.Case
			err := w.engine.Store.View(ctx, func(v flows.View) error {
				var err error
				page, err = v.NewestIn(ctx, tenantKey, states, min(lookUpPage, left), offset)
				return err
			})
			if err != nil {
				return nil, false, err
			}
			left -= len(page)
			for _, c := range page {
				if seen[c.OpenID] || !w.isNamed(c, hashes) {
					continue
				}
				seen[c.OpenID] = true
				ids = append(ids, c.ID)
			}
			if len(page) < lookUpPage {
				break
			}
		}
	}
	return ids, false, nil
}

// isNamed reports whether the person of a case has a name with one of the hashes.
func (w *Workers) isNamed(c *flows.Case, hashes []string) bool {
	return slices.ContainsFunc(flows.NamesOf(c), func(name string) bool {
		return w.engine.IsNamed(c.TenantKey, name, hashes)
	})
}
