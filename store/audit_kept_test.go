package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// publishAndKeep publishes a head of a day, and returns the notification about it as the receiver keeps it.
func (ts *testStore) publishAndKeep(t *testing.T, day string) []byte {
	t.Helper()
	ts.publish(t, day)
	var body []byte
	err := ts.View(t.Context(), func(v flows.View) error {
		h, err := v.PublishedHead(t.Context(), "t1", day)
		if err != nil {
			return err
		}
		ends, err := v.PublishedEnds(t.Context(), "t1", day, "", flows.HeadPartEnds)
		body = append(flows.NotificationOf(h, 1, ends), '\n')
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// rewrite deletes a chain and computes another one with the keyset, and all heads after it.
func (ts *testStore) rewrite(t *testing.T, caseID string, events ...string) {
	t.Helper()
	ts.execAll(t, `DELETE FROM audit WHERE case_id = '`+caseID+`'`, `DELETE FROM audit_heads WHERE case_id = '`+caseID+`'`)
	ts.grow(t, caseID, events...)
}

// keptOf reads notifications.
func keptOf(t *testing.T, bodies ...[]byte) *KeptHeads {
	t.Helper()
	k := NewKeptHeads()
	if err := k.Read(bytes.NewReader(bytes.Join(bodies, nil))); err != nil {
		t.Fatal(err)
	}
	return k
}

// TestKeptHeadsFindRewrittenHistory: an administrator of the database rewrites a chain with all hashes that follow, with
// the keyset and without it. What the receiver of the heads has kept names the chain, the rows and the day.
func TestKeptHeadsFindRewrittenHistory(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.growThree(t, "start", "look", "approve")
		first := ts.publishAndKeep(t, "2026-06-01")
		ts.grow(t, "c2", "look", "later")
		second := ts.publishAndKeep(t, "2026-06-02")
		ts.grow(t, "c3", "later")
		third := ts.publishAndKeep(t, "2026-06-03")

		p, err := ts.ProveAuditBy(ctx, keptOf(t, third, first, second, first)) // in any order, and twice
		if err != nil || len(p.Gaps) != 0 || p.Kept != 3 || p.KeptEnds != 5 || len(p.Unkept) != 0 {
			t.Fatalf("got %+v %v, want everything as the receiver was told", p, err)
		}
		rehead := func(t *testing.T) { // so that the heads fit the chains again, with as many ends as they can
			const row = ` FROM audit a WHERE a.case_id = published_ends.case_id AND a.seq = published_ends.seq`
			ts.execAll(t, `DELETE FROM published_ends WHERE NOT EXISTS (SELECT 1`+row+`)`,
				`UPDATE published_ends SET hash = (SELECT a.hash`+row+`)`, `DELETE FROM published_heads`)
			for _, day := range []string{"2026-06-01", "2026-06-02", "2026-06-03"} {
				ts.publish(t, day)
			}
		}
		withoutKey := func(t *testing.T, caseID string) {
			ts.execAll(t, `UPDATE audit_heads SET mac = hash WHERE case_id = '`+caseID+`'`)
		}
		for _, tt := range []struct {
			name   string
			tamper func(*testing.T)
			inside []string // gaps without what the receiver has kept
			want   []AuditGap
		}{
			{"a look taken out with the keyset", func(t *testing.T) {
				ts.rewrite(t, "c1", "start", "approve", "other")
				rehead(t)
			}, nil, []AuditGap{{Kind: GapKept, CaseID: "c1", After: 0, Seq: 3, Day: "2026-06-01"},
				{Kind: GapRewritten, Day: "2026-06-01"}}},
			{"later rows changed with the keyset", func(t *testing.T) {
				ts.rewrite(t, "c2", "start", "look", "approve", "other", "later")
				rehead(t)
			}, nil, []AuditGap{{Kind: GapKept, CaseID: "c2", After: 3, Seq: 5, Day: "2026-06-02"},
				{Kind: GapRewritten, Day: "2026-06-02"}}},
			{"without the keyset", func(t *testing.T) {
				ts.rewrite(t, "c1", "start", "approve", "other")
				rehead(t)
				withoutKey(t, "c1")
			}, []string{"cut:c1:3"}, []AuditGap{{Kind: GapCut, CaseID: "c1", Seq: 3},
				{Kind: GapKept, CaseID: "c1", After: 0, Seq: 3, Day: "2026-06-01"}, {Kind: GapRewritten, Day: "2026-06-01"}}},
			{"shortened with the keyset", func(t *testing.T) {
				ts.rewrite(t, "c3", "start", "look", "approve")
				rehead(t)
			}, nil, []AuditGap{{Kind: GapKept, CaseID: "c3", After: 3, Seq: 4, Day: "2026-06-03"},
				{Kind: GapRewritten, Day: "2026-06-03"}}},
			{"a case taken out with everything of it", func(t *testing.T) {
				ts.execAll(t, `DELETE FROM audit WHERE case_id = 'c3'`, `DELETE FROM audit_heads WHERE case_id = 'c3'`,
					`DELETE FROM cases WHERE id = 'c3'`)
				rehead(t)
			}, nil, []AuditGap{{Kind: GapKept, Chain: flows.ChainName("c3"), Seq: 4, Day: "2026-06-03"},
				{Kind: GapRewritten, Day: "2026-06-01"}}},
			{"the heads of a day taken out", func(t *testing.T) {
				ts.execAll(t, `DELETE FROM published_heads WHERE day = '2026-06-02'`)
			}, []string{"head:2026-06-03"}, []AuditGap{{Kind: GapRewritten, Day: "2026-06-02"},
				{Kind: GapHead, Day: "2026-06-03"}}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				restore := ts.saveTables(t, "audit", "audit_heads", "cases", "published_heads", "published_ends")
				defer restore()
				tt.tamper(t)
				p, err := ts.ProveAudit(ctx)
				if got := gapsOf(p); err != nil || !slices.Equal(got, tt.inside) {
					t.Errorf("by itself: got %v %v, want %v", got, err, tt.inside)
				}
				if p, err = ts.ProveAuditBy(ctx, keptOf(t, first, second, third)); err != nil {
					t.Fatal(err)
				}
				for i := range p.Gaps {
					p.Gaps[i].TenantKey, p.Gaps[i].Head = "", ""
				}
				if !slices.Equal(p.Gaps, tt.want) {
					t.Errorf("got %+v, want %+v", p.Gaps, tt.want)
				}
			})
		}
	})
}

// TestDaysWithoutHead: a day without a head is listed, also the last ones, and a day that the receiver has not kept or
// only in part. None of them is a gap of the trail.
func TestDaysWithoutHead(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		c := newCase("c1", "ou_1")
		c.TenantKey = "t1"
		ts.insert(t, c)
		var bodies [][]byte
		for _, day := range []string{"2026-06-01", "2026-06-02", "2026-06-05", "2026-06-06", "2026-06-07"} {
			ts.grow(t, "c1", "look")
			bodies = append(bodies, ts.publishAndKeep(t, day))
		}
		half := bytes.Replace(bodies[3], []byte(`"parts":1`), []byte(`"parts":2`), 1)
		p, err := ts.ProveAuditBy(t.Context(), keptOf(t, bodies[0], half, bodies[4]))
		if err != nil || len(p.Gaps) != 0 {
			t.Fatalf("got %+v %v, want no gap of the trail", p, err)
		}
		want := []HeadDays{{"t1", "2026-06-02", "2026-06-02"}, {"t1", "2026-06-05", "2026-06-06"}}
		if !slices.Equal(p.Unkept, want) {
			t.Errorf("not kept: got %v, want %v", p.Unkept, want)
		}
		for now, last := range map[string]string{
			"2026-06-07 23:00": "", "2026-06-08 10:00": "", "2026-06-08 10:12": "2026-06-08", "2026-06-10 09:00": "2026-06-09",
		} {
			at, err := time.ParseInLocation("2006-01-02 15:04", now, flows.ChinaTime)
			if err != nil {
				t.Fatal(err)
			}
			want := []HeadDays{{"t1", "2026-06-03", "2026-06-04"}}
			if last != "" {
				want = append(want, HeadDays{"t1", "2026-06-08", last})
			}
			err = ts.View(t.Context(), func(v flows.View) error {
				heads, err := v.(*view).publishedHeads(t.Context())
				if err != nil {
					return err
				}
				got, err := daysWithoutHead(heads, at)
				if !slices.Equal(got, want) {
					t.Errorf("at %s: got %v, want %v", now, got, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestKeptHeadsBadInput: a file that holds no head, is cut off or is something else is refused; other notifications of
// the same receiver are skipped; an array is read like one after another; two heads of one day are a sign by themselves.
func TestKeptHeadsBadInput(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		c := newCase("c1", "ou_1")
		c.TenantKey = "t1"
		ts.insert(t, c)
		ts.grow(t, "c1", "start")
		body := ts.publishAndKeep(t, "2026-06-01")
		for name, file := range map[string]string{
			"empty": "", "no JSON": "head 1234", "cut off": string(body[:len(body)/2]),
			"another type": `{"type":"shiming.test"}`,
			"a number":     "1", "an array of numbers": "[1]",
			"a bad hash": strings.Replace(string(body), `"hash":"`, `"hash":"zz`, 1),
		} {
			if err := NewKeptHeads().Read(strings.NewReader(file)); !errors.Is(err, ErrNotKept) {
				t.Errorf("%s: got %v, want ErrNotKept", name, err)
			}
		}
		k := keptOf(t, []byte(`{"type":"evidence_point.filed","data":{"case_id":"x"}} [`), body, []byte(`]`))
		if p, err := ts.ProveAuditBy(t.Context(), k); err != nil || p.Kept != 1 || p.KeptEnds != 1 || len(p.Gaps) != 0 {
			t.Errorf("got %+v %v, want the head found", p, err)
		}
		i := bytes.Index(body, []byte(`"head":"`)) + len(`"head":"`)
		other := slices.Concat(body[:i], bytes.Repeat([]byte("0"), 64), body[i+64:])
		p, err := ts.ProveAuditBy(t.Context(), keptOf(t, body, other))
		if got := gapsOf(p); err != nil || fmt.Sprint(got) != "[rewritten]" {
			t.Errorf("got %v %v, want two heads of one day as a sign", got, err)
		}
	})
}
