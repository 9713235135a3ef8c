package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shiming/flows"
	"shiming/store"
)

// scrapeTimeout limits the queries of one scrape.
const scrapeTimeout = 2 * time.Second

// gaugeSource returns the values of the gauges. *store.Store implements it.
type gaugeSource interface {
	PendingJobs(context.Context) (map[string]int, error)
	OldestJob(context.Context) (time.Time, error)
	StatesNow(context.Context) (map[flows.State]store.StateFigures, error)
	LimitsNow(context.Context) (map[string]store.LimitUse, error)
	PushesNow(context.Context) (n int, oldest time.Time, err error)
	CampaignsNow(context.Context) (store.CampaignFigures, error)
	FollowUpsNow(context.Context) (map[flows.FollowUp]map[string]store.FollowUpFigures, error)
}

// gauges reads the database at each scrape. If the database does not answer, shiming_store_up is 0 and the other gauges
// are absent; the scrape still returns the metrics of the process.
type gauges struct {
	source       gaugeSource
	ocrPerSecond int
	now          func() time.Time
	unusable     map[string]func() bool // by the label "file"

	up, jobs, oldestJob, cases, oldestCase, ahead, ocrCalls, ocrLimit, pushes, oldestPush *prometheus.Desc
	followUps, oldestFollowUp, invitations, campaignsPaused, files                        *prometheus.Desc
}

func newGauges(source gaugeSource, ocrPerSecond int) *gauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &gauges{
		source:       source,
		ocrPerSecond: ocrPerSecond,
		now:          time.Now,
		up:           desc("shiming_store_up", "1 if the database answered this scrape."),
		jobs:         desc("shiming_jobs_waiting", "Jobs that are due, running or waiting for a retry, by queue.", "state"),
		oldestJob:    desc("shiming_oldest_job_seconds", "How long the longest waiting job has been due."),
		cases:        desc("shiming_cases", "Cases in each state.", "state"),
		oldestCase: desc("shiming_oldest_case_seconds", "How long the longest waiting case has been in the state.",
			"state"),
		ahead: desc("shiming_limit_ahead_seconds", "How far ahead the slots of a limit are taken.", "limit"),
		ocrCalls: desc("shiming_ocr_calls_last_second",
			"OCR calls that left within the last second, all instances together."),
		pushes:     desc("shiming_pushes_undecided", "Events that were acknowledged and are not decided on yet."),
		oldestPush: desc("shiming_oldest_push_seconds", "How long the longest waiting of them has been there."),
		followUps: desc("shiming_handovers",
			"What follows evidence points and is not done: notifications (handover) and signing accounts (account).",
			"kind", "progress"),
		oldestFollowUp: desc("shiming_oldest_handover_seconds", "How long the oldest of them has waited.", "kind",
			"progress"),
		invitations: desc("shiming_invitations",
			"Invitations of the campaigns under way: waiting, sent, failed.", "progress"),
		campaignsPaused: desc("shiming_campaigns_paused",
			"Paused campaigns by who has paused them: hr, or the campaign itself with a reason.", "why"),
		files: desc("shiming_file_unusable",
			"1 if a file beside the database cannot be read or written: key_file, deletion_list.", "file"),
		ocrLimit: desc("shiming_ocr_calls_per_second_limit", "ocr.per_second as it is configured."),
	}
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		g.up, g.jobs, g.oldestJob, g.cases, g.oldestCase, g.ahead, g.ocrCalls, g.ocrLimit, g.pushes, g.oldestPush,
		g.followUps, g.oldestFollowUp, g.invitations, g.campaignsPaused, g.files,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	set(g.ocrLimit, float64(g.ocrPerSecond))
	for file, unusable := range g.unusable {
		v := 0.0
		if unusable() {
			v = 1
		}
		set(g.files, v, file)
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	jobs, err1 := g.source.PendingJobs(ctx)
	oldest, err2 := g.source.OldestJob(ctx)
	cases, err3 := g.source.StatesNow(ctx)
	limits, err4 := g.source.LimitsNow(ctx)
	pushes, oldestPush, err5 := g.source.PushesNow(ctx)
	followUps, err6 := g.source.FollowUpsNow(ctx)
	campaigns, err7 := g.source.CampaignsNow(ctx)
	for _, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		if err != nil {
			set(g.up, 0)
			return
		}
	}
	set(g.up, 1)
	for queue, n := range jobs {
		set(g.jobs, float64(n), queue)
	}
	since := func(t time.Time) float64 {
		if t.IsZero() {
			return 0
		}
		return max(0, g.now().Sub(t).Seconds())
	}
	set(g.oldestJob, since(oldest))
	set(g.pushes, float64(pushes))
	set(g.oldestPush, since(oldestPush))
	for state, f := range cases {
		set(g.cases, float64(f.Cases), string(state))
		if !state.Terminal() {
			set(g.oldestCase, f.Oldest.Seconds(), string(state))
		}
	}
	for kind, states := range followUps {
		for state, f := range states {
			set(g.followUps, float64(f.N), string(kind), state)
			set(g.oldestFollowUp, f.Oldest.Seconds(), string(kind), state)
		}
	}
	set(g.invitations, float64(campaigns.Waiting), "waiting")
	set(g.invitations, float64(campaigns.Sent), "sent")
	set(g.invitations, float64(campaigns.Failed), "failed")
	set(g.campaignsPaused, float64(campaigns.Paused[""]), "hr")
	for _, why := range flows.PauseReasons {
		set(g.campaignsPaused, float64(campaigns.Paused[why]), string(why))
	}
	for limit, u := range limits {
		set(g.ahead, max(0, u.Ahead.Seconds()), limit)
	}
	set(g.ocrCalls, float64(limits["ocr"].Calls))
}
