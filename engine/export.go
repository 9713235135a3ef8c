package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"shiming/cards"
	"shiming/flows"
)

// askForExport answers the word 导出 with the choices for a file, in private. The file is in the language of the word,
// unless the admin chooses the other.
func (e *Engine) askForExport(ctx context.Context, tx flows.Tx, m flows.Message) error {
	lang := "zh"
	if strings.Contains(strings.ToLower(m.Text), "export") {
		lang = "en"
	}
	if !m.Private {
		if err := e.replyNotice(ctx, tx, m, "export_private"); err != nil {
			return err
		}
	}
	return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyExport).With(flows.ArgLang, lang))
}

// ExportCard is the card with the choices for a file, or for that of a campaign.
func (e *Engine) ExportCard(
	ctx context.Context, v flows.View, tenantKey, lang, campaignID string,
) (cards.Card, error) {
	if campaignID != "" {
		c, err := v.Campaign(ctx, campaignID)
		if err != nil || c.TenantKey != tenantKey {
			return nil, flows.IgnoreNotFound(err)
		}
		return cards.Export{
			Ref:       campaignRef(c),
			Target:    campaignTarget(c),
			Language:  lang,
			HoursKept: int(flows.ExportKept.Hours()),
		}, nil
	}
	counts, err := v.DepartmentCounts(ctx, tenantKey)
	if err != nil {
		return nil, err
	}
	card := cards.Export{Language: lang, HoursKept: int(flows.ExportKept.Hours())}
	for _, d := range counts {
		if n := d.Open + d.Done; n > 0 {
			card.Departments = append(card.Departments, cards.DeskDepartment{ID: d.ID, Name: d.Name, Count: n})
		}
	}
	slices.SortFunc(card.Departments, func(a, b cards.DeskDepartment) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return card, nil
}

// export puts an export on record and queues the file. The clicker is an admin.
func (e *Engine) export(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if k.repeated {
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	if k.Action.To == cards.ToOpen && k.Action.Case != "" {
		ask := flows.Reply(flows.ReplyExport).With(flows.ArgLang, cards.ExportLanguages[0])
		return e.replyByCard(ctx, tx, k, ask.With(flows.ArgCampaign, k.Action.Case))
	}
	filter, language, ok := flows.ParseExport(k.Form, k.Action.To)
	if !ok {
		return flows.Answer{Toast: flows.NewToast("bad_request", nil)}, nil
	}
	if k.Action.Case != "" {
		c, err := tx.Campaign(ctx, k.Action.Case)
		switch {
		case flows.IsNotFound(err) || err == nil && (c.TenantKey != k.TenantKey || !c.State.Confirmed()):
			return flows.Answer{}, errNoCase
		case err != nil:
			return flows.Answer{}, err
		}
		filter.Campaign = c.ID
	}
	refusal, err := e.mayExport(ctx, tx, k)
	if err != nil || refusal != nil {
		return flows.Answer{Toast: refusal}, err
	}
	x := flows.Export{
		ID:        e.NewID(),
		TenantKey: k.TenantKey,
		By:        k.OpenID,
		AskedAt:   e.Now(),
		Filter:    filter,
		Language:  language,
		State:     flows.ExportMaking,
	}
	if err := tx.PutExport(ctx, &x); err != nil {
		return flows.Answer{}, err
	}
	if err := e.Enqueue(ctx, tx, "export/"+x.ID, flows.MakeExport(k.TenantKey, x.ID)); err != nil {
		return flows.Answer{}, err
	}
	return flows.Answer{Toast: flows.NewToast("export_begun", nil)}, nil
}

// exports is the limit of an admin.
var exports = watched{
	purpose: purposeExportsOfAdmin,
	cause:   "exports",
	most:    flows.MaxExports,
	window:  flows.ExportsWindow,
	toast:   "export_limit",
	notice:  flows.NoticeManyExports,
	what:    "exports",
}

// mayExport returns the toast that refuses another file, or nil.
func (e *Engine) mayExport(ctx context.Context, tx flows.Tx, k click) (*cards.Toast, error) {
	// The uses are asked for first: transactions that do so follow each other, so that of two clicks one finds the
	// other's export.
	since := e.Now().Add(-flows.ExportTries)
	key := e.watchedKey(k, exports)
	if _, err := tx.Uses(ctx, key.key, since, key.former...); err != nil {
		return nil, err
	}
	mine, err := tx.ExportsOf(ctx, k.TenantKey, k.OpenID, since)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(mine, func(x *flows.Export) bool { return x.State.Open() && !x.IsCopy() }) {
		return flows.NewToast("export_running", nil), nil
	}
	return e.countWatched(ctx, tx, k, exports)
}
