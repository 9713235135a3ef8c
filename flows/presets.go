package flows

import (
	"shiming/cards"
	"shiming/idcard"
)

// presetsOf returns the reasons for which HR sends most cases back, with what the applicant then does again. What the
// findings name comes first.
func presetsOf(c *Case, findings []Finding) (out []cards.Preset) {
	if c.Personal.Document != "" { // a side would mean photos of the identity card instead
		return []cards.Preset{{Reason: "details_wrong", Redo: "details"}}
	}
	suspect := map[idcard.Side]bool{}
	expired, nameDiffers := false, false
	for _, f := range findings {
		switch {
		case f.Code == FindingQuality || f.Code == FindingReading:
			for _, i := range f.Issues {
				suspect[i.Side] = true
			}
		case f.Code == FindingValidity:
			expired = f.Level == LevelFailed || f.Level == LevelWarning
		case f.Code == FindingNameVsFeishu:
			nameDiffers = f.Level == LevelWarning
		}
	}
	if expired {
		out = append(out, cards.Preset{Reason: "expired", Redo: cards.SideBack})
	}
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if suspect[s] || len(suspect) == 0 { // HR may see what no check does
			out = append(out, cards.Preset{Reason: "blurred", Redo: string(s)})
		}
	}
	if nameDiffers {
		out = append(out, cards.Preset{Reason: "name_differs", Redo: "details"})
	}
	return append(out,
		cards.Preset{Reason: "details_wrong", Redo: "details"},
		cards.Preset{Reason: "wrong_person", Redo: "both"},
	)
}
