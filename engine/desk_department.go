package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"shiming/cards"
	"shiming/flows"
)

// departmentNames looks up the names of departments, each once.
type departmentNames struct {
	view      flows.View
	tenantKey string
	known     map[string]string
}

// of returns the name of a department, "" if it is not known.
func (n departmentNames) of(ctx context.Context, id string) (string, error) {
	if name, ok := n.known[id]; ok {
		return name, nil
	}
	name, err := n.view.DepartmentName(ctx, n.tenantKey, id)
	n.known[id] = name
	return name, err
}

// most returns the departments with the most cases that are known by name, as many as a desk offers, and the chosen one
// with them. counts is the number of cases by department.
func (n departmentNames) most(
	ctx context.Context, counts map[string]int, chosen string,
) (list []cards.DeskDepartment, err error) {
	var all []cards.DeskDepartment
	for id, count := range counts {
		all = append(all, cards.DeskDepartment{ID: id, Count: count})
	}
	slices.SortFunc(all, func(a, b cards.DeskDepartment) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.ID, b.ID))
	})
	for _, d := range all {
		if len(list) >= cards.MaxDeskDepartments && d.ID != chosen || d.ID == "" {
			continue
		}
		if d.Name, err = n.of(ctx, d.ID); err != nil {
			return nil, err
		}
		if d.Name != "" {
			list = append(list, d)
		}
	}
	return list, nil
}
