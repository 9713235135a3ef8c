package workers

import (
	"context"
	"strings"

	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
	"shiming/sheet"
)

// Codes of lines that the resolving of a list still has to look at.
var openLines = []flows.PersonCode{""}

// listGone is the code of a file that Feishu does not give out: it was recalled, say.
const listGone = "gone"

// readFile fetches the file of a list and reads it. Nothing of it is kept but the lines, sealed.
func (r *resolution) readFile(ctx context.Context) error {
	if err := r.wait(ctx, apiDownload); err != nil {
		return err
	}
	raw, err := r.w.Messenger.Download(ctx, r.at.Message, r.at.File, "file")
	if d := failure.Of(err, false); err != nil && failure.OfPlatform(err) && d.Class != failure.Retry &&
		d.Class != failure.Operator {
		r.w.logFailedCall("", d, "campaign", r.c.ID)
		return r.end(ctx, flows.WhyList, listGone)
	}
	if err != nil {
		return err
	}
	list, err := sheet.ReadFile(raw, sheet.DefaultLimits())
	if err != nil {
		return r.end(ctx, flows.WhyList, string(sheet.CodeOf(err)))
	}
	return r.putList(ctx, list, nil)
}

// parseLines reads the lines of a list that was pasted.
func (r *resolution) parseLines(ctx context.Context) error {
	lines, err := r.lines(ctx, flows.MaxCampaignPeople+1)
	if err != nil {
		return err
	}
	var text strings.Builder
	raw, number := []int{}, 1
	for _, l := range lines {
		raw = append(raw, l.Line)
		for ; number < l.Line; number++ {
			text.WriteByte('\n')
		}
		text.WriteString(strings.ReplaceAll(l.Text, "\n", " "))
	}
	limits := sheet.DefaultLimits()
	limits.Bytes = max(limits.Bytes, text.Len())
	list, err := sheet.ReadText(text.String(), limits)
	if err != nil {
		return r.end(ctx, flows.WhyList, string(sheet.CodeOf(err)))
	}
	return r.putList(ctx, list, raw)
}

// putList stores the lines of a list: those that name somebody as entries to be looked up, the others with what is
// wrong. Numbers are those of the file, or count people if a line names several. raw are the numbers that are stored so
// far.
func (r *resolution) putList(ctx context.Context, list sheet.List, raw []int) error {
	var found engine.Resolved
	used, several := map[int]bool{}, false
	for _, row := range list.Rows {
		several = several || used[row.Line]
		used[row.Line] = true
	}
	for i, row := range list.Rows {
		e := flows.ListEntry{
			Line: row.Line, Name: row.Name, Email: row.Email, Mobile: row.Mobile, OpenID: row.OpenID, EmployeeNo: row.EmployeeNo,
		}
		if several {
			e.Line = i + 1
		}
		found.Lines = append(found.Lines, e.CampaignLine())
	}
	if several {
		used = map[int]bool{}
		for i := range list.Rows {
			used[i+1] = true
		}
	}
	place := func(line int) int {
		for used[line] {
			line = max(line, len(list.Rows)) + 1
		}
		used[line] = true
		return line
	}
	for _, line := range list.Duplicates {
		found.Lines = append(found.Lines, flows.CampaignLine{Line: place(line), Code: flows.CodeDuplicate})
	}
	for _, m := range list.Mistakes {
		if !m.Kept {
			found.Lines = append(found.Lines, flows.CampaignLine{Line: place(m.Line), Code: flows.CodeUnreadable})
		}
	}
	for _, line := range raw {
		if !used[line] {
			found.Drop = append(found.Drop, line)
		}
	}
	return r.put(ctx, found, resolvePosition{Phase: phaseIDs})
}

// lines returns the next lines that are still to be looked at.
func (r *resolution) lines(ctx context.Context, limit int) (lines []flows.CampaignLine, err error) {
	err = r.w.engine.Store.View(ctx, func(v flows.View) error {
		lines, err = v.CampaignLines(ctx, r.c.ID, openLines, r.at.Line, limit)
		return err
	})
	return lines, err
}

// lookUpLines looks the next lines up by open_id, e-mail and mobile. What it does not find waits for the walk through
// the directory.
func (r *resolution) lookUpLines(ctx context.Context) error {
	lines, err := r.lines(ctx, directoryBatch)
	if err != nil {
		return err
	}
	next := r.at
	if len(lines) == 0 {
		next.Phase, next.Line = phaseWalk, 0
		return r.put(ctx, engine.Resolved{}, next)
	}
	next.Line = lines[len(lines)-1].Line
	var found engine.Resolved
	ids, emails, mobiles := []string{}, []string{}, []string{}
	for _, l := range lines {
		switch e := l.Entry(); {
		case e.OpenID != "":
			ids = append(ids, e.OpenID)
		default:
			emails = appendSome(emails, e.Email)
			mobiles = appendSome(mobiles, e.Mobile)
		}
	}
	owner, err := r.owners(ctx, emails, mobiles, &next)
	if err != nil {
		return err
	}
	for _, id := range owner {
		ids = appendSome(ids, id.OpenID)
	}
	people, seen, err := r.entries(ctx, ids, &next)
	if err != nil {
		return err
	}
	for _, l := range lines {
		e := l.Entry()
		id, by := e.OpenID, flows.FoundPerson{}
		if id == "" {
			if by = owner["e"+e.Email]; by.OpenID == "" || e.Email == "" {
				by = owner["m"+e.Mobile]
			}
			if id = by.OpenID; id == "" {
				continue
			}
		}
		p, known := people[id]
		switch {
		case known:
			if p.Status == flows.StatusActive {
				p.Status = by.Status
			}
		case by.OpenID != "" || !seen: // somebody whom Feishu has named, or whom the app may not look up
			p = flows.DirectoryPerson{OpenID: id, Status: by.Status}
		default:
			code, err := r.why(ctx, id)
			if err != nil {
				return err
			}
			if code == flows.CodeNobody {
				found.Lines = append(found.Lines, flows.CampaignLine{Line: l.Line, Code: code})
				continue
			}
			p = flows.DirectoryPerson{OpenID: id, Status: flows.StatusUnjoin}
		}
		found.People = append(found.People, engine.ResolvedPerson{CampaignPerson: p.Person(), Line: l.Line})
	}
	return r.put(ctx, found, next)
}

func appendSome(list []string, s string) []string {
	if s == "" {
		return list
	}
	return append(list, s)
}

// owners returns whose e-mails and mobiles they are, by the address with e or m in front. Without the permission nobody
// is found, and the position says so.
func (r *resolution) owners(
	ctx context.Context, emails, mobiles []string, next *resolvePosition,
) (map[string]flows.FoundPerson, error) {
	out := map[string]flows.FoundPerson{}
	if len(emails)+len(mobiles) == 0 || next.Missing == scopeFindID {
		return out, nil
	}
	if err := r.wait(ctx, apiFindPeople); err != nil {
		return nil, err
	}
	found, err := r.w.Directory.FindPeople(ctx, emails, mobiles)
	if refusedWith(err) == upstreamNoScope {
		next.Missing = scopeFindID
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	next.Can.Email, next.Can.Mobile = true, true
	for _, f := range found {
		if f.Email != "" {
			out["e"+strings.ToLower(f.Email)] = f
		} else {
			out["m"+flows.DirectoryMobile(f.Mobile)] = f
		}
	}
	return out, nil
}

// entries returns the directory's entries of people. seen is false without the permission to read them: then the
// open_ids alone must do.
func (r *resolution) entries(
	ctx context.Context, ids []string, next *resolvePosition,
) (out map[string]flows.DirectoryPerson, seen bool, err error) {
	out = map[string]flows.DirectoryPerson{}
	for len(ids) > 0 {
		n := min(len(ids), directoryBatch)
		people, err := r.people(ctx, ids[:n])
		if refusedWith(err) == upstreamNoScope {
			next.Missing = scopeDirectory
			return out, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		for _, p := range people {
			out[p.OpenID] = p
		}
		ids = ids[n:]
	}
	return out, true, nil
}

// why says why the directory does not show somebody: CodeNobody, or CodeOutside for somebody out of the app's range.
func (r *resolution) why(ctx context.Context, openID string) (flows.PersonCode, error) {
	if err := r.wait(ctx, apiDirectory); err != nil {
		return "", err
	}
	_, err := r.w.Messenger.Contact(ctx, openID)
	switch code := refusedWith(err); {
	case code == upstreamUserHidden:
		return flows.CodeOutside, nil
	case code != "" && code != upstreamNoUser && code != upstreamUnknownID && code != upstreamOtherApp:
		return "", err
	case err != nil && code == "":
		return "", err
	}
	return flows.CodeNobody, nil
}

// Codes of the gateway for open_ids that are none of this app.
const (
	upstreamUnknownID = "99992351"
	upstreamOtherApp  = "99992361"
)

// loadMatcher loads the lines that wait for the walk. Without any the walk is over.
func (r *resolution) loadMatcher(ctx context.Context) error {
	at := r.at
	r.at.Line = 0
	lines, err := r.lines(ctx, flows.MaxCampaignPeople+1)
	r.at = at
	if err != nil {
		return err
	}
	r.matcher = flows.NewMatcher(lines)
	if len(lines) == 0 {
		return r.end(ctx, "", r.at.Missing)
	}
	return nil
}

// matchLines decides on the next lines that the walk has left: one candidate is the person, several are for HR to
// choose from.
func (r *resolution) matchLines(ctx context.Context) error {
	lines, err := r.lines(ctx, directoryBatch)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return r.end(ctx, "", r.at.Missing)
	}
	next := r.at
	next.Line = lines[len(lines)-1].Line
	var found engine.Resolved
	var ids []string
	for _, l := range lines {
		if r.at.Can.Verdict(l) == "" {
			ids = append(ids, l.Candidates[0])
		}
	}
	known, _, err := r.entries(ctx, ids, &next)
	if err != nil {
		return err
	}
	for _, l := range lines {
		code := r.at.Can.Verdict(l)
		if code != "" {
			if code == flows.CodeNoDirectory && next.Missing == "" {
				next.Missing = scopeNames
			}
			found.Lines = append(found.Lines, flows.CampaignLine{Line: l.Line, Code: code, Candidates: l.Candidates})
			continue
		}
		p := known[l.Candidates[0]]
		p.OpenID = l.Candidates[0]
		found.People = append(found.People, engine.ResolvedPerson{CampaignPerson: p.Person(), Line: l.Line})
	}
	return r.put(ctx, found, next)
}
