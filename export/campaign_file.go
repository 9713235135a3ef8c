package export

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"shiming/cards"
	"shiming/flows"
	"shiming/sheet"
)

// CampaignRow is a person of a campaign.
type CampaignRow struct {
	flows.CampaignPerson
	Department string          // name, "" if it is not known
	Case       flows.ExportRow // the newest case; zero without one
}

// Status returns the code of what has become of the person (texts "column_status.<code>").
func (r CampaignRow) Status() string {
	switch {
	case r.CampaignPerson.Status != flows.PersonInvite:
		return string(r.CampaignPerson.Status)
	case !r.DoneAt.IsZero():
		return "done"
	case !r.StartedAt.IsZero():
		return "started"
	case !r.SentAt.IsZero():
		return "sent"
	}
	return "invite"
}

// campaignColumns are those of the first sheet.
var campaignColumns = []struct {
	code  string
	width float64
	cell  func(r CampaignRow, lang string) sheet.Cell
}{
	{"name", 12, func(r CampaignRow, _ string) sheet.Cell { return sheet.Text(r.Case.MaskedName) }},
	{"department", 18, func(r CampaignRow, _ string) sheet.Cell { return sheet.Text(r.Department) }},
	{"progress", 16, func(r CampaignRow, lang string) sheet.Cell {
		return sheet.Text(cards.CodeText("column_status", r.Status(), lang))
	}},
	{"invited", 17, func(r CampaignRow, _ string) sheet.Cell { return clock(r.SentAt) }},
	{"read", 17, func(r CampaignRow, _ string) sheet.Cell { return clock(r.ReadAt) }},
	{"opened", 17, func(r CampaignRow, _ string) sheet.Cell { return clock(r.StartedAt) }},
	{"submitted", 17, func(r CampaignRow, _ string) sheet.Cell { return clock(r.SubmittedAt) }},
	{"done", 17, func(r CampaignRow, _ string) sheet.Cell { return clock(r.DoneAt) }},
	{"reminded", 10, func(r CampaignRow, _ string) sheet.Cell { return sheet.Number(float64(r.Chases)) }},
	{"evidence_point", 26, func(r CampaignRow, _ string) sheet.Cell { return sheet.Text(r.Case.EvidencePoint) }},
	{"case", 38, func(r CampaignRow, _ string) sheet.Cell { return sheet.Text(r.Case.CaseID) }},
	{"open_id", 38, func(r CampaignRow, _ string) sheet.Cell { return sheet.Text(r.OpenID) }},
}

// numberColumns are those of the second sheet: the numbers of the campaign's card, by department.
var numberColumns = []string{"department", "to_invite", "n_sent", "n_read", "n_started", "n_submitted", "n_done"}

// CampaignFile writes the file of a campaign: its people, then its numbers.
type CampaignFile struct {
	out  *sheet.Writer
	sum  hash.Hash
	lang string
}

// NewCampaignFile begins a file in a language, one of cards.ExportLanguages.
func NewCampaignFile(out io.Writer, lang string) (*CampaignFile, error) {
	f := &CampaignFile{sum: sha256.New(), lang: lang}
	heading := func(code string, width float64) sheet.Column {
		return sheet.Column{Heading: cards.CodeText("column", code, lang), Width: width}
	}
	people := sheet.Sheet{Name: cards.CodeText("column", "campaign_sheet", lang)}
	for _, c := range campaignColumns {
		people.Columns = append(people.Columns, heading(c.code, c.width))
	}
	numbers := sheet.Sheet{Name: cards.CodeText("column", "numbers_sheet", lang)}
	for _, code := range numberColumns {
		numbers.Columns = append(numbers.Columns, heading(code, 14))
	}
	var err error
	f.out, err = sheet.NewWriter(io.MultiWriter(out, f.sum), people, numbers)
	return f, err
}

// Add appends people.
func (f *CampaignFile) Add(rows ...CampaignRow) error {
	cells := make([]sheet.Cell, len(campaignColumns))
	for _, r := range rows {
		for i, c := range campaignColumns {
			cells[i] = c.cell(r, f.lang)
		}
		if err := f.out.Row(cells...); err != nil {
			return err
		}
	}
	return nil
}

// Close adds the numbers and ends the file. It returns the SHA-256 in hex. names has the departments that are known.
func (f *CampaignFile) Close(counts []flows.CampaignCount, names map[string]string) (sum string, err error) {
	if err := f.out.Next(); err != nil {
		return "", err
	}
	total := flows.CampaignCount{}
	var order []string
	byName := map[string]*flows.CampaignCount{}
	for _, c := range counts {
		if c.Status != flows.PersonInvite {
			continue
		}
		name := names[c.Department]
		if byName[name] == nil {
			byName[name] = &flows.CampaignCount{}
			order = append(order, name)
		}
		for _, to := range []*flows.CampaignCount{byName[name], &total} {
			to.N, to.Sent, to.Read = to.N+c.N, to.Sent+c.Sent, to.Read+c.Read
			to.Started, to.Submitted, to.Done = to.Started+c.Started, to.Submitted+c.Submitted, to.Done+c.Done
		}
	}
	for _, name := range order {
		label := name
		if label == "" {
			label = cards.CodeText("column", "no_department", f.lang)
		}
		if err := f.numbers(label, byName[name], total.Read > 0); err != nil {
			return "", err
		}
	}
	if err := f.numbers(cards.CodeText("column", "total", f.lang), &total, total.Read > 0); err != nil {
		return "", err
	}
	if err := f.out.Close(); err != nil {
		return "", err
	}
	return hex.EncodeToString(f.sum.Sum(nil)), nil
}

// numbers appends the numbers of a department. Without a single receipt nothing is known of who has read.
func (f *CampaignFile) numbers(label string, c *flows.CampaignCount, readKnown bool) error {
	read := sheet.Number(float64(c.Read))
	if !readKnown {
		read = sheet.Cell{}
	}
	n := func(i int) sheet.Cell { return sheet.Number(float64(i)) }
	return f.out.Row(sheet.Text(label), n(c.N), n(c.Sent), read, n(c.Started), n(c.Submitted), n(c.Done))
}
