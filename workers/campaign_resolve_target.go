package workers

import (
	"context"
	"slices"
	"strings"

	"shiming/engine"
	"shiming/flows"
)

// maxChoices is how many departments and groups of one name HR chooses from.
const maxChoices = 20

// findTarget finds the department or group of the name that HR has typed. Several wait for HR's choice; a name that
// nothing has exactly finds what contains it.
func (r *resolution) findTarget(ctx context.Context) error {
	var choices []flows.CampaignChoice
	var missing string
	if r.c.Target.Kind != flows.TargetGroup {
		found, err := r.departmentsNamed(ctx, r.c.Target.Query)
		if refusedWith(err) == upstreamNoScope {
			missing, err = scopeDirectory, nil
		}
		if err != nil {
			return err
		}
		choices = append(choices, found...)
	}
	if r.c.Target.Kind != flows.TargetDepartment {
		found, err := r.groupsNamed(ctx, r.c.Target.Query)
		if refusedWith(err) == upstreamNoScope {
			missing, err = scopeGroups, nil
		}
		if err != nil {
			return err
		}
		choices = append(choices, found...)
	}
	exact := slices.DeleteFunc(slices.Clone(choices), func(c flows.CampaignChoice) bool {
		name, _, _ := strings.Cut(c.Name, departmentPath)
		return !strings.EqualFold(name, strings.TrimSpace(r.c.Target.Query))
	})
	if len(exact) > 0 {
		choices = exact
	}
	switch {
	case len(choices) == 0 && missing != "":
		return r.end(ctx, flows.WhyScope, missing)
	case len(choices) == 0:
		return r.end(ctx, flows.WhyNoTarget, "")
	case len(choices) > 1:
		err := r.put(ctx, engine.Resolved{Choices: choices[:min(len(choices), maxChoices)]}, resolvePosition{})
		r.ended = true // HR's choice queues the job again
		return err
	}
	target := flows.CampaignTarget{
		Kind: choices[0].Kind, ID: choices[0].ID, Query: r.c.Target.Query, Name: choices[0].Name,
	}
	next := resolvePosition{Phase: phaseWalk}
	if target.Kind == flows.TargetGroup {
		next.Phase = phaseMembers
	}
	if err := r.put(ctx, engine.Resolved{Target: &target}, next); err != nil {
		return err
	}
	r.c.Target = target
	return nil
}

// departmentPath divides the name of a department from those above it.
const departmentPath = " · "

// departmentsNamed returns the departments whose name contains a text, each with the one above it.
func (r *resolution) departmentsNamed(ctx context.Context, name string) (out []flows.CampaignChoice, err error) {
	all, err := r.below(ctx, flows.RootDepartment, true)
	if code := refusedWith(err); code == upstreamNoDept || code == upstreamNoParent {
		all, err = r.departmentsOfRange(ctx)
	}
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, d := range all {
		names[d.ID] = d.Name
	}
	for _, d := range all {
		if !containsFold(d.Name, name) {
			continue
		}
		choice := flows.CampaignChoice{Kind: flows.TargetDepartment, ID: d.ID, Name: d.Name}
		if parent := names[d.Parent]; parent != "" {
			choice.Name += departmentPath + parent
		}
		out = append(out, choice)
	}
	return out, nil
}

// departmentsOfRange lists the departments that the app may see, if it may not see the whole company.
func (r *resolution) departmentsOfRange(ctx context.Context) (all []flows.DirectoryDepartment, err error) {
	err = r.eachRange(ctx, func(page flows.DirectoryRange) error {
		for _, id := range page.Departments {
			if err := r.wait(ctx, apiDepartment); err != nil {
				return err
			}
			top, err := r.w.Messenger.Department(ctx, id)
			if err != nil && !unreadable(err) {
				return err
			}
			below, err := r.below(ctx, id, true)
			if err != nil && !unreadable(err) {
				return err
			}
			all = append(append(all, flows.DirectoryDepartment{Department: top}), below...)
		}
		return nil
	})
	return all, err
}

// groupsNamed returns the groups with the bot in them whose name contains a text. Groups with people of other companies
// are left out: who belongs to the company cannot be told from their names.
func (r *resolution) groupsNamed(ctx context.Context, name string) (out []flows.CampaignChoice, err error) {
	token := ""
	for {
		if err := r.wait(ctx, apiChats); err != nil {
			return nil, err
		}
		page, err := r.w.Directory.Chats(ctx, token)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Chats {
			if !c.External && containsFold(c.Name, name) {
				out = append(out, flows.CampaignChoice{Kind: flows.TargetGroup, ID: c.ID, Name: c.Name})
			}
		}
		if token = page.Next; token == "" {
			return out, nil
		}
	}
}

func containsFold(s, part string) bool {
	return strings.TrimSpace(part) != "" &&
		strings.Contains(strings.ToLower(s), strings.ToLower(strings.TrimSpace(part)))
}

// readMembers reads the next page of a group's members, with their departments if the app may read them.
func (r *resolution) readMembers(ctx context.Context) error {
	if err := r.wait(ctx, apiMembers); err != nil {
		return err
	}
	page, err := r.w.Directory.MemberPage(ctx, r.c.Target.ID, r.c.TenantKey, r.at.Page)
	if err != nil {
		return err
	}
	next := r.at
	next.Page = page.Next
	known, seen, err := r.entries(ctx, page.Members, &next)
	if err != nil {
		return err
	}
	var found engine.Resolved
	for _, id := range page.Members {
		p, ok := known[id]
		if !ok {
			p = flows.DirectoryPerson{OpenID: id}
			if seen {
				p.Status = flows.StatusUnjoin // out of the app's range
			}
		}
		found.People = append(found.People, engine.ResolvedPerson{CampaignPerson: p.Person()})
	}
	if err := r.put(ctx, found, next); err != nil || r.ended {
		return err
	}
	if page.Next == "" {
		return r.end(ctx, "", next.Missing)
	}
	return nil
}
