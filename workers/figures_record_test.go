package workers_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/idcard"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/store/storetest"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestFiguresAgreeWithTheRecord drives random cases of two companies through two weeks. Then it counts everything that
// announcement, statistics, morning card, weekly card and review board show from the cases and their audit rows alone,
// and compares the cards.
func TestFiguresAgreeWithTheRecord(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"sqlite", "postgres"} {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			db := store.Config{Sync: "normal"}
			if on == "postgres" {
				db.DSN, db.Keyset = pgtest.DSN(t), keyset.New()
			} else {
				path := filepath.Join(t.TempDir(), "bot.db")
				db.DSN, db.Keyset = "sqlite:"+path, storetest.Write(t, path)
			}
			w := workerstest.NewOn(t, db, func(d *engine.Deps, _ *workers.Deps) {
				d.Policy.Method, d.Policy.ReviewQueue, d.Policy.Undo = flows.MethodNone, true, 10*time.Minute
			})
			for _, tenant := range companies {
				w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
					return tx.PutSetting(t.Context(), tenant, flows.SettingAnnounceChat, "oc_all_"+tenant)
				}))
			}
			walkCases(w, rand.New(rand.NewPCG(11, 7)))
			for _, tenant := range companies {
				t.Run(tenant, func(t *testing.T) { compareCards(t, w, tenant) })
			}
		})
	}
}

var companies = []string{workerstest.Tenant, "tenant-2"}

// walkCases lets people of both companies take random steps, from Monday, 1 June, to Monday, 15 June, before 09:07.
func walkCases(w *workerstest.Harness, rnd *rand.Rand) {
	end := time.Date(2026, 6, 15, 9, 0, 0, 0, flows.ChinaTime)
	var open []string
	for i := 0; w.Now().Before(end.Add(-time.Hour)); i++ {
		w.Advance(time.Duration(rnd.IntN(12*60)) * time.Second)
		if len(open) < 12 {
			id := w.NextID()
			m := flows.Message{EventID: id, MessageID: "om_" + id, OpenID: fmt.Sprint("ou_", i), ChatID: "oc_" + id, Private: true,
				Text: "实名", TenantKey: companies[rnd.IntN(2)], At: w.Now()}
			w.Must(w.Message(w.T.Context(), m))
			w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
				c, err := v.LatestCase(w.T.Context(), m.TenantKey, m.OpenID)
				if err == nil {
					open = append(open, c.ID)
				}
				return err
			}))
		}
		n := rnd.IntN(len(open))
		if c := randomStep(w, w.CaseNow(open[n]), rnd, i); c.State.Terminal() {
			open = slices.Delete(open, n, n+1)
		}
	}
	w.Advance(end.Sub(w.Now()))
}

// oneIn says how rarely a kind of event is taken: those that end a case or go back, and those that change no figure.
var oneIn = map[flows.Kind]int{
	flows.Cancelled: 40, flows.Erase: 60, flows.ErasedBefore: 200, flows.ExpiryDue: 40, flows.ConsentDenied: 12, flows.Closed: 6, flows.Restored: 40,
	flows.ApplicantLeft: 60,
	flows.OtherDocument: 40, flows.DocumentPhoto: 20, flows.PhotoRecalled: 40, flows.Retake: 30, flows.HelpAsked: 20,
	flows.StepStopped: 8, flows.PhotoFailed: 5, flows.PhotoClaimed: 8, flows.FormTooClear: 20, flows.StepDelayed: 20,
	flows.Nudged: 30, flows.ReminderDue: 30, flows.Assigned: 8, flows.Released: 8, flows.CardAsked: 40,
	flows.WriteFailed: 10, flows.IdentityMismatch: 8, flows.ContactKnown: 3, flows.PhotoReceived: 3,
	flows.Undone: 4, flows.SentBack: 4, flows.Refused: 5, flows.KeptOnFile: 6, flows.PhotoUploaded: 12, flows.CodePrepared: 15,
	flows.CodeDropped: 15, flows.CodeFailed: 15, flows.CodeSent: 15, flows.CodeUnknown: 15, flows.CheckRefused: 15,
	flows.Queried: 20, flows.Answered: 20, flows.Held: 20, flows.HoldEnded: 20, flows.Handed: 20, flows.Noted: 20,
	flows.PersonAsked: 60, flows.WordsSaid: 60, flows.TalkLeft: 60, flows.WordsAnswered: 60, flows.TalkClosed: 60,
	flows.TalkDue:   100,
	flows.LookAsked: 20, flows.LookAgreed: 20, flows.FaceOpened: 100, flows.FaceClaimed: 100, flows.FacePending: 100,
	flows.FaceLost: 100, flows.FaceFailed: 100,
	flows.PersonChecked: 15, flows.EvidenceFiled: 15, flows.EvidenceStarted: 15, flows.Resolved: 5,
}

// talks are the events of a conversation with HR, which change no figure and no state.
var talks = []flows.Kind{
	flows.PersonAsked, flows.WordsSaid, flows.TalkLeft, flows.WordsAnswered, flows.TalkClosed, flows.TalkDue,
}

// randomStep reports one event that the table knows in the state of the case. Ends other than done are rare.
func randomStep(w *workerstest.Harness, c *flows.Case, rnd *rand.Rand, n int) *flows.Case {
	var possible []flows.Transition
	for _, row := range flows.Table {
		if row.From == c.State && !slices.Contains(talks, row.On) && rnd.IntN(max(1, oneIn[row.On])) == 0 {
			possible = append(possible, row)
		}
	}
	if len(possible) == 0 {
		return c
	}
	row := possible[rnd.IntN(len(possible))]
	value := func(of ...string) *string { return &of[rnd.IntN(len(of))] }
	front, back := flows.SampleReadings()
	readings := []idcard.Reading{front, back}
	if k := rnd.IntN(5); k < 2 {
		readings = readings[k : k+1]
	}
	department := fmt.Sprint("od_", rnd.IntN(5))
	ev := flows.Event{
		Kind:      row.On,
		Actor:     "ou_hr" + *value("1", "2"),
		Role:      row.By,
		PhotoID:   fmt.Sprint("p", n),
		MessageID: fmt.Sprint("om_p", n),
		Problem:   *value("nothing", "heic", "bad_file"),
		Readings:  readings,
		Contact:   flows.Contact{Name: "示例", Department: flows.Department{ID: department, Name: "部门" + department}},
		Side:      *value("front", "back"),
		Document:  idcard.Passport,
		ID:        "id",
		Job:       fmt.Sprint("job", n),
		Stop:      &flows.Attention{Step: flows.StepIdentity, Code: "permission"},
		Step:      flows.StepIdentity,
		Field:     "mobile",
		Form: cards.Form{
			IdentityName: value(flows.SampleName),
			IdentityCode: value(flows.SampleNumber),
			Mobile:       value(flows.SampleMobile),
			Reason:       value("blurred", "details_wrong", "not a reason", ""),
			Note:         value("请再看一下"),
			Side:         value("details", "front"),
			Override:     value("card_seen"),
		},
	}
	if row.By == flows.Applicant {
		ev.Actor = c.OpenID
	}
	if row.On == flows.ApplicantLeft {
		ev.Field = *value(flows.OutcomeLeft, flows.OutcomeUninstalled)
	}
	if row.On == flows.ExpiryDue && c.State.Turn() == flows.HR {
		return c // the end of HR's time is weeks away
	}
	if row.On != flows.PhotoReceived {
		for _, p := range c.Photos { // the last one that the event can be about
			if p.State == map[flows.Kind]flows.PhotoState{flows.PhotoFetched: flows.PhotoWaiting}[row.On] ||
				p.State == flows.PhotoStored {
				ev.PhotoID = p.ID
			}
		}
	}
	after, _, err := w.Report(w.T.Context(), c.ID, ev)
	w.Must(err)
	return after
}

// record holds what the cases and audit rows of a company say.
type record struct {
	started, done []time.Time
	ends          map[string][]time.Time // outcome -> times
	toDone        []timed
	review        []timed
	counts        map[string][]time.Time // sides, first, photo/…, sent_back/…, rejected/… -> times
	states        map[flows.State]int
	risks         map[string]int // of the cases that wait for HR, by the colour of the desk
	oldest        time.Time
	departments   map[string]*cards.DepartmentBar
	deletions     []flows.AuditRow // the first of each case and scope
}

type timed struct {
	at   time.Time
	took time.Duration
}

// readRecord counts a company's cases and audit rows.
func readRecord(t *testing.T, w *workerstest.Harness, tenant string) *record {
	t.Helper()
	r := &record{ends: map[string][]time.Time{}, counts: map[string][]time.Time{}, states: map[flows.State]int{},
		risks: map[string]int{}, departments: map[string]*cards.DepartmentBar{}}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		list, err := v.InState(t.Context(), tenant, flows.States, 100_000, 0)
		if err != nil {
			return err
		}
		for _, c := range list {
			rows, err := v.AuditOf(t.Context(), c.ID)
			if err != nil {
				return err
			}
			r.addCase(c)
			r.addRows(c, rows)
		}
		return nil
	}))
	return r
}

func (r *record) addCase(c *flows.Case) {
	r.started = append(r.started, c.CreatedAt)
	r.states[c.State]++
	if c.Department != "" && (!c.State.Terminal() || c.State == flows.Done) {
		b := r.departments[c.Department]
		if b == nil {
			b = &cards.DepartmentBar{Name: "部门" + c.Department}
			r.departments[c.Department] = b
		}
		if c.State == flows.Done {
			b.Done++
		} else {
			b.Open++
		}
	}
	if c.State != flows.AwaitingReview && c.State != flows.NeedsAttention {
		return
	}
	if r.oldest.IsZero() || c.EnteredAt.Before(r.oldest) {
		r.oldest = c.EnteredAt
	}
	switch {
	case c.State == flows.NeedsAttention:
		r.risks["stuck"]++
	case c.Risk == flows.LevelPassed:
		r.risks["green"]++
	case c.Risk == flows.LevelFailed:
		r.risks["red"]++
	default:
		r.risks["amber"]++
	}
}

// deleted counts the deletions of a span of time by their rules, and computes their proof.
func (r *record) deleted(from, to time.Time) (out []cards.Deletion, proof string) {
	slices.SortFunc(r.deletions, func(a, b flows.AuditRow) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.CaseID, b.CaseID))
	})
	all, counts := sha256.New(), map[string]int{}
	for _, row := range r.deletions {
		if !row.At.Before(from) && row.At.Before(to) {
			counts[row.Detail["deletion_rule"]]++
			all.Write(row.Hash)
		}
	}
	for _, rule := range flows.DeletionRules {
		if n := counts[string(rule)]; n > 0 {
			out = append(out, cards.Deletion{Rule: string(rule), Cases: n})
		}
	}
	if len(counts) == 0 {
		return nil, ""
	}
	return out, hex.EncodeToString(all.Sum(nil))
}

// addRows follows the chain of a case: when it waited for HR, which decisions took effect, and how it ended.
func (r *record) addRows(c *flows.Case, rows []flows.AuditRow) {
	note := func(what string, at time.Time) { r.counts[what] = append(r.counts[what], at) }
	var since, decided time.Time
	var decision, reason string
	effect := func(at time.Time) {
		if since.IsZero() {
			return
		}
		r.review = append(r.review, timed{at, decided.Sub(since)})
		switch decision {
		case "send_back", "reject":
			note(map[string]string{"send_back": "sent_back/", "reject": "rejected/"}[decision]+reason, at)
		}
		since = time.Time{}
	}
	scopes := map[string]bool{}
	for _, row := range rows {
		if rule := row.Detail["deletion_rule"]; rule != "" && !scopes[row.Detail["erased"]] {
			scopes[row.Detail["erased"]] = true
			r.deletions = append(r.deletions, row)
		}
		if row.To == flows.AwaitingReview && row.From != flows.AwaitingReview && row.From != flows.Decided {
			since = row.At
		}
		if row.From == flows.AwaitingReview && slices.Contains([]string{"approve", "send_back", "reject", "keep_on_file"},
			row.Event) && row.To != flows.AwaitingReview {
			decided, decision, reason = row.At, row.Event, cmp.Or(row.Detail["reason"], "note")
			if reason == "not a reason" {
				reason = "other"
			}
			if row.To != flows.Decided {
				effect(row.At)
			}
		}
		if row.Event == string(flows.DecisionDue) {
			effect(row.At)
		}
		if row.From == flows.NeedsAttention && row.Event == "send_back" { // because Feishu has something else bound
			bound := cmp.Or(row.Detail["reason"], "bound_differs")
			if bound == "not a reason" {
				bound = "other"
			}
			note("sent_back/"+bound, row.At)
		}
		if n, read := row.Detail["refused_before"]; read {
			note("sides", row.At)
			if n == "0" {
				note("first", row.At)
			}
		}
		if p := row.Detail["problem"]; p != "" && !strings.HasPrefix(p, "duplicate_") {
			note("photo/"+p, row.At)
		}
		if !row.From.Terminal() && row.To.Terminal() {
			if row.To == flows.Done {
				r.done = append(r.done, row.At)
				r.toDone = append(r.toDone, timed{row.At, row.At.Sub(c.CreatedAt)})
			} else {
				r.ends[c.Outcome] = append(r.ends[c.Outcome], row.At)
			}
		}
	}
}

// within counts the times from one moment to before another.
func within(times []time.Time, from, to time.Time) (n int) {
	for _, at := range times {
		if !at.Before(from) && at.Before(to) {
			n++
		}
	}
	return n
}

// spread is the median and the ninth decile by the nearest rank.
func spread(list []timed, from, to time.Time) (s cards.Spread) {
	var took []time.Duration
	for _, x := range list {
		if !x.at.Before(from) && x.at.Before(to) {
			took = append(took, x.took)
		}
	}
	if len(took) == 0 {
		return s
	}
	slices.Sort(took)
	rank := func(p float64) time.Duration {
		return flows.RoundSpan(took[max(0, int(math.Ceil(p*float64(len(took))))-1)])
	}
	return cards.Spread{Cases: len(took), Median: rank(0.5), P90: rank(0.9)}
}

func (r *record) turnout(from, to time.Time) cards.Turnout {
	ends := map[string]int{}
	for outcome, times := range r.ends {
		if n := within(times, from, to); n > 0 {
			ends[outcome] = n
		}
	}
	return cards.Turnout{Started: within(r.started, from, to), Done: within(r.done, from, to), Ends: ends,
		ToDone: spread(r.toDone, from, to), Review: spread(r.review, from, to)}
}

func (r *record) tally(prefix string, from, to time.Time) (out []cards.Tally) {
	for _, what := range slices.Sorted(maps.Keys(r.counts)) {
		if code, ok := strings.CutPrefix(what, prefix); ok {
			if n := within(r.counts[what], from, to); n > 0 {
				out = append(out, cards.Tally{Code: code, N: n})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b cards.Tally) int { return cmp.Compare(b.N, a.N) })
	return out
}

func (r *record) week(monday time.Time) cards.WeekFigures {
	next := monday.AddDate(0, 0, 7)
	return cards.WeekFigures{
		From:        monday.Format(time.DateOnly),
		To:          next.AddDate(0, 0, -1).Format(time.DateOnly),
		Turnout:     r.turnout(monday, next),
		SidesRead:   within(r.counts["sides"], monday, next),
		FirstPhotos: within(r.counts["first"], monday, next),
		SentBack:    r.tally("sent_back/", monday, next),
		Rejected:    r.tally("rejected/", monday, next),
		Photos:      r.tally("photo/", monday, next),
	}
}

// compareCards builds each card from the record and compares it with the one that is sent.
func compareCards(t *testing.T, w *workerstest.Harness, tenant string) {
	r := readRecord(t, w, tenant)
	now := w.Now()
	today := time.Date(2026, 6, 15, 0, 0, 0, 0, flows.ChinaTime)
	if len(r.done) < 5 || len(r.review) < 10 || len(r.ends) < 4 || len(r.counts) < 6 || len(r.departments) < 3 {
		t.Fatalf("the walk is too thin: %d done, %d reviews, %d ends, %d counts, %d departments", len(r.done), len(r.review),
			len(r.ends), len(r.counts), len(r.departments))
	}
	sent := func(template flows.Template) string {
		t.Helper()
		admin := "ou_reader_" + tenant
		before := len(w.Messenger.SentTo(admin))
		j := flows.Reply(template).Towards(flows.Receiver{Type: "open_id", ID: admin}).For(tenant, admin).
			With(flows.ArgDay, "2026-06-15")
		j.Key = tenant + "/" + string(template)
		w.Must(w.Run(t.Context(), j))
		list := w.Messenger.SentTo(admin)
		if len(list) != before+1 {
			t.Fatalf("%s: got %d cards, want 1", template, len(list)-before)
		}
		return list[before].Current()
	}
	week := today.AddDate(0, 0, -7)

	open := 0
	stats := cards.Stats{ByState: map[string]int{}, Done: r.states[flows.Done], Today: r.turnout(today, today.AddDate(0, 0, 1)),
		Week: r.turnout(week, today), At: now}
	for s, n := range r.states {
		stats.ByState[string(s)] = n
		switch {
		case s.Terminal():
			continue
		case s.Turn() == flows.Applicant:
			stats.WithApplicant += n
		case s.Turn() == flows.HR:
			stats.WithHR += n
		default:
			stats.WithBot += n
		}
		open += n
	}
	for i := 13; i >= 0; i-- {
		day := today.AddDate(0, 0, -i)
		next := day.AddDate(0, 0, 1)
		stats.Days = append(stats.Days, cards.DayCount{Day: day.Format(time.DateOnly), Started: within(r.started, day, next),
			Done: within(r.done, day, next)})
	}
	stats.StartedToday, stats.DoneToday = stats.Days[13].Started, stats.Days[13].Done
	workerstest.RequireCard(t, "statistics", sent(flows.ReplyStats), stats)

	waiting := cards.Waiting{Green: r.risks["green"], Amber: r.risks["amber"], Red: r.risks["red"], Stuck: r.risks["stuck"],
		Oldest: r.oldest}
	waiting.Total = waiting.Green + waiting.Amber + waiting.Red + waiting.Stuck
	friday := today.AddDate(0, 0, -3)
	morning := cards.Morning{Since: "2026-06-12", Until: "2026-06-14", Waiting: waiting, Days: r.turnout(friday, today),
		Week: r.turnout(week, today), Desk: true, At: now}
	morning.Deletions, morning.Proof = r.deleted(friday, today)
	workerstest.RequireCard(t, "morning card", sent(flows.ReplyMorning), morning)
	workerstest.RequireCard(t, "weekly card", sent(flows.ReplyWeekly),
		cards.Weekly{Week: r.week(week), Before: r.week(week.AddDate(0, 0, -7)), At: now})

	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		board, err := w.QueueCard(t.Context(), v, tenant)
		want := cards.Queue{Total: waiting.Total, Green: waiting.Green, Stuck: waiting.Stuck, Oldest: waiting.Oldest, At: now}
		if err == nil {
			workerstest.RequireCard(t, "review board", string(board.JSON()), want)
		}
		return err
	}))

	board := cards.Board{Day: "2026-06-15", DoneToday: stats.DoneToday, DoneTotal: stats.Done, Open: open,
		OnFile: r.states[flows.OnFile], Others: cards.DepartmentBar{Done: stats.Done, Open: open}, At: now}
	for _, b := range r.departments {
		if b.Done+b.Open < 3 { // a small department is among the others
			continue
		}
		board.Departments = append(board.Departments, *b)
		board.Others.Done -= b.Done
		board.Others.Open -= b.Open
	}
	slices.SortFunc(board.Departments, func(a, b cards.DepartmentBar) int {
		return cmp.Or(cmp.Compare(b.Done+b.Open, a.Done+a.Open), strings.Compare(a.Name, b.Name))
	})
	chat := "oc_all_" + tenant
	show := flows.ShowSurface("", engine.BoardID(chat))
	show.Key = "show/" + chat
	w.Must(w.Run(t.Context(), show))
	shown := w.Messenger.SentTo(chat)
	if len(shown) != 1 {
		t.Fatalf("announcements: got %d, want 1", len(shown))
	}
	workerstest.RequireCard(t, "announcement", shown[0].Current(), board)
}
