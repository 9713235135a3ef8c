package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
	"shiming/verify"
)

// setting is one key of config.yaml.
type setting struct {
	Path    string
	Default string
	set     func(c *Config, value string) error
}

func text(at func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error { *at(c) = strings.TrimSpace(v); return nil }
}

func duration(at func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		d, err := time.ParseDuration(strings.TrimSpace(v))
		if err != nil || d < 0 {
			return errors.New("want a duration such as 90s, 10m or 72h")
		}
		*at(c) = d
		return nil
	}
}

func oneOf(at func(*Config) *string, values ...string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if !slices.Contains(values, v) {
			return fmt.Errorf("want one of: %s", strings.Join(values, ", "))
		}
		*at(c) = v
		return nil
	}
}

// Settings lists every key with its default. A key that is not here is an error.
var Settings = []setting{
	{"server.listen", ":8080", text(func(c *Config) *string { return &c.Server.Listen })},
	{"server.admin_listen", "", text(func(c *Config) *string { return &c.Server.AdminListen })},
	{"server.public_url", "", text(func(c *Config) *string { return &c.Server.PublicURL })},
	{"company.name", "", text(func(c *Config) *string { return &c.Company })},
	{"feishu.base_url", "https://open.feishu.cn", text(func(c *Config) *string { return &c.Feishu.BaseURL })},
	{"feishu.app_id", "", text(func(c *Config) *string { return &c.Feishu.AppID })},
	{"feishu.app_secret", "", text(func(c *Config) *string { return &c.Feishu.AppSecret })},
	{"feishu.app_type", "self_built", oneOf(func(c *Config) *string { return &c.Feishu.AppType }, "self_built", Marketplace)},
	{"feishu.encrypt_key", "", text(func(c *Config) *string { return &c.Feishu.EncryptKey })},
	{"feishu.verification_token", "", text(func(c *Config) *string { return &c.Feishu.VerificationToken })},
	{"feishu.transport", "webhook", oneOf(func(c *Config) *string { return &c.Feishu.Transport }, "webhook", WebSocket)},
	{"hr.admins", "", func(c *Config, v string) error {
		for _, id := range strings.Split(v, ",") {
			if id = strings.TrimSpace(id); id != "" && !slices.Contains(c.HR.Admins, id) {
				c.HR.Admins = append(c.HR.Admins, id)
			}
		}
		return nil
	}},
	{"hr.review_chat", "", text(func(c *Config) *string { return &c.HR.ReviewChat })},
	{"hr.announce_chat", "", text(func(c *Config) *string { return &c.HR.AnnounceChat })},
	{"review.required", "always", oneOf(func(c *Config) *string { return &c.ReviewRequired }, "always", "warnings")},
	{"ocr.per_second", "10", func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 100 {
			return errors.New("want a whole number from 1 to 100")
		}
		c.OCRPerSecond = n
		return nil
	}},
	{"verification.method", "three_elements", func(c *Config, v string) error {
		switch m := flows.Method(v); m {
		case flows.ThreeElements, flows.MethodNone:
			c.Method = m
			return nil
		case flows.BankCardFour, flows.Face:
			return fmt.Errorf("%s is not available in this version; use three_elements or none", v)
		}
		return errors.New("want one of: three_elements, bank_card_four, face, none")
	}},
	{"verification.tencent.endpoint_faceid", verify.DefaultEndpointFaceID, text(func(c *Config) *string { return &c.Tencent.EndpointFaceID })},
	{"verification.tencent.endpoint_sms", verify.DefaultEndpointSMS, text(func(c *Config) *string { return &c.Tencent.EndpointSMS })},
	{"verification.tencent.secret_id", "", text(func(c *Config) *string { return &c.Tencent.SecretID })},
	{"verification.tencent.secret_key", "", func(c *Config, v string) error { c.Tencent.SecretKey = verify.Secret(strings.TrimSpace(v)); return nil }},
	{"verification.tencent.region", verify.DefaultRegion, text(func(c *Config) *string { return &c.Tencent.Region })},
	{"verification.tencent.sms_sdk_app_id", "", text(func(c *Config) *string { return &c.Tencent.SMSSdkAppID })},
	{"verification.tencent.sms_sign_name", "", text(func(c *Config) *string { return &c.Tencent.SMSSignName })},
	{"verification.tencent.sms_template_id", "", text(func(c *Config) *string { return &c.Tencent.SMSTemplateID })},
	{"esign.base_url", "https://openapi.esign.cn", text(func(c *Config) *string { return &c.Esign.BaseURL })},
	{"esign.app_id", "", text(func(c *Config) *string { return &c.Esign.AppID })},
	{"esign.app_secret", "", text(func(c *Config) *string { return &c.Esign.AppSecret })},
	{"esign.evidence_revision", "2024", func(c *Config, v string) error {
		if v == "2025-10" {
			return errors.New("2025-10 needs the page on which people read 《数字证书服务协议》, which this version does not have; use 2024")
		}
		return oneOf(func(c *Config) *string { return &c.Esign.EvidenceRevision }, "2024")(c, v)
	}},
	{"store.dsn", "sqlite:data/shiming.db", text(func(c *Config) *string { return &c.Store.DSN })},
	{"store.sync", "full", oneOf(func(c *Config) *string { return &c.Store.Sync }, "full", "normal")},
	{"security.keyset_file", "data/keyset.json", text(func(c *Config) *string { return &c.KeysetFile })},
	{"timing.reminder_after", "4h", duration(func(c *Config) *time.Duration { return &c.Timing.ReminderAfter })},
	{"timing.expire_after", "168h", duration(func(c *Config) *time.Duration { return &c.Timing.ExpireAfter })},
	{"timing.code_ttl", "10m", duration(func(c *Config) *time.Duration { return &c.Timing.CodeTTL })},
	{"timing.code_resend", "60s", duration(func(c *Config) *time.Duration { return &c.Timing.CodeResend })},
	{"timing.photo_grace", "1h", duration(func(c *Config) *time.Duration { return &c.Timing.PhotoGrace })},
	{"timing.field_retention", "0s", duration(func(c *Config) *time.Duration { return &c.Timing.FieldRetention })},
	{"timing.write_quiet", "60s", duration(func(c *Config) *time.Duration { return &c.Timing.WriteQuiet })},
	{"log.level", "info", oneOf(func(c *Config) *string { return &c.LogLevel }, "debug", "info", "warn", "error")},
}
