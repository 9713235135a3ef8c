package cards

import "time"

// reconcileSamples returns the cards of the comparison with the platforms.
func reconcileSamples() []sample {
	differ := func(kind string, total int, open bool) ReconcileGroup {
		g := ReconcileGroup{Kind: kind, Total: total}
		for range min(total, MaxReconcileRows) {
			g.Rows = append(g.Rows, ReconcileRow{
				Ref:        ref,
				MaskedName: "欧阳**",
				Since:      noon,
				Open:       open,
			})
		}
		return g
	}
	compared := Reconcile{
		At:         noon,
		Next:       after(14 * time.Hour),
		Compared:   412,
		Photos:     300,
		People:     405,
		Identities: 31,
		Points:     30,
		Since:      after(-24 * time.Hour),
	}
	one, all := compared, compared
	one.Groups = []ReconcileGroup{differ("evidence_unknown", 26, true)}
	one.Silent = []Silence{{Upstream: "esign", Code: "unavailable:503"}}
	all.Running = true
	for i, kind := range diffs[:len(diffs)-1] {
		all.Groups = append(all.Groups, differ(kind, 30, i < 3))
	}
	five := compared
	five.Groups = []ReconcileGroup{differ("evidence_unknown", 1234, true), differ("identity_unknown", 5, true),
		differ("stalled", 5, true),
		differ("photo_lost", 5, true), differ("person_gone", 5, true)}

	return []sample{
		{name: "reconcile_never", card: Reconcile{Next: after(14 * time.Hour)}},
		{name: "reconcile_agree", card: compared},
		{name: "reconcile_one_kind", card: one},
		{name: "reconcile_five_kinds", card: five},
		{name: "reconcile_every_kind", card: all},
	}
}
