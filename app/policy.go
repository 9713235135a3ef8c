package app

import (
	"log/slog"
	"time"

	"shiming/config"
	"shiming/flows"
)

// Policy returns the rules of the flows that the configuration determines.
func Policy(cfg config.Config) flows.Policy {
	t := cfg.Timing
	p := flows.Policy{
		Method:       cfg.Verification.Method,
		Ladder:       cfg.Verification.Ladder,
		ReviewAlways: cfg.Review.Required == config.ReviewAlways,
		Checks:       cfg.CheckLevels(),
		ReviewQueue:  cfg.Review.Style == config.StyleQueue,
		Undo:         cfg.Review.Undo,
		Originals:    flows.OriginalsRule(cfg.Review.Photos),
		SecondLook:   cfg.Review.SecondLook == config.SecondLookOriginals,
		TellLooks:    bool(cfg.Review.TellLooks),
		Admins:       cfg.HR.Admins,
		StandIns:     cfg.Review.StandIns,
		Leads:        cfg.Review.Leads,
		DPOs:         cfg.DPO.Viewers,
		RequestDays:  int(cfg.Privacy.Deadline),
		SLA:          cfg.Review.SLA,
		Work:         cfg.WorkSchedule(),
		Urgent:       bool(cfg.Review.Urgent),
		Sample:       int(cfg.Review.Sample),

		Campaign: flows.CampaignRules{
			PerMinute:    int(cfg.Campaign.PerMinute),
			Joiners:      flows.JoinersRule(cfg.Campaign.Joiners),
			AutoChase:    cfg.Campaign.Chase == config.ChaseAuto,
			Chases:       int(cfg.Campaign.Chases),
			ChaseEvery:   cfg.Campaign.ChaseEvery,
			OCRPerSecond: int(cfg.OCR.PerSecond),
			OCRQuota:     int(cfg.Campaign.OCRQuota),
		},

		AnnouncePeople: flows.AnnouncePeople(cfg.Announce.People),

		Agreement:       agreementOf(cfg),
		Revision:        flows.Revision(cfg.Esign.EvidenceRevision),
		Documents:       cfg.Evidence.Documents,
		EvidenceMark:    cfg.Evidence.Mark,
		Photos:          flows.PhotoRules{HoldUp: bool(cfg.Photos.HoldUp), Limits: cfg.LookLimits()},
		FaceLiveScore:   flows.FaceLiveScore(cfg.Evidence.FaceLiveScore),
		HeadsReceiver:   headsReceiver(cfg),
		HandsOver:       cfg.Handover.URL != "",
		SigningAccounts: opensAccounts(cfg),
		ReminderAfter:   t.ReminderAfter,
		ExpireAfter:     t.ExpireAfter,
		CodeTTL:         t.CodeTTL,
		CodeResend:      t.CodeResend,
		WriteQuiet:      t.WriteQuiet,

		PhotoGrace:          t.PhotoGrace,
		UnfinishedRetention: t.UnfinishedRetention,
		FieldRetention:      t.FieldRetention,
		LeaverRetention:     t.LeaverRetention,
	}
	p.Agreement.Retention = p.Retention()
	return p
}

// warnOfCalendar logs which years HR's calendar does not know, if there is an SLA that depends on it.
func warnOfCalendar(cfg config.Config, now time.Time, log *slog.Logger) {
	if missing := cfg.WorkSchedule().Calendar.Missing(now); cfg.Review.SLA > 0 && len(missing) > 0 {
		log.Warn("review.calendar does not know the rest days of these years: Monday to Friday count as working days",
			"years", missing)
	}
}

// warnOfRetention logs that personal data is kept longer than it should be: that must be somebody's choice.
func warnOfRetention(cfg config.Config, log *slog.Logger) {
	p := Policy(cfg)
	if p.Retention().Endless() {
		log.Warn("timing.field_retention and timing.leaver_retention are both 0s: the details of registered people are kept " +
			"without a limit, until they ask for their deletion, and the consent text says so")
	}
	if p.PhotoGrace > flows.MaxPhotoGrace {
		log.Warn("timing.photo_grace is longer than a day", "photo_grace", p.PhotoGrace.String())
	}
}
