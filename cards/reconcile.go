package cards

import (
	"encoding/json"
	"time"
)

// Reconcile shows HR the differences between our records, Feishu and e签宝, and figures to compare with their consoles.
type Reconcile struct {
	At                 time.Time // end of the last run; zero: there was none
	Next               time.Time
	Running            bool // another run is under way
	Compared           int  // number of cases
	Photos, People     int  // number of queries to e签宝 and to Feishu's directory
	Identities, Points int  // number of identities and evidence points since Since
	Since              time.Time
	Groups             []ReconcileGroup
	Silent             []Silence
}

// ReconcileGroup lists the differences of one kind.
type ReconcileGroup struct {
	Kind  string // texts "diff.<kind>" and "diff_do.<kind>"
	Total int
	Rows  []ReconcileRow // the first ones
}

// ReconcileRow is a case with a difference.
type ReconcileRow struct {
	Ref
	MaskedName string // "" if the name is deleted
	Since      time.Time
	Open       bool // it is HR's turn: the row offers the card of the case
}

// Silence is a platform that did not answer.
type Silence struct {
	Upstream string // esign | feishu
	Code     string
}

// Limits of the card: the number of all kinds of differences and of all platforms.
const (
	maxKinds  = 8
	maxSilent = 2
)

// MaxReconcileRows is the number of cases on the card. The groups share it evenly.
const MaxReconcileRows = 20

// JSON draws the figures of the run, each group with its meaning and advice, and the figures for the consoles.
func (v Reconcile) JSON() json.RawMessage {
	if v.At.IsZero() {
		never := line(tr("reconcile.never", timeArg("at", v.Next)))
		return frame{title: tr("reconcile.title"), header: headerNeutral, elements: []node{never}}.json()
	}
	e := []node{line(tr("reconcile.compared",
		intArg("n", v.Compared),
		intArg("photos", v.Photos),
		intArg("people", v.People),
		timeArg("at", v.At),
	))}
	for _, s := range v.Silent[:min(len(v.Silent), maxSilent)] {
		upstream, code := textArg("upstream", codeText("asked", s.Upstream)), textArg("code", machineID(s.Code))
		e = append(e, line(tr("reconcile.silent", upstream, code), colourOrange))
	}
	total := 0
	groups := v.Groups[:min(len(v.Groups), maxKinds)]
	for _, g := range groups {
		total += g.Total
		e = append(e, g.nodes(MaxReconcileRows/len(groups))...)
	}
	f := frame{
		title:     tr("reconcile.title"),
		header:    headerWarning,
		tag:       tr("tag.differ", intArg("n", total)),
		tagColour: "orange",
	}
	if total == 0 {
		e = append(e, line(tr("reconcile.agree"), colourGreen))
		f.header, f.tag, f.tagColour = headerSuccess, tr("tag.agree"), "green"
	}
	e = append(e, rule(), small(tr("reconcile.unasked",
		intArg("identities", v.Identities),
		intArg("points", v.Points),
		timeArg("since", v.Since),
	)))
	if v.Running {
		e = append(e, small(tr("reconcile.running")))
	}
	f.elements = e
	return f.json()
}

// nodes draws a group with at most maxRows rows.
func (g ReconcileGroup) nodes(maxRows int) []node {
	e := []node{
		headline(tr("reconcile.group", textArg("what", codeText("diff", g.Kind)), intArg("n", g.Total))),
		line(codeText("diff_do", g.Kind)),
	}
	rows := g.Rows[:min(len(g.Rows), maxRows)]
	for _, r := range rows {
		since := tr("since", timeArg("at", r.Since))
		about := line(join(sameText(" · "), foreignText(r.MaskedName, 12), machineID(r.Case), since))
		if !r.Open {
			e = append(e, about)
			continue
		}
		open := r.act(ActNext)
		open.To = ToBottom
		e = append(e, row(about, button("open", plainButton, open)))
	}
	if more := g.Total - len(rows); more > 0 {
		e = append(e, small(tr("reconcile.more", intArg("n", more))))
	}
	return e
}
