package sim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/sim/wire"
)

func helpFor(host string) string { return strings.ReplaceAll(help, "HOST", "http://"+host) }

// mostHired is how many people one request may hire.
const mostHired = 1000

// profile is what a player needs to know of a person.
type profile struct {
	OpenID string `json:"open_id"`
	ChatID string `json:"chat_id"`
	Name   string `json:"name"`
	Number string `json:"number"`
	Mobile string `json:"mobile"`
	Stage  Stage  `json:"stage"`
	Case   string `json:"case,omitempty"`
}

func (w *World) profile(e *Employee) profile {
	j := Journey{}
	w.readChat(e, &j)
	return profile{e.OpenID, e.ChatID, e.Person.Name, e.Person.Code, e.Person.Mobile, j.Stage, j.Case}
}

func (w *World) getState(*http.Request) (any, error) {
	people := []profile{}
	for _, e := range w.People() {
		people = append(people, w.profile(e))
	}
	report := w.Report()
	report.People = nil
	return map[string]any{
		"webhook": w.Webhook(), "feishu": w.FeishuURL, "esign": w.ESignURL, "tencent": w.TencentURL,
		"admins": w.Admins(), "review_chat": w.ReviewChat(), "announce_chat": w.AnnounceChat(),
		"people": people, "points": w.ESign.Points(), "totals": report,
	}, nil
}

// postWebhook sets the bot's URL and checks it as the console does when the URL is saved.
func (w *World) postWebhook(r *http.Request) (any, error) {
	var in struct {
		URL string `json:"url"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	u, err := url.Parse(in.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, bad("url must be like http://127.0.0.1:8080/webhook/event")
	}
	w.SetWebhook(in.URL)
	out := map[string]any{"url": in.URL, "challenge": "ok"}
	if err := w.Feishu.Challenge(r.Context()); err != nil {
		out["challenge"] = err.Error()
	}
	return out, nil
}

func (w *World) postPeople(r *http.Request) (any, error) {
	in := struct {
		N int `json:"n"`
	}{1}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if in.N < 1 || in.N > mostHired {
		return nil, bad("n must be 1 to " + strconv.Itoa(mostHired))
	}
	out := []profile{}
	for _, e := range w.Hire(in.N) {
		out = append(out, w.profile(e))
	}
	return out, nil
}

func (w *World) getSMS(r *http.Request) (any, error) {
	e := w.Employee(r.PathValue("who"))
	if e == nil {
		return nil, missing("employee")
	}
	out := []map[string]any{}
	for _, m := range w.Tencent.Inbox(e.Person.Mobile) {
		out = append(out, map[string]any{"at": m.At, "text": m.Text, "code": m.Code()})
	}
	return out, nil
}

func (w *World) getCalls(r *http.Request) (any, error) {
	limit := 100
	if v := r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return nil, bad("limit must be a number")
		}
		limit = n
	}
	calls := w.Recorder.Calls()
	return map[string]any{"counts": w.Recorder.Counts(), "calls": calls[max(0, len(calls)-limit):]}, nil
}

// faultForm is wire.Fault with a delay that people can type.
type faultForm struct {
	ID        int         `json:"id,omitempty"`
	Upstream  string      `json:"upstream"`
	Operation string      `json:"operation"`
	Kind      string      `json:"kind"`
	Times     int         `json:"times"`
	Delay     string      `json:"delay,omitempty"` // such as 1.5s
	Status    int         `json:"status,omitempty"`
	Header    http.Header `json:"header,omitempty"`
	Body      string      `json:"body,omitempty"`
}

func showFaults(all []wire.Fault) []faultForm {
	out := []faultForm{}
	for _, f := range all {
		out = append(out, faultForm{f.ID, f.Upstream, f.Operation, f.Kind, f.Times, f.Delay.String(), f.Status, f.Header, f.Body})
	}
	return out
}

func (w *World) postFault(r *http.Request) (any, error) {
	var in faultForm
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	delay, err := time.ParseDuration(cmp.Or(in.Delay, "0s"))
	switch {
	case err != nil || delay < 0:
		return nil, bad("delay must be like 1.5s")
	case !slices.Contains(wire.Kinds(), in.Kind):
		return nil, bad("kind must be one of " + strings.Join(wire.Kinds(), ", "))
	case in.Upstream != "" && !slices.Contains([]string{UpstreamFeishu, UpstreamESign, UpstreamTencent}, in.Upstream):
		return nil, bad("upstream must be feishu, esign, tencent or empty for any")
	case in.Times < 0 || in.Status != 0 && (in.Status < 200 || in.Status > 599):
		return nil, bad("times must not be negative, status must be an HTTP status from 200")
	}
	in.ID = w.Faults.Arm(wire.Fault{Upstream: in.Upstream, Operation: in.Operation, Kind: in.Kind, Times: in.Times, Delay: delay,
		Status: in.Status, Header: in.Header, Body: in.Body})
	w.hub.mark(itemFaults, "")
	return in, nil
}

func (w *World) deleteFaults(r *http.Request) (any, error) {
	defer w.hub.mark(itemFaults, "")
	v := r.URL.Query().Get("id")
	if v == "" {
		w.Faults.Clear()
		return showFaults(nil), nil
	}
	id, err := strconv.Atoi(v)
	if err != nil {
		return nil, bad("id must be a number")
	}
	if !w.Faults.Disarm(id) {
		return nil, missing("fault")
	}
	return showFaults(w.Faults.List()), nil
}
