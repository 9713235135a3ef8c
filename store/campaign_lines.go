package store

import (
	"context"
	"encoding/json"
	"fmt"

	"shiming/flows"
)

// lineAAD binds a sealed line to its campaign and number.
func lineAAD(campaignID string, line int) string {
	return fmt.Sprintf("campaign:%s|line:%d", campaignID, line)
}

// CampaignLines returns the lines with one of the codes, in their order, after a line.
func (v *view) CampaignLines(
	ctx context.Context, campaignID string, codes []flows.PersonCode, after, limit int,
) ([]flows.CampaignLine, error) {
	var names []string
	for _, code := range codes {
		names = append(names, string(code))
	}
	in, args := inList([]any{campaignID, after, limit}, names)
	scan := func(scan scanner) (l flows.CampaignLine, err error) {
		var sealed []byte
		var candidates string
		if err = scan(&l.Line, &l.Code, &sealed, &candidates); err != nil {
			return l, err
		}
		if len(sealed) > 0 {
			clear, err := v.keys.Open(lineAAD(campaignID, l.Line), sealed)
			if err != nil {
				return l, fmt.Errorf("line %d: %w", l.Line, err)
			}
			l.Text = string(clear)
		}
		return l, json.Unmarshal([]byte(candidates), &l.Candidates)
	}
	return collect(ctx, v.q, "campaign lines", scan, `
		SELECT line, code, sealed, candidates
		FROM campaign_lines
		WHERE campaign_id = $1 AND line > $2 AND code IN `+in+`
		ORDER BY line
		LIMIT $3`,
		args...,
	)
}

// CountLines counts the lines by code.
func (v *view) CountLines(ctx context.Context, campaignID string) (map[flows.PersonCode]int, error) {
	type count struct {
		code flows.PersonCode
		n    int
	}
	scan := func(scan scanner) (c count, err error) {
		err = scan(&c.code, &c.n)
		return c, err
	}
	rows, err := collect(ctx, v.q, "count lines", scan, `
		SELECT code, count(*)
		FROM campaign_lines
		WHERE campaign_id = $1
		GROUP BY code`,
		campaignID,
	)
	out := map[flows.PersonCode]int{}
	for _, c := range rows {
		out[c.code] = c.n
	}
	return out, err
}

// PutLines inserts lines, or replaces those of the same number.
func (t *txn) PutLines(ctx context.Context, campaignID string, lines []flows.CampaignLine) error {
	const columns = 5
	for len(lines) > 0 {
		n := min(len(lines), peopleAtOnce)
		var args []any
		for _, l := range lines[:n] {
			var sealed []byte
			if l.Text != "" {
				var err error
				if sealed, err = t.keys.Seal(lineAAD(campaignID, l.Line), []byte(l.Text)); err != nil {
					return err
				}
			}
			candidates, err := json.Marshal(l.Candidates)
			if err != nil {
				return fmt.Errorf("store: line: %w", err)
			}
			args = append(args, campaignID, l.Line, string(l.Code), sealed, string(candidates))
		}
		lines = lines[n:]
		_, err := t.exec(ctx, "campaign lines", `
			INSERT INTO campaign_lines (campaign_id, line, code, sealed, candidates)
			VALUES `+placeholders(n, columns)+`
			ON CONFLICT (campaign_id, line) DO UPDATE
			SET code = excluded.code, sealed = excluded.sealed, candidates = excluded.candidates`,
			args...,
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteLines deletes lines of a campaign.
func (t *txn) DeleteLines(ctx context.Context, campaignID string, lines ...int) error {
	for _, line := range lines {
		_, err := t.exec(ctx, "delete line", `
			DELETE FROM campaign_lines
			WHERE campaign_id = $1 AND line = $2`,
			campaignID, line,
		)
		if err != nil {
			return err
		}
	}
	return nil
}
