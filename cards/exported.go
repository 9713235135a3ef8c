package cards

import (
	"encoding/json"
	"time"
)

// Exported tells an admin what the file above holds, and when it is recalled.
type Exported struct {
	Rows       int
	People     string         // one of ExportPeople
	Department string         // name, "" for all
	Campaign   CampaignTarget // instead of both; zero for none
	Until      time.Time
}

// JSON draws the number, the choice and the end.
func (v Exported) JSON() json.RawMessage {
	e := []node{line(tr("exported.rows", intArg("n", v.Rows)))}
	if v.Campaign.Kind != "" {
		e = append(e, facts(fact("export_campaign", v.Campaign.text()))...)
		e = append(e, small(tr("exported.until", timeArg("at", v.Until))))
		return frame{title: tr("exported.title"), header: headerSuccess, elements: e}.json()
	}
	e = append(e, facts(
		fact("export_people", codeText("export_people", v.People)),
		fact("export_department", foreignText(v.Department, maxDepartmentName)),
	)...)
	e = append(e, small(tr("exported.until", timeArg("at", v.Until))))
	return frame{title: tr("exported.title"), header: headerSuccess, elements: e}.json()
}
