package workers

import (
	"context"
	"slices"

	"shiming/engine"
	"shiming/flows"
)

// readDepartment reads the next page of the departments of the target, for a list of the whole directory. People of
// several departments come several times; the engine stores them once. A department that was deleted meanwhile, or that
// the app may not see, has no people.
func (r *resolution) readDepartment(ctx context.Context) error {
	if r.c.Target.Kind == flows.TargetList && r.matcher == nil {
		if err := r.loadMatcher(ctx); err != nil || r.ended {
			return err
		}
	}
	if r.walk == nil {
		err := r.listDepartments(ctx)
		if refusedWith(err) == upstreamNoScope && r.c.Target.Kind == flows.TargetList {
			return r.withoutDirectory(ctx)
		}
		if err != nil {
			return err
		}
	}
	next := r.at
	i, found := slices.BinarySearch(r.walk, r.at.Department)
	if !found { // a new walk, or a department that is gone
		next.Page = ""
	}
	if i == len(r.walk) {
		next.Department, next.Page, next.Line, next.Phase = "", "", 0, phaseRange
		return r.put(ctx, engine.Resolved{}, next)
	}
	next.Department = r.walk[i]
	if err := r.wait(ctx, apiPeopleOf); err != nil {
		return err
	}
	page, err := r.w.Directory.PeopleOf(ctx, next.Department, next.Page)
	switch refusedWith(err) {
	case upstreamPageToken:
		next.Page = ""
		return r.put(ctx, engine.Resolved{}, next)
	case upstreamNoDept, upstreamNoParent, upstreamGoneDept:
		page, err = flows.PeoplePage{}, nil
	}
	if err != nil {
		return err
	}
	if next.Page = page.Next; page.Next == "" {
		next.Department += afterDepartment
	}
	return r.take(ctx, page.People, next)
}

// withoutDirectory ends the reading of the directory, which the app may not read, or not further. What was found can be
// invited; HR reads what is missing for the rest.
func (r *resolution) withoutDirectory(ctx context.Context) error {
	if r.c.Target.Kind != flows.TargetList {
		return r.end(ctx, "", scopeDirectory)
	}
	next := resolvePosition{Phase: phaseMatch, Can: r.at.Can, Missing: scopeDirectory}
	return r.put(ctx, engine.Resolved{}, next)
}

// afterDepartment makes an id that comes right behind a department's in the order of ids: it is less than all that ids
// consist of.
const afterDepartment = "!"

// take takes up people of the directory: as those of the campaign, or as those whom lines of a list may mean.
func (r *resolution) take(ctx context.Context, people []flows.DirectoryPerson, next resolvePosition) error {
	if r.c.Target.Kind != flows.TargetList {
		return r.put(ctx, engine.Resolved{People: resolved(people)}, next)
	}
	next.Can.Seen(people)
	found, changed := r.matcher.Page(people)
	if !r.matcher.Waiting() { // nobody is left to be looked for
		next = resolvePosition{Phase: phaseMatch, Can: next.Can, Missing: next.Missing}
	}
	return r.put(ctx, engine.Resolved{People: matched(found), Lines: changed}, next)
}

func matched(found []flows.Match) (out []engine.ResolvedPerson) {
	for _, m := range found {
		out = append(out, engine.ResolvedPerson{CampaignPerson: m.Person.Person(), Line: m.Line})
	}
	return out
}

// listDepartments lists the departments to read: the target with all below it, or everything that the app may see.
func (r *resolution) listDepartments(ctx context.Context) error {
	r.walk = []string{}
	if r.c.Target.Kind == flows.TargetDepartment {
		return r.addDepartment(ctx, r.c.Target.ID)
	}
	err := r.addDepartment(ctx, flows.RootDepartment)
	if code := refusedWith(err); code != upstreamNoDept && code != upstreamNoParent {
		return err
	}
	// The app's range is not everybody.
	return r.eachRange(ctx, func(page flows.DirectoryRange) error {
		for _, id := range page.Departments {
			if err := r.addDepartment(ctx, id); err != nil && !unreadable(err) {
				return err
			}
		}
		return nil
	})
}

// unreadable reports whether a department cannot be read by itself: it was deleted, or is out of the app's range.
func unreadable(err error) bool {
	switch refusedWith(err) {
	case upstreamNoDept, upstreamNoParent, upstreamGoneDept:
		return true
	}
	return false
}

// addDepartment adds a department with all below it to the walk.
func (r *resolution) addDepartment(ctx context.Context, id string) error {
	below, err := r.below(ctx, id, true)
	if err != nil {
		return err
	}
	all := append(slices.Clone(r.walk), id)
	for _, d := range below {
		all = append(all, d.ID)
		r.names[d.ID] = d.Name
	}
	slices.Sort(all)
	r.walk = slices.Compact(all)
	return nil
}

// below lists the departments below one: all of them, level by level where Feishu refuses to list them at once.
func (r *resolution) below(ctx context.Context, id string, all bool) (out []flows.DirectoryDepartment, err error) {
	token := ""
	for {
		if err := r.wait(ctx, apiChildren); err != nil {
			return nil, err
		}
		page, err := r.w.Directory.ChildDepartments(ctx, id, token, all)
		if refusedWith(err) == upstreamLargeDept && all {
			return r.levels(ctx, id)
		}
		if err != nil {
			return nil, err
		}
		for _, d := range page.Departments {
			if !d.Deleted {
				out = append(out, d)
			}
		}
		if token = page.Next; token == "" {
			return out, nil
		}
	}
}

// levels lists the departments below one that is too large to be listed at once.
func (r *resolution) levels(ctx context.Context, id string) (out []flows.DirectoryDepartment, err error) {
	direct, err := r.below(ctx, id, false)
	if err != nil {
		return nil, err
	}
	for _, d := range direct {
		out = append(out, d)
		more, err := r.below(ctx, d.ID, true)
		if unreadable(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// eachRange calls do with each page of the app's directory range.
func (r *resolution) eachRange(ctx context.Context, do func(flows.DirectoryRange) error) error {
	token := ""
	for {
		if err := r.wait(ctx, apiRange); err != nil {
			return err
		}
		page, err := r.w.Directory.DirectoryRange(ctx, token)
		if err != nil {
			return err
		}
		if err := do(page); err != nil {
			return err
		}
		if token = page.Next; token == "" {
			return nil
		}
	}
}

// readRange takes up the people whom the app's range names by themselves, for a target that is everything it may see.
func (r *resolution) readRange(ctx context.Context) error {
	next := r.at
	next.Phase, next.Line = phaseMatch, 0
	if r.c.Target.Kind == flows.TargetDepartment {
		return r.end(ctx, "", r.at.Missing)
	}
	if r.rangeIDs == nil {
		r.rangeIDs = []string{}
		userGroups := 0
		err := r.eachRange(ctx, func(page flows.DirectoryRange) error {
			r.rangeIDs = append(r.rangeIDs, page.People...)
			userGroups += len(page.Groups)
			return nil
		})
		if refusedWith(err) == upstreamNoScope { // contact:department.organize:readonly is enough for departments alone
			return r.withoutDirectory(ctx)
		}
		if err != nil {
			return err
		}
		if userGroups > 0 {
			if err := r.put(ctx, engine.Resolved{UserGroups: userGroups}, r.at); err != nil || r.ended {
				return err
			}
		}
	}
	if r.at.Line >= len(r.rangeIDs) {
		if r.c.Target.Kind != flows.TargetList {
			return r.end(ctx, "", r.at.Missing)
		}
		return r.put(ctx, engine.Resolved{}, next)
	}
	if r.c.Target.Kind == flows.TargetList && r.matcher == nil {
		if err := r.loadMatcher(ctx); err != nil || r.ended {
			return err
		}
	}
	batch := r.rangeIDs[r.at.Line:min(r.at.Line+directoryBatch, len(r.rangeIDs))]
	people, err := r.people(ctx, batch)
	if err != nil {
		return err
	}
	next = r.at
	next.Line += len(batch)
	return r.take(ctx, people, next)
}

// people returns the entries of people, at most directoryBatch.
func (r *resolution) people(ctx context.Context, ids []string) ([]flows.DirectoryPerson, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if err := r.wait(ctx, apiPeople); err != nil {
		return nil, err
	}
	return r.w.Directory.People(ctx, ids)
}
