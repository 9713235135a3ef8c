package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"shiming/bench/growth/walk"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

// template is a case as the program has stored it, with everything that belongs to it.
type template struct {
	flows.Case
	submitted time.Time
	audit     []flows.AuditRow
	surfaces  []*flows.Surface
	left      []flows.Job
}

// templates walks one person to each state in a temporary store.
func templates(ctx context.Context, dir string) (map[flows.State]*template, error) {
	s, err := store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(dir, "templates.db"), Sync: "normal",
		Keyset: keyset.New()})
	if err != nil {
		return nil, err
	}
	defer s.Close() //nolint:errcheck // temporary
	w := walk.New(s, "template", time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	out := map[flows.State]*template{}
	for i, state := range flows.States {
		c, err := w.Walk(ctx, walk.Nth(i), state, true)
		if err != nil {
			return nil, err
		}
		t := &template{Case: *c, left: w.Left}
		err = s.View(ctx, func(v flows.View) error {
			t.audit, err = v.AuditOf(ctx, c.ID)
			if err != nil {
				return err
			}
			t.surfaces, err = v.SurfacesOf(ctx, c.ID, "")
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, row := range t.audit {
			if row.To == flows.AwaitingReview && row.From != row.To {
				t.submitted = row.At
			}
		}
		out[state] = t
	}
	return out, nil
}

// keysOf is the number of event keys of a registration: one for each event, and one more for each message.
const keysOf = 9

// clone turns a template into the case of another person that began at a given time. now decides which jobs are still
// scheduled and which event keys of the last 8 days are still there.
func (t *template) clone(s *store.Store, p walk.Person, n int, began, now time.Time) store.ImportedCase {
	later := began.Sub(t.CreatedAt)
	c := moved(reflect.ValueOf(t.Case), later).Interface().(flows.Case)
	c.Personal = t.Personal
	id := walk.UUID(began, uint64(n))
	mark := func(kind string, k int) string {
		return fmt.Sprintf("%s_%032x", kind, uint64(n*64+k)*0x9e3779b97f4a7c15)
	}
	c.ID, c.OpenID, c.ChatID = id, p.OpenID, "oc_"+p.OpenID[3:]
	for i := range c.Photos {
		c.Photos[i].ID, c.Photos[i].MessageID = walk.UUID(began, uint64(n)<<8|uint64(i)), mark("om", i)
	}
	h := store.ImportedCase{Case: &c, Keys: map[string]time.Time{}}
	if !t.submitted.IsZero() {
		h.Submitted = t.submitted.Add(later)
	}
	if f := t.Personal.Front; f != nil {
		front := *f
		front.Number, front.RawNumber = p.Number, p.Number
		c.Personal.Front = &front
	}
	if t.Personal.Number != "" {
		c.Personal.Number, c.Personal.Mobile = p.Number, p.Mobile
		h.Index = s.BlindIndex("number", p.Number)
	}
	for _, row := range t.audit {
		row.At = row.At.Add(later)
		if row.Actor == t.OpenID {
			row.Actor = p.OpenID
		}
		h.Audit = append(h.Audit, row)
	}
	for i, of := range t.surfaces {
		one := *of
		one.ID, one.CaseID = strings.Replace(of.ID, t.ID, id, 1), id
		if one.To.ID == t.OpenID {
			one.To.ID = p.OpenID
		}
		if one.MessageID != "" {
			one.MessageID = mark("om", 32+i)
		}
		h.Surfaces = append(h.Surfaces, &one)
	}
	for _, j := range t.left {
		j.At = j.At.Add(later)
		if j.At.After(now) {
			j.Case, j.Key = id, strings.Replace(j.Key, t.ID, id, 1)
			h.Jobs = append(h.Jobs, j)
		}
	}
	if now.Sub(began) < 8*24*time.Hour {
		for k := range keysOf {
			var b [8]byte
			binary.BigEndian.PutUint64(b[:], uint64(n)<<8|uint64(k))
			h.Keys[fmt.Sprintf("event:%032x", s.MAC("growth", string(b[:]))[:16])] = began.Add(time.Duration(k) * walk.Step)
			if k%3 == 0 {
				h.Keys["message:"+mark("om", k)] = began
			}
		}
	}
	return h
}

var timeType, personalType = reflect.TypeFor[time.Time](), reflect.TypeFor[flows.Personal]()

// moved deep-copies a value with all times moved by d.
func moved(v reflect.Value, d time.Duration) reflect.Value {
	switch {
	case v.Type() == timeType:
		if at := v.Interface().(time.Time); !at.IsZero() {
			return reflect.ValueOf(at.Add(d))
		}
	case v.Type() == personalType:
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(moved(v.Elem(), d))
		return out
	case v.Kind() == reflect.Slice && !v.IsNil():
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(moved(v.Index(i), d))
		}
		return out
	case v.Kind() == reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(moved(v.Field(i), d))
		}
		return out
	}
	return v
}
