package cards

import (
	"encoding/json"
	"slices"
)

// Values of the choice of people in an export (texts "export_people.<code>").
const (
	ExportAll   = "all"
	ExportOpen  = "open"  // registering
	ExportHR    = "hr"    // waiting for HR
	ExportDone  = "done"  // registered
	ExportEnded = "ended" // ended without a registration
)

// ExportPeople lists the choices of people.
var ExportPeople = []string{ExportAll, ExportOpen, ExportHR, ExportDone, ExportEnded}

// ExportLanguages lists the languages of a file (texts "export_language.<code>"). The reader's client chooses the
// language of a card; of a file the reader has to.
var ExportLanguages = []string{"zh", "en"}

// ExportEverywhere is the choice of all departments. An option needs a value.
const ExportEverywhere = "all"

// Export lets an admin choose whom a file lists.
type Export struct {
	Ref                          // the campaign whose people are meant; without a case people are chosen
	Target      CampaignTarget   // of that campaign
	Departments []DeskDepartment // with Count people; the card offers maxExportDepartments
	Language    string           // one of ExportLanguages, chosen until the admin chooses another
	HoursKept   int              // how long the file stays in the chat
}

// maxExportDepartments is the number of departments to choose from.
const maxExportDepartments = 30

// JSON draws what the file holds, the choices, and what is recorded.
func (v Export) JSON() json.RawMessage {
	a := v.act(ActExport)
	if slices.Contains(ExportLanguages, v.Language) {
		a.To = v.Language // clients need not send a choice that nobody has touched
	}
	var e []node
	what := tr("export.campaign")
	if v.Case == "" {
		what = tr("export.what")
		e = choice("export_people", "export_people", ExportPeople, ExportAll, true)
		if len(v.Departments) > 1 {
			e = append(e, v.departments()...)
		}
	}
	e = append(e, choice("export_language", "export_language", ExportLanguages, v.Language, true)...)
	e = append(e, asSubmit(button("export", mainButton, a), a))
	elements := []node{line(what)}
	if v.Case != "" {
		elements = append([]node{headline(v.Target.text())}, elements...)
	}
	elements = append(elements, form("export", e...))
	if more := len(v.Departments) - maxExportDepartments; more > 0 {
		elements = append(elements, small(tr("export.more_departments", intArg("n", more))))
	}
	elements = append(elements, small(tr("export.recorded", intArg("n", v.HoursKept))))
	return frame{title: tr("export.title"), header: headerYourTurn, elements: elements}.json()
}

// departments draws the choice of a department.
func (v Export) departments() []node {
	options := []node{{"text": plainText(tr("export.everywhere")), "value": ExportEverywhere}}
	listed := map[string]bool{ExportEverywhere: true}
	for _, d := range v.Departments[:min(len(v.Departments), maxExportDepartments)] {
		if !IsID(d.ID) || listed[d.ID] { // the client refuses a card with equal or empty values
			continue
		}
		listed[d.ID] = true
		name := join(sameText(" · "), foreignText(d.Name, maxDepartmentName), intArg("n", d.Count).val)
		options = append(options, node{"text": plainText(name), "value": d.ID})
	}
	return []node{line(tr("label.export_department")), {
		"tag":           "select_static",
		"name":          "export_department",
		"placeholder":   plainText(tr("hint.export_department")),
		"options":       options,
		"initial_index": 1,
		"width":         "fill",
	}}
}

// IsID reports whether s can be an identifier of Feishu, such as that of a department.
func IsID(s string) bool { return s != "" && s == machineID(s).zh }
