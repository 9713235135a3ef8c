package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"shiming/cards"
	"shiming/flows"
)

// deskDepartments returns the departments of the waiting cases that are known by name, the one with the most cases
// first, and the names by id.
func (e *Engine) deskDepartments(
	ctx context.Context, v flows.View, tenantKey string, queue []flows.QueueEntry,
) (list []cards.DeskDepartment, names map[string]string, err error) {
	counts := map[string]int{}
	for _, q := range queue {
		counts[q.Department]++
	}
	names = map[string]string{}
	for id, n := range counts {
		name, err := v.DepartmentName(ctx, tenantKey, id)
		if err != nil {
			return nil, nil, err
		}
		if name != "" {
			names[id] = name
			list = append(list, cards.DeskDepartment{ID: id, Name: name, Count: n})
		}
	}
	slices.SortFunc(list, func(a, b cards.DeskDepartment) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return list, names, nil
}
