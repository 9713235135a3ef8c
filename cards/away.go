package cards

import (
	"encoding/json"
	"time"
)

// Away confirms to an admin that nothing disturbs the admin until a moment, or that the absence is over.
type Away struct {
	Back   time.Time // the beginning of the first day after the absence; zero if there is none
	OnDuty []string  // open_ids of those who decide meanwhile; the card shows maxOnDuty
}

// maxOnDuty is the number of people on the card.
const maxOnDuty = 10

// JSON draws the last day, what is left out until then, and who decides.
func (v Away) JSON() json.RawMessage {
	if v.Back.IsZero() {
		e := []node{line(tr("away.back"))}
		return frame{title: tr("away.title"), header: headerSuccess, elements: e}.json()
	}
	last := v.Back.Add(-time.Minute).In(chinaTime).Format("2006-01-02")
	e := []node{
		line(tr("away.until", arg{"day", sameText(last)}), sizeHead),
		line(tr("away.quiet")),
	}
	if len(v.OnDuty) > 0 {
		e = append(e, line(tr("away.on_duty")), personList("small", true, v.OnDuty[:min(len(v.OnDuty), maxOnDuty)]...))
	}
	e = append(e, small(tr("away.end")))
	return frame{title: tr("away.title"), header: headerNeutral, elements: e}.json()
}
