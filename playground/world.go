package playground

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/sim"
	"shiming/sim/wire"
)

// maxHired bounds how many people one request may hire.
const maxHired = 1000

// profile describes a person to the player.
type profile struct {
	OpenID string        `json:"open_id"`
	ChatID string        `json:"chat_id"`
	Name   string        `json:"name"`
	Number string        `json:"number"`
	Mobile string        `json:"mobile"`
	Stage  sim.CardStage `json:"stage"`
	Case   string        `json:"case,omitempty"`
}

func (pg *Server) profile(e *sim.Employee) profile {
	latest, stage := pg.World.LatestCase(e)
	return profile{
		OpenID: e.OpenID,
		ChatID: e.ChatID,
		Name:   e.Person.Name,
		Number: e.Person.Code,
		Mobile: e.Person.Mobile,
		Stage:  stage,
		Case:   latest,
	}
}

func (pg *Server) getState(*http.Request) (any, error) {
	people := []profile{}
	for _, e := range pg.World.People() {
		people = append(people, pg.profile(e))
	}
	report := pg.World.Report()
	report.People = nil
	return map[string]any{
		"webhook":       pg.World.Webhook(),
		"feishu":        pg.World.FeishuURL,
		"esign":         pg.World.ESignURL,
		"tencent":       pg.World.TencentURL,
		"gateway":       pg.World.GatewayURL,
		"admins":        pg.World.Admins(),
		"review_chat":   pg.World.ReviewChat(),
		"announce_chat": pg.World.AnnounceChat(),
		"people":        people,
		"points":        pg.World.ESign.Points(),
		"totals":        report,
	}, nil
}

// postWebhook sets the bot's URL and sends it a challenge, as the console does when the URL is saved.
func (pg *Server) postWebhook(r *http.Request) (any, error) {
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
	pg.World.SetWebhook(in.URL)
	out := map[string]any{"url": in.URL, "challenge": "ok"}
	if err := pg.World.Feishu.Challenge(r.Context()); err != nil {
		out["challenge"] = err.Error()
	}
	return out, nil
}

func (pg *Server) postPeople(r *http.Request) (any, error) {
	in := struct {
		N int `json:"n"`
	}{1}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if in.N < 1 || in.N > maxHired {
		return nil, bad("n must be 1 to " + strconv.Itoa(maxHired))
	}
	out := []profile{}
	for _, e := range pg.World.Hire(in.N) {
		out = append(out, pg.profile(e))
	}
	return out, nil
}

func (pg *Server) getSMS(r *http.Request) (any, error) {
	e := pg.World.Employee(r.PathValue("who"))
	if e == nil {
		return nil, missing("employee")
	}
	out := []map[string]any{}
	for _, m := range pg.World.Tencent.Inbox(e.Person.Mobile) {
		out = append(out, map[string]any{"at": m.At, "text": m.Text, "code": m.Code()})
	}
	return out, nil
}

func (pg *Server) getCalls(r *http.Request) (any, error) {
	limit := 100
	if v := r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return nil, bad("limit must be a number")
		}
		limit = n
	}
	calls := pg.World.Recorder.Calls()
	return map[string]any{"counts": pg.World.Recorder.Counts(), "calls": calls[max(0, len(calls)-limit):]}, nil
}

// faultForm is wire.Fault with the delay as a text.
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
		out = append(out, faultForm{
			ID:        f.ID,
			Upstream:  f.Upstream,
			Operation: f.Operation,
			Kind:      f.Kind,
			Times:     f.Times,
			Delay:     f.Delay.String(),
			Status:    f.Status,
			Header:    f.Header,
			Body:      f.Body,
		})
	}
	return out
}

func (pg *Server) postFault(r *http.Request) (any, error) {
	var in faultForm
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	upstreams := []string{"", sim.UpstreamFeishu, sim.UpstreamESign, sim.UpstreamTencent}
	delay, err := time.ParseDuration(cmp.Or(in.Delay, "0s"))
	switch {
	case err != nil || delay < 0:
		return nil, bad("delay must be like 1.5s")
	case !slices.Contains(wire.Kinds(), in.Kind):
		return nil, bad("kind must be one of " + strings.Join(wire.Kinds(), ", "))
	case !slices.Contains(upstreams, in.Upstream):
		return nil, bad("upstream must be feishu, esign, tencent or empty for any")
	case in.Times < 0 || in.Status != 0 && (in.Status < 200 || in.Status > 599):
		return nil, bad("times must not be negative, status must be an HTTP status from 200")
	}
	in.ID = pg.World.Faults.Arm(wire.Fault{
		Upstream:  in.Upstream,
		Operation: in.Operation,
		Kind:      in.Kind,
		Times:     in.Times,
		Delay:     delay,
		Status:    in.Status,
		Header:    in.Header,
		Body:      in.Body,
	})
	pg.feed.mark(itemFaults, "")
	return in, nil
}

func (pg *Server) deleteFaults(r *http.Request) (any, error) {
	defer pg.feed.mark(itemFaults, "")
	v := r.URL.Query().Get("id")
	if v == "" {
		pg.World.Faults.Clear()
		return showFaults(nil), nil
	}
	id, err := strconv.Atoi(v)
	if err != nil {
		return nil, bad("id must be a number")
	}
	if !pg.World.Faults.Disarm(id) {
		return nil, missing("fault")
	}
	return showFaults(pg.World.Faults.List()), nil
}

func (pg *Server) getRecord(*http.Request) (any, error) { return pg.World.Record(), nil }
