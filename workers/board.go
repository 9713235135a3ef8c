package workers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// announcedPeople is how many people the announcement shows.
const announcedPeople = 20

// boardCard builds the announcement.
func (w *Workers) boardCard(ctx context.Context, v flows.View, s *flows.Surface) (cards.Card, error) {
	now := w.engine.Now()
	people, today, err := v.DoneSince(ctx, s.TenantKey, flows.DayOf(now), announcedPeople)
	if err != nil {
		return nil, err
	}
	counts, err := v.CountByState(ctx, s.TenantKey)
	if err != nil {
		return nil, err
	}
	b := cards.Board{
		Day:       now.In(flows.ChinaTime).Format(time.DateOnly),
		DoneToday: today,
		DoneTotal: counts[flows.Done],
		OnFile:    counts[flows.OnFile],
		At:        now,
	}
	for state, n := range counts {
		if !state.Terminal() {
			b.Open += n
		}
	}
	departments, err := v.DepartmentCounts(ctx, s.TenantKey)
	if err != nil {
		return nil, err
	}
	b.Departments, b.Others = barsOf(departments, b.DoneTotal, b.Open)
	if b.Campaigns, err = w.engine.AnnouncedCampaigns(ctx, v, s.TenantKey); err != nil {
		return nil, err
	}
	switch w.engine.Policy.AnnouncePeople {
	case flows.AnnounceAvatars:
		b.People = people
	case flows.AnnounceMasked:
		b.Names, err = maskedNames(ctx, v, s.TenantKey, people)
	}
	return b, err
}

// maskedNames returns the masked names of people whose last case is done, as far as they are still stored.
func maskedNames(ctx context.Context, v flows.View, tenantKey string, people []string) (names []string, err error) {
	for _, id := range people {
		c, err := v.LatestCase(ctx, tenantKey, id)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if c.State == flows.Done && c.Erased.IsZero() {
			names = append(names, flows.MaskedName(c))
		}
	}
	return names, nil
}

const (
	// smallDepartment is the size from which a department has a bar of its own. The bar of two people would tell each of
	// them about the other.
	smallDepartment = 3
	// maxBars is how many departments have a bar.
	maxBars = 12
)

// barsOf chooses the departments with a bar, the largest first. All others are summed up, with the people whose
// department is not known: done and open are the numbers of all. The sum is no small group either; otherwise the
// smallest bar goes into it.
func barsOf(all []flows.DepartmentCount, done, open int) (bars []cards.DepartmentBar, others cards.DepartmentBar) {
	slices.SortFunc(all, func(a, b flows.DepartmentCount) int {
		return cmp.Or(cmp.Compare(b.Open+b.Done, a.Open+a.Done), strings.Compare(a.Name, b.Name),
			strings.Compare(a.ID, b.ID))
	})
	others = cards.DepartmentBar{Done: done, Open: open}
	for _, d := range all {
		if d.Open+d.Done < smallDepartment || len(bars) == maxBars {
			break
		}
		bars = append(bars, cards.DepartmentBar{Name: d.Name, Done: d.Done, Open: d.Open})
		others.Done -= d.Done
		others.Open -= d.Open
	}
	for len(bars) > 0 && others.Done+others.Open > 0 && others.Done+others.Open < smallDepartment {
		last := bars[len(bars)-1]
		bars = bars[:len(bars)-1]
		others.Done += last.Done
		others.Open += last.Open
	}
	return bars, others
}

// externalGroup is the failure of a board whose group has people of other companies in it.
type externalGroup struct{}

func (externalGroup) Error() string             { return "people of other companies are in the group" }
func (externalGroup) Temporary() bool           { return false }
func (externalGroup) RetryAfter() time.Duration { return 0 }
func (externalGroup) MaybeApplied() bool        { return false }
func (externalGroup) Failure() failure.Details {
	return failure.Details{Class: failure.Receiver, Code: codeExternal}
}

// codeExternal is the code of externalGroup.
const codeExternal = "external"

// standsInGroup reports whether a surface is a board in a group.
func standsInGroup(s *flows.Surface) bool {
	return s.Audience == flows.AudienceBoard || s.Audience == flows.AudienceQueue
}

// keepOut returns an externalGroup for a board in a group that people of other companies can be in, after it has removed
// the board's message. Without an answer the board goes on: the scope is a convenience, and Feishu itself refuses a
// group that is gone.
func (w *Workers) keepOut(ctx context.Context, s *drawing) error {
	if !standsInGroup(&s.Surface) {
		return nil
	}
	key := s.TenantKey + "/" + s.To.ID
	known, ok := w.externalGroups.Get(key)
	if !ok {
		if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiChat)); err != nil {
			return err
		}
		external, err := w.Messenger.External(ctx, s.To.ID)
		if err != nil {
			w.logFailedCall("", failure.Of(err, false), "audience", s.Audience)
			return nil
		}
		w.externalGroups.SetDefault(key, external)
		known = external
	}
	if external := known.(bool); !external {
		return nil
	}
	if s.MessageID != "" {
		if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiRecall)); err != nil {
			return err
		}
		if err := w.Messenger.Recall(ctx, s.MessageID); err != nil {
			d := failure.Of(err, false)
			if d.Class == failure.Retry {
				return err
			}
			w.logFailedCall("", d, "audience", s.Audience)
		}
		s.MessageID, s.OldID, s.RenderedHash = "", "", nil
	}
	return externalGroup{}
}

// tellGroupLost tells each admin, once, that a group has no board any more: it takes no messages, or people of other
// companies are in it.
func (w *Workers) tellGroupLost(ctx context.Context, tx flows.Tx, s *flows.Surface, d failure.Details) error {
	notice := flows.NoticeGroupLost
	if d.Code == codeExternal {
		notice = flows.NoticeGroupExternal
	}
	key := engine.SettingGroupLost(s.To.ID)
	told, err := tx.Setting(ctx, s.TenantKey, key)
	if err != nil || told == notice {
		return err
	}
	if err := tx.PutSetting(ctx, s.TenantKey, key, notice); err != nil {
		return err
	}
	to, err := w.engine.AdminReceivers(ctx, tx, s.TenantKey, "")
	if err != nil {
		return err
	}
	card := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, notice)
	return w.enqueueForEach(ctx, tx, s.TenantKey, "group_lost/"+s.ID+"/"+notice+"/"+w.engine.Now().Format(time.RFC3339),
		card, to)
}

// noteGroupFound notes that a board stands in its group again, so that HR hears when it is lost once more.
func (w *Workers) noteGroupFound(ctx context.Context, tx flows.Tx, s *drawing) error {
	if !standsInGroup(&s.Surface) || !s.sendStarted {
		return nil
	}
	key := engine.SettingGroupLost(s.To.ID)
	told, err := tx.Setting(ctx, s.TenantKey, key)
	if err != nil || told == "" {
		return err
	}
	return tx.PutSetting(ctx, s.TenantKey, key, "")
}

// ForgetGroups forgets what is known about groups, as after the time for which it is kept.
func (w *Workers) ForgetGroups() { w.externalGroups.Flush() }
