package cards

import (
	"encoding/json"
	"time"
)

// Reconcile tells HR what differs between our records, Feishu and e签宝, and what nobody but HR can look up.
type Reconcile struct {
	At                 time.Time // when the run ended; zero: none has yet
	Next               time.Time
	Running            bool // another run is under way
	Compared           int  // cases
	Photos, People     int  // asked for at e签宝 and in Feishu's directory
	Identities, Points int  // recorded since Since, to compare with the consoles
	Since              time.Time
	Groups             []ReconcileGroup
	Silent             []Silence
}

// ReconcileGroup is what differs in one way.
type ReconcileGroup struct {
	Kind  string // texts "diff.<kind>" and "diff_do.<kind>"
	Total int
	Rows  []ReconcileRow // the first ones
}

// ReconcileRow is one case that differs.
type ReconcileRow struct {
	Ref
	MaskedName string // empty when it is not held any more
	Since      time.Time
	Open       bool // it is HR's turn: offers the case's own card
}

// Silence is a platform that gave no answer.
type Silence struct {
	Upstream string // esign | feishu
	Code     string
}

// Kinds of differences and platforms that a card has room for: as many as there are.
const (
	maxKinds  = 8
	maxSilent = 2
)

// MaxReconcileRows is the number of cases that one card lists, shared by its groups.
const MaxReconcileRows = 20

// JSON says what was compared, each group with what it means and what to do, and at the end what cannot be asked.
func (v Reconcile) JSON() json.RawMessage {
	if v.At.IsZero() {
		return frame{title: tr("reconcile.title"), mood: moodPlain,
			elements: []node{line(tr("reconcile.never", at("at", v.Next)))}}.json()
	}
	e := []node{line(tr("reconcile.compared", num("n", v.Compared), num("photos", v.Photos), num("people", v.People),
		at("at", v.At)))}
	for _, s := range v.Silent[:min(len(v.Silent), maxSilent)] {
		e = append(e, line(tr("reconcile.silent", own("upstream", of("asked", s.Upstream)), arg{"code", machineID(s.Code)}),
			inkOrange))
	}
	total := 0
	groups := v.Groups[:min(len(v.Groups), maxKinds)]
	for _, g := range groups {
		total += g.Total
		e = append(e, g.nodes(MaxReconcileRows/len(groups))...)
	}
	f := frame{
		title: tr("reconcile.title"),
		mood:  moodCare,
		state: tr("tag.differ", num("n", total)),
		ink:   "orange",
	}
	if total == 0 {
		e = append(e, line(tr("reconcile.agree"), inkGreen))
		f.mood, f.state, f.ink = moodGood, tr("tag.agree"), "green"
	}
	e = append(e, rule(), small(tr("reconcile.unasked", num("identities", v.Identities), num("points", v.Points),
		at("since", v.Since))))
	if v.Running {
		e = append(e, small(tr("reconcile.running")))
	}
	f.elements = e
	return f.json()
}

// nodes lists a group; most is how many rows it may have.
func (g ReconcileGroup) nodes(most int) []node {
	e := []node{headline(tr("reconcile.group", own("what", of("diff", g.Kind)), num("n", g.Total))),
		line(of("diff_do", g.Kind))}
	rows := g.Rows[:min(len(g.Rows), most)]
	for _, r := range rows {
		about := line(joined(same(" · "), personal(r.MaskedName, 12), machineID(r.Case), tr("since", at("at", r.Since))))
		if !r.Open {
			e = append(e, about)
			continue
		}
		open := r.act(ActNext)
		open.To = ToBottom
		e = append(e, row(about, button("open", plainButton, open)))
	}
	if more := g.Total - len(rows); more > 0 {
		e = append(e, small(tr("reconcile.more", num("n", more))))
	}
	return e
}
