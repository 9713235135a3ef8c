package app

import (
	"shiming/cards"
	"shiming/config"
	"shiming/flows"
	"shiming/privacy"
)

// agreementOf returns the consent text without its retention: the sentences that the table of facts about personal data
// demands under these settings.
func agreementOf(cfg config.Config) cards.Agreement {
	holds := conditions(cfg)
	return cards.Agreement{
		Company:    cfg.Company.Name,
		Categories: privacy.Consent(privacy.PartWhat, holds),
		Purposes:   privacy.Consent(privacy.PartWhy, holds),
		Recipients: privacy.Consent(privacy.PartWho, holds),
		Viewers:    privacy.Consent(privacy.PartViewers, holds),
		Places:     privacy.Consent(privacy.PartWhere, holds),
		Kept:       privacy.Consent(privacy.PartKept, holds),
		Rights:     privacy.Consent(privacy.PartRights, holds),
		AnswerDays: int(cfg.Privacy.Deadline),
		Supplier:   cfg.Verification.SupplierName,
		Version:    cards.AgreementVersion,
	}
}

// conditions returns what the settings make true of the handling of personal data.
func conditions(cfg config.Config) map[privacy.Condition]bool {
	checks := cfg.Verification.Method != flows.MethodNone
	// An older case keeps its revision of the evidence, so that a page counts whatever the present revision is.
	page := checks && cfg.HasPage()
	second := cfg.Review.SecondLook == config.SecondLookOriginals
	photos := flows.OriginalsRule(cfg.Review.Photos)
	if second { // nothing is shown unasked then
		photos = flows.OriginalsOnRequest
	}
	desks := cfg.Review.Style == config.StyleQueue
	return map[privacy.Condition]bool{
		privacy.Checks:          checks,
		privacy.Codes:           checks && cfg.SendsCodes(),
		privacy.ThreeElements:   checks && cfg.Uses(flows.ThreeElements),
		privacy.BankCard:        checks && cfg.Uses(flows.BankCardFour),
		privacy.Face:            checks && cfg.Uses(flows.Face),
		privacy.Page:            page,
		privacy.Login:           page && cfg.Agreement.Login == config.LoginFeishu,
		privacy.HandsOver:       checks && cfg.Handover.URL != "",
		privacy.Signing:         opensAccounts(cfg),
		privacy.ReviewDesks:     desks,
		privacy.ReviewCards:     !desks,
		privacy.OnRequest:       photos == flows.OriginalsOnRequest,
		privacy.OnWarning:       photos == flows.OriginalsOnWarning,
		privacy.Always:          photos == flows.OriginalsAlways,
		privacy.SecondLook:      second,
		privacy.TellLooks:       bool(cfg.Review.TellLooks),
		privacy.AnnounceMasked:  cfg.Announce.People == config.PeopleMasked,
		privacy.AnnounceAvatars: cfg.Announce.People == config.PeopleAvatars,
		privacy.DPO:             len(cfg.DPO.Viewers) > 0,
	}
}

// opensAccounts reports whether a signing account follows the evidence.
func opensAccounts(cfg config.Config) bool {
	return cfg.Esign.SDKURL != "" && cfg.Verification.Method != flows.MethodNone
}
