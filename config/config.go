// Package config loads config.yaml and the environment into one Config. It defines the keys, their defaults, the valid
// values, and the rules between keys. It reports all mistakes at once, each with its dotted path. It reads the files
// that the configuration names and makes no network call; package doctor checks whether a valid value works.
//
// In reading order: config.go (Config and the defaults), types.go (enumerations), keys.go (the keys by path), load.go
// (file and environment), agreement_entries.go (the list of agreements in them), decode.go (values into Config),
// validate.go (rules between keys), agreement.go (the files of the agreements), mistakes.go (codes and their English
// texts), env.go (names of environment variables).
package config

import (
	"net/netip"
	"strings"
	"time"

	"shiming/flows"
	"shiming/verify"
	"shiming/workday"
)

// Config is the configuration. The file config.yaml explains every key. The tag koanf names the key of a section or a
// value; a field without the tag has no key.
type Config struct {
	Server struct {
		Listen      string `koanf:"listen"`
		AdminListen string `koanf:"admin_listen"`
		PublicURL   string `koanf:"public_url"`
		// TrustedProxies are the proxies whose word about the client's address counts.
		TrustedProxies []netip.Prefix `koanf:"trusted_proxies"`
	} `koanf:"server"`
	Company struct {
		Name string `koanf:"name"`
	} `koanf:"company"`
	Feishu struct {
		BaseURL           string     `koanf:"base_url"`
		AppID             string     `koanf:"app_id"`
		AppSecret         string     `koanf:"app_secret"`
		AppType           AppType    `koanf:"app_type"`
		EncryptKey        string     `koanf:"encrypt_key"`
		VerificationToken string     `koanf:"verification_token"`
		Transport         Transport  `koanf:"transport"`
		UserIDType        UserIDType `koanf:"user_id_type"`
	} `koanf:"feishu"`
	HR struct {
		Admins       []string `koanf:"admins"`
		ReviewChat   string   `koanf:"review_chat"`
		AnnounceChat string   `koanf:"announce_chat"`
	} `koanf:"hr"`
	Announce struct {
		// People says how the announcement shows the people who finished last.
		People AnnouncePeople `koanf:"people"`
	} `koanf:"announce"`
	Review struct {
		Required Review        `koanf:"required"`
		Style    ReviewStyle   `koanf:"style"`
		Undo     time.Duration `koanf:"undo"`
		// Photos says when HR gets the original photos unasked.
		Photos ReviewPhotos `koanf:"photos"`
		// SecondLook says whether a look at the originals takes the agreement of another admin.
		SecondLook SecondLook `koanf:"second_look"`
		TellLooks  YesNo      `koanf:"tell_looks"`
		// SLA is the working time after which a case that waits for HR is overdue; 0: none is.
		SLA      time.Duration `koanf:"sla"`
		Hours    WorkHours     `koanf:"hours"`
		Calendar string        `koanf:"calendar"` // path of a file
		Urgent   YesNo         `koanf:"urgent"`
		Leads    []string      `koanf:"leads"`
		StandIns []string      `koanf:"stand_ins"`
		Sample   Percent       `koanf:"sample"`
		Checks   []string      `koanf:"checks"` // entries such as expiring=hint; see CheckLevels

		calendar workday.Calendar // the built-in one with the days of the file, once validated
	} `koanf:"review"`
	// Campaign is how many people are asked to register; see flows.CampaignRules.
	Campaign struct {
		PerMinute  PerMinute     `koanf:"per_minute"`
		Joiners    Joiners       `koanf:"joiners"`
		Chase      Chase         `koanf:"chase"`
		Chases     Chases        `koanf:"chases"`
		ChaseEvery time.Duration `koanf:"chase_every"`
		OCRQuota   Pages         `koanf:"ocr_quota"`
	} `koanf:"campaign"`
	// DPO are those who may see the privacy report, which holds nothing personal.
	DPO struct {
		Viewers []string `koanf:"viewers"`
		// HeadsURL gets each day's head over the audit trail, signed with HeadsSecret (newest first).
		HeadsURL    string   `koanf:"heads_url"`
		HeadsSecret []string `koanf:"heads_secret"`
	} `koanf:"dpo"`
	Privacy struct {
		// Deadline is until when a request of a person about the own data shall be answered.
		Deadline WorkingDays `koanf:"deadline"`
	} `koanf:"privacy"`
	// Photos is what a first look at a photo, before any OCR, may do; see idcard.LookLimits.
	Photos struct {
		HoldUp       YesNo     `koanf:"hold_up"`
		DarkBelow    Threshold `koanf:"dark_below"`
		WidthBelow   Threshold `koanf:"width_below"`
		CutAbove     Threshold `koanf:"cut_above"`
		GlareAbove   Threshold `koanf:"glare_above"`
		CoveredAbove Threshold `koanf:"covered_above"`
		BlurAbove    Threshold `koanf:"blur_above"`
		GreyBelow    Threshold `koanf:"grey_below"`
	} `koanf:"photos"`
	OCR struct {
		PerSecond PerSecond `koanf:"per_second"`
	} `koanf:"ocr"`
	Verification struct {
		Method flows.Method `koanf:"method"`
		Ladder Ladder       `koanf:"ladder"` // empty: Method only
		// SupplierName is the legal name of the company behind tencent, in the consent and in the evidence.
		SupplierName string        `koanf:"supplier_name"`
		Tencent      verify.Config `koanf:"tencent"`
	} `koanf:"verification"`
	Esign struct {
		BaseURL          string   `koanf:"base_url"`
		AppID            string   `koanf:"app_id"`
		AppSecret        string   `koanf:"app_secret"`
		EvidenceRevision Revision `koanf:"evidence_revision"`
		UploadHosts      []string `koanf:"upload_hosts"`
		SDKURL           string   `koanf:"sdk_url"`
	} `koanf:"esign"`
	// Handover is where evidence points are handed on to; see package handover.
	Handover struct {
		URL          string   `koanf:"url"`
		Secret       []string `koanf:"secret"` // newest first
		AllowPrivate YesNo    `koanf:"allow_private"`
	} `koanf:"handover"`
	Evidence struct {
		Documents flows.Documents `koanf:"documents"`
		Mark      string          `koanf:"mark"`
		// FaceLiveScore is about the method face only.
		FaceLiveScore FaceLiveScore `koanf:"face_live_score"`
	} `koanf:"evidence"`
	Agreement struct {
		Files    []AgreementFile `koanf:"files"`
		Login    PageLogin       `koanf:"login"`
		ReadType ReadType        `koanf:"read_type"`
	} `koanf:"agreement"`
	Store struct {
		DSN  string `koanf:"dsn"`
		Sync Sync   `koanf:"sync"`
		// DeletionsFile is the path of the list of deletions; see DeletionList.
		DeletionsFile string `koanf:"deletions_file"`
	} `koanf:"store"`
	Security struct {
		KeysetFile  string `koanf:"keyset_file"`
		WrappingKey string `koanf:"wrapping_key"` // 32 bytes in Base64
	} `koanf:"security"`
	KMS struct {
		URI             string `koanf:"uri"`
		Token           string `koanf:"token"`
		Namespace       string `koanf:"namespace"`
		RoleID          string `koanf:"role_id"`
		SecretID        string `koanf:"secret_id"` // from the environment only
		SecretIDWrapped YesNo  `koanf:"secret_id_wrapped"`
		AppRolePath     string `koanf:"approle_path"`
		CAFile          string `koanf:"ca_file"`
	} `koanf:"kms"`
	Timing struct {
		ReminderAfter  time.Duration `koanf:"reminder_after"`
		ExpireAfter    time.Duration `koanf:"expire_after"`
		CodeTTL        time.Duration `koanf:"code_ttl"`
		CodeResend     time.Duration `koanf:"code_resend"`
		PhotoGrace     time.Duration `koanf:"photo_grace"`
		FieldRetention time.Duration `koanf:"field_retention"`
		// UnfinishedRetention is of cases that registered nobody.
		UnfinishedRetention time.Duration `koanf:"unfinished_retention"`

		LeaverRetention time.Duration `koanf:"leaver_retention"`
		WriteQuiet      time.Duration `koanf:"write_quiet"`
	} `koanf:"timing"`
	Log struct {
		Level Level `koanf:"level"`
	} `koanf:"log"`
}

// Defaults returns the configuration of an empty file.
func Defaults() (c Config) {
	c.Server.Listen = ":8080"
	c.Feishu.BaseURL = "https://open.feishu.cn"
	c.Feishu.AppType = SelfBuilt
	c.Feishu.Transport = Webhook
	c.Feishu.UserIDType = OpenID
	c.Review.Required = ReviewAlways
	c.Review.Style = StyleQueue
	c.Review.Undo = 10 * time.Second
	c.Announce.People = PeopleNone
	c.Evidence.FaceLiveScore = FaceLiveStop
	c.Review.Photos = PhotosOnRequest
	c.Review.SLA = 4 * time.Hour
	c.Review.Hours = "09:00-18:00"
	c.Review.Urgent = true
	c.Review.Sample = 5
	c.Review.SecondLook = SecondLookNever
	c.Campaign.PerMinute = 120
	c.Campaign.Joiners = JoinersOff
	c.Campaign.Chase = ChaseManual
	c.Campaign.Chases = flows.MaxChases
	c.Campaign.ChaseEvery = 24 * time.Hour
	c.Privacy.Deadline = 15
	c.defaultPhotos()
	c.OCR.PerSecond = 10
	c.Verification.Method = flows.ThreeElements
	c.Verification.SupplierName = verify.DefaultSupplier
	c.Verification.Tencent.EndpointFaceID = verify.DefaultEndpointFaceID
	c.Verification.Tencent.EndpointSMS = verify.DefaultEndpointSMS
	c.Verification.Tencent.Region = verify.DefaultRegion
	c.Esign.BaseURL = "https://openapi.esign.cn"
	c.Esign.EvidenceRevision = Revision202510
	c.Esign.UploadHosts = []string{"esign.cn"}
	c.Evidence.Documents = flows.DefaultDocuments()
	c.Agreement.Login = LoginFeishu
	c.Agreement.ReadType = ReadCheck
	c.Store.DSN = "sqlite:data/shiming.db"
	c.Store.Sync = SyncFull
	c.Security.KeysetFile = "data/keyset.json"
	c.KMS.AppRolePath = "approle"
	c.Timing.ReminderAfter = 4 * time.Hour
	c.Timing.ExpireAfter = 7 * 24 * time.Hour
	c.Timing.CodeTTL = 10 * time.Minute
	c.Timing.CodeResend = time.Minute
	c.Timing.PhotoGrace = time.Hour
	c.Timing.UnfinishedRetention = 30 * 24 * time.Hour
	c.Timing.LeaverRetention = 3 * 365 * 24 * time.Hour
	c.Timing.WriteQuiet = time.Minute
	c.Log.Level = LevelInfo
	return c
}

// String hides all values, because a configuration contains secrets.
func (Config) String() string { return "[config]" }

// CheckLevels returns the levels that review.checks gives to checks.
func (c *Config) CheckLevels() map[flows.CheckID]flows.CheckLevel {
	levels := map[flows.CheckID]flows.CheckLevel{}
	for _, entry := range c.Review.Checks {
		id, level := flows.ParseCheckLevel(entry)
		levels[id] = level
	}
	return levels
}

// WorkSchedule returns when HR works: review.hours on the working days of the calendar.
func (c *Config) WorkSchedule() workday.Schedule {
	hours, err := workday.ParseHours(string(c.Review.Hours))
	if err != nil {
		panic("config: review.hours: " + err.Error()) // decode accepts no other
	}
	return workday.Schedule{Calendar: c.Review.calendar, Hours: hours}
}

// DeletionList returns the path of the list of deletions: store.deletions_file, or a file beside the SQLite database,
// or on PostgreSQL one beside the key file, which no backup of the database holds.
func (c *Config) DeletionList() string {
	if c.Store.DeletionsFile != "" {
		return c.Store.DeletionsFile
	}
	beside, ok := c.SQLiteFile()
	if !ok {
		beside = c.Security.KeysetFile
	}
	return beside + ".deletions"
}

// SQLiteFile returns the path of the database if store.dsn names an SQLite database.
func (c *Config) SQLiteFile() (path string, ok bool) {
	return strings.CutPrefix(c.Store.DSN, "sqlite:")
}
