package cards

import (
	"encoding/json"
	"time"
)

// Desk is an admin's list of the cases that wait for a decision. A decision opens the next case in its place.
type Desk struct {
	Counts map[string]int // filter -> number of cases; see DeskFilters
	Filter string         // the filter in use
	// Departments are those of the waiting cases, the one with the most first. The card offers MaxDeskDepartments of them
	// to choose from. Department is the id of the chosen one, "" for all.
	Departments []DeskDepartment
	Department  string
	Taken       int // cases that another admin reads
	// Overdue counts the cases that have waited for more than SLA of working time; 0: there is no SLA.
	Overdue int
	SLA     time.Duration
	Handed  []HandedCase // cases that colleagues have handed to the reader
	Rows    []DeskRow    // the first cases of the filter, oldest first; the card shows maxDeskRows
	Held    Held
	Last    *Undo
	At      time.Time
}

// DeskDepartment is a department with waiting cases.
type DeskDepartment struct {
	ID    string // open_department_id
	Name  string
	Count int
}

// DeskRow is one waiting case.
type DeskRow struct {
	MaskedName string
	Department string // name, "" if it is not known
	Risk       Level
	State      string // awaiting_review | needs_attention
	Since      time.Time
	Taken      bool // another admin reads it
	Overdue    bool
}

// HandedCase is a case that a colleague has handed to the reader of the desk.
type HandedCase struct {
	Ref
	From       string // open_id
	MaskedName string
	Why        string // the colleague's internal note
}

// maxHanded is the number of such cases with a button of their own.
const maxHanded = 5

// nodes draws who hands over what and why, and the button that opens it.
func (h HandedCase) nodes() []node {
	open := h.act(ActNext)
	open.To = ToOpen
	e := []node{row(person(h.From), line(tr("desk.handed", quotedArg("who", h.MaskedName))),
		button("open", plainButton, open))}
	if why := foreignText(h.Why, maxInternalNote); !why.empty() {
		e = append(e, small(why))
	}
	return e
}

// Undo offers to take back the decision that was made a moment ago.
type Undo struct {
	Ref              // the case of a single decision
	Applicant string // open_id
	What      string // approved | sent_back | …
	Bulk      int    // number of cases that were approved together; 0 for a single decision
}

// DeskFilters lists the filters of a desk (texts "desk.<code>").
var DeskFilters = []string{"all", "green", "amber", "red", "stuck", "held", "sample"}

// maxDeskRows is the number of cases in the table, which has ten on a page.
const maxDeskRows = 20

// JSON draws the numbers, the filters, the table and the button for the next case.
func (v Desk) JSON() json.RawMessage {
	e := v.Last.nodes()
	if len(e) > 0 {
		e = append(e, rule())
	}
	total := v.Counts["all"]
	for _, h := range v.Handed[:min(len(v.Handed), maxHanded)] {
		e = append(e, h.nodes()...)
	}
	if total == 0 && v.Counts["sample"] == 0 && v.Counts["held"] == 0 {
		e = append(append(e, line(tr("desk.none"))), v.Held.nodes()...)
		return frame{title: tr("desk.title"), header: headerSuccess, elements: append(e, asOf(v.At)...)}.json()
	}
	e = append(e, v.filterRow())
	e = append(e, inTime(v.Overdue, v.SLA)...)
	e = append(e, v.departmentRow()...)
	if len(v.Rows) == 0 {
		e = append(e, line(tr("desk.none_of_filter")))
	} else {
		e = append(e, v.table())
		if more := v.Counts[v.Filter] - min(len(v.Rows), maxDeskRows); more > 0 {
			e = append(e, small(tr("desk.more", intArg("n", more))))
		}
	}
	if v.Taken > 0 {
		e = append(e, small(tr("desk.taken", intArg("n", v.Taken))))
	}
	e = append(e, v.Held.nodes()...)
	if len(v.Rows) > 0 {
		e = append(e, button("begin", mainButton, Ref{}.act(ActNext)))
	}
	if green := v.Counts["green"]; green > 1 {
		bulk := tr("desk.bulk", intArg("n", min(green, MaxBulk)))
		e = append(e, labelled(bulk, plainButton, Ref{}.act(ActBulk)))
	}
	look := frame{title: tr("desk.title"), header: headerYourTurn, elements: append(e, asOf(v.At)...)}
	if total > 0 {
		look.tag, look.tagColour = tr("tag.count", intArg("n", total)), "blue"
	}
	return look.json()
}

// filterRow draws a button for each part of the queue that has cases.
func (v Desk) filterRow() node {
	var buttons []node
	for _, f := range DeskFilters {
		n := v.Counts[f]
		if n == 0 && f != v.Filter {
			continue
		}
		look := quietButton
		if f == v.Filter {
			look = plainButton
		}
		a := Ref{}.act(ActFilter)
		a.To, a.Department = f, v.Department
		buttons = append(buttons, labelled(tr("desk.filter", textArg("what", codeText("desk", f)), intArg("n", n)), look, a))
	}
	return row(buttons...)
}

// MaxDeskDepartments is how many departments the card offers: as many buttons as fit on a phone beside the others.
const MaxDeskDepartments = 5

// departmentRow draws a button for each of the departments with the most cases. Less than two leave nothing to choose.
// A chosen department is always among them, and a second press on it shows all departments again.
func (v Desk) departmentRow() []node {
	if len(v.Departments) < 2 {
		return nil
	}
	var buttons []node
	for i, d := range v.Departments {
		if i >= MaxDeskDepartments && d.ID != v.Department {
			continue
		}
		a := Ref{}.act(ActFilter)
		a.To, a.Department = v.Filter, d.ID
		look := quietButton
		if d.ID == v.Department {
			a.Department, look = "", plainButton
		}
		name := foreignText(d.Name, maxDepartmentName)
		buttons = append(buttons, labelled(tr("desk.filter", textArg("what", name), intArg("n", d.Count)), look, a))
	}
	return []node{row(buttons...)}
}

// table draws the first cases.
func (v Desk) table() node {
	columns := []string{"risk", "who"}
	if len(v.Departments) > 0 {
		columns = append(columns, "dept")
	}
	return deskTable(v.Rows[:min(len(v.Rows), maxDeskRows)], v.At, append(columns, "since", "wait", "taken"))
}

// deskColumns are the label and the width of each column of deskTable.
var deskColumns = map[string][2]string{
	"risk":  {"desk.column_risk", "60px"},
	"who":   {"desk.column_who", "80px"},
	"dept":  {"desk.column_department", "100px"},
	"since": {"desk.column_since", "110px"},
	"wait":  {"desk.column_wait", "80px"},
	"taken": {"desk.column_taken", "60px"},
}

// deskTable draws cases, ten on a page. Cells have no translations, so that they hold signs, names and times.
func deskTable(list []DeskRow, at time.Time, names []string) node {
	columns := make([]node, 0, len(names))
	for _, name := range names {
		c := deskColumns[name]
		columns = append(columns, node{
			"name": name, "display_name": bilingual(c[0]), "data_type": "text", "width": c[1],
		})
	}
	rows := make([]node, 0, len(list))
	for _, r := range list {
		all, cells := r.cells(at), node{}
		for _, name := range names {
			cells[name] = all[name]
		}
		rows = append(rows, cells)
	}
	return node{"tag": "table", "page_size": 10, "columns": columns, "rows": rows}
}

// cells returns the cell of each column at a time.
func (r DeskRow) cells(at time.Time) map[string]string {
	taken := ""
	if r.Taken {
		taken = "👀"
	}
	wait := shortSpan(at.Sub(r.Since))
	if r.Overdue {
		wait = "⏰ " + wait
	}
	return map[string]string{
		"risk":  r.sign(),
		"who":   cleanText(r.MaskedName, 12),
		"dept":  cleanText(r.Department, maxDepartmentName),
		"since": r.Since.In(chinaTime).Format("01-02 15:04"),
		"wait":  wait,
		"taken": taken,
	}
}

// sign is the worst finding of the case, or that a step of it has stopped.
func (r DeskRow) sign() string {
	switch {
	case r.State == "needs_attention":
		return "⛔"
	case r.Risk == Green:
		return "🟢"
	case r.Risk == Red:
		return "🔴"
	}
	return "🟡"
}

// shortSpan formats a waiting time for a table: 5m, 3h, 2d.
func shortSpan(d time.Duration) string {
	switch {
	case d < time.Hour:
		return intArg("n", max(0, int(d/time.Minute))).val.zh + "m"
	case d < 48*time.Hour:
		return intArg("n", int(d/time.Hour)).val.zh + "h"
	}
	return intArg("n", int(d/(24*time.Hour))).val.zh + "d"
}

// deskButtons lead from an open case to the next one, to the list, and back to the decision before.
func deskButtons(r Ref, last *Undo) []node {
	after, list := r.act(ActNext), Ref{}.act(ActNext)
	after.To, list.To = ToAfter, ToList
	return append(last.nodes(), row(button("next", plainButton, after), button("to_list", quietButton, list)))
}

// nodes draws the offer; nothing for nil.
func (u *Undo) nodes() []node {
	if u == nil {
		return nil
	}
	if u.Bulk > 0 {
		a := Ref{}.act(ActBulk)
		a.To = ToUndo
		return []node{row(line(tr("desk.undo_bulk", intArg("n", u.Bulk))), button("undo", plainButton, a))}
	}
	return []node{row(person(u.Applicant), line(codeText("did", u.What)), button("undo", plainButton, u.act(ActUndo)))}
}

// labelled is a button with a text of its own instead of one of the texts "button.<id>".
func labelled(t text, look string, a Action) node {
	b := button("next", look, a)
	b["text"] = plainText(t)
	return b
}
