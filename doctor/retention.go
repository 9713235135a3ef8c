package doctor

import (
	"context"

	"shiming/flows"
)

// checkRetention says in words how long personal data is kept, as the consent text does. It warns of what somebody must
// have chosen on purpose: details without a limit, photos for more than a day.
func (d *Doctor) checkRetention(context.Context) result {
	t := d.cfg.Timing
	policy := flows.Policy{
		PhotoGrace:          t.PhotoGrace,
		UnfinishedRetention: t.UnfinishedRetention,
		FieldRetention:      t.FieldRetention,
		LeaverRetention:     t.LeaverRetention,
	}
	keep := policy.Retention()
	r := result{outcome: OK}
	r.found.ZH, r.found.EN = keep.Words()
	switch {
	case keep.Endless():
		r.outcome = Warning
		r.remedy = Text{
			"没有设期限：设 timing.leaver_retention（离职后）或 timing.field_retention（办成后）；要是就打算一直留，同意书已经这样写明",
			"there is no limit: set timing.leaver_retention (after leaving) or timing.field_retention (after the " +
				"registration); if it is meant to be so, the consent text says it already",
		}
	case keep.Photos > flows.MaxPhotoGrace:
		r.outcome = Warning
		r.remedy = Text{
			"照片最好一天内删：把 timing.photo_grace 改成 24h 以内",
			"photos should go within a day: set timing.photo_grace to 24h or less",
		}
	}
	return r
}
