package sim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"shiming/sim/handover"
	"shiming/sim/tencent"
)

// Credentials of the simulated applications. They are the same in every world, so that a configuration file for a
// simulated world keeps working. They are valid nowhere else.
const (
	feishuAppID      = "cli_sim0000000000001"
	feishuAppSecret  = "simulatedFeishuAppSecretEXAMPLE"
	feishuEncryptKey = "simulatedEncryptKeyEXAMPLE"
	feishuToken      = "simulatedVerificationTokenEXAMPLE"
	esignAppID       = "7430000001"
	esignAppSecret   = "simulatedEsignSecretEXAMPLE"
	handoverSecret   = "whsec_c2ltdWxhdGVkLWhhbmRvdmVyLXNlY3JldC1FWEFNUExF"
	tencentSMSRegion = "ap-guangzhou"
	verificationWay  = "three_elements"
	trustedProxy     = "127.0.0.1" // the gateway
)

// Settings returns the configuration keys that connect a bot to this world, by dotted path. Values have the form of
// environment variables: lists are separated by commas, and a list of objects is YAML in one line. With the older
// revision of e签宝 the bot has no use for the agreement, which does no harm.
func (w *World) Settings() map[string]string {
	cloud := tencent.DefaultConfig()
	all := map[string]string{
		"server.public_url":      w.GatewayURL,
		"server.trusted_proxies": trustedProxy,
		"agreement.files":        w.agreementFiles(),

		"feishu.base_url":           w.FeishuURL,
		"feishu.app_id":             feishuAppID,
		"feishu.app_secret":         feishuAppSecret,
		"feishu.encrypt_key":        feishuEncryptKey,
		"feishu.verification_token": feishuToken,

		"hr.admins":        strings.Join(w.Admins(), ","),
		"hr.review_chat":   w.ReviewChat(),
		"hr.announce_chat": w.AnnounceChat(),
		"ocr.per_second":   strconv.Itoa(w.cfg.OCRPerSecond),

		"verification.method":                  verificationWay,
		"verification.tencent.endpoint_faceid": w.TencentURL,
		"verification.tencent.endpoint_sms":    w.TencentURL,
		"verification.tencent.secret_id":       cloud.SecretID,
		"verification.tencent.secret_key":      cloud.SecretKey,
		"verification.tencent.region":          tencentSMSRegion,
		"verification.tencent.sms_sdk_app_id":  cloud.SMSSdkAppID,
		"verification.tencent.sms_sign_name":   cloud.SMSSignName,
		"verification.tencent.sms_template_id": cloud.TemplateID,
		"verification.tencent.face_rule_id":    cloud.FaceRuleID,
		"esign.base_url":                       w.ESignURL,
		"esign.app_id":                         esignAppID,
		"esign.app_secret":                     esignAppSecret,
		"esign.evidence_revision":              w.cfg.EsignRevision,
		"esign.sdk_url":                        w.SDKURL,
		"handover.url":                         w.HandoverURL + handover.Path,
		"handover.secret":                      handoverSecret,
		"handover.allow_private":               "true", // the company's systems are on this machine
	}
	maps.Copy(all, w.cfg.Bot)
	return all
}

// Env returns Settings as lines for a shell: export SHIMING_FEISHU_BASE_URL='…'.
func (w *World) Env() string {
	var b strings.Builder
	all := w.Settings()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		// config.EnvName has the same rule. This package must not import it; see the package comment.
		name := "SHIMING_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(all[key], "'", `'\''`))
	}
	return b.String()
}
