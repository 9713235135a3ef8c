package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/knadh/koanf/v2"

	"shiming/e2e/files"
)

// webhookSecret is the example of Standard Webhooks.
const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// wrappingKey is 32 bytes in Base64.
const wrappingKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// TestEveryCode has a configuration for each code, and checks that the text of the code takes its arguments.
func TestEveryCode(t *testing.T) {
	without := files.WriteTemp(t, "config.yaml", files.CompleteConfig)
	complete := files.WriteTemp(t, "config.yaml", files.CompleteConfig+"handover: {secret: ["+webhookSecret+"]}\n"+
		"dpo: {heads_secret: ["+webhookSecret+"]}\n")
	with := func(lines string) string {
		return files.WriteTemp(t, "config.yaml", files.CompleteConfig+lines)
	}
	text := files.WriteTemp(t, "agreement.txt", certText)
	page := files.WriteTemp(t, "config.yaml", completeWithPage(text))
	many := files.WriteTemp(t, "config.yaml",
		strings.Replace(files.CompleteConfig, "ou_a, ou_b", "tk/ou_a, tk/ou_b", 1)+"feishu.app_type: marketplace")
	reported := map[Code]bool{}
	for _, c := range []struct {
		path string
		env  string
		want Mistake
	}{
		{filepath.Join(t.TempDir(), "none"), "", Mistake{"", FileMissing, nil}},
		{t.TempDir(), "", Mistake{"", FileUnreadable, []string{"is a directory"}}},
		{files.WriteTemp(t, "x", "- a"), "", Mistake{"", NotYAMLAt, []string{"line 1"}}},
		{complete, "SECURITY_WRAPPING_KEY=short", Mistake{"security.wrapping_key", NotWrappingKey, nil}},
		{with("kms: {uri: hcvault://vault:8200/transit/keys/shiming, token: t}"), "SECURITY_WRAPPING_KEY=" + wrappingKey,
			Mistake{"security.wrapping_key", TwoWrappings, nil}},
		{with("kms: {token: t}"), "KMS_URI=https://vault:8200/transit/keys/shiming", Mistake{"kms.uri", NotKMSURI, nil}},
		{with("kms: {uri: hcvault://vault:8200/transit/keys/shiming, token: t, role_id: r}"), "KMS_SECRET_ID=s",
			Mistake{"kms.token", TwoLogins, nil}},
		{with("kms: {uri: hcvault://vault:8200/transit/keys/shiming, role_id: r, secret_id: s}"), "",
			Mistake{"kms.secret_id", SecretInFile, []string{"SHIMING_KMS_SECRET_ID", "SHIMING_KMS_SECRET_ID_FILE"}}},
		{with("kms: {uri: hcvault://vault:8200/transit/keys/shiming, role_id: r}"), "",
			Mistake{"kms.secret_id", Missing, nil}},
		{with("nonsense: 1"), "", Mistake{"nonsense", UnknownKey, nil}},
		{with("Feishu: {app_id: x}"), "", Mistake{"Feishu.app_id", MisplacedKey, []string{"feishu.app_id"}}},
		{with("store: {dsn: {}}"), "", Mistake{"store.dsn", NotSection, nil}},
		{with("ocr: {per_second: yes}"), "", Mistake{"ocr.per_second", NotInRange, []string{"1", "100"}}},
		{with("timing: {code_ttl: 5}"), "", Mistake{"timing.code_ttl", NotDuration, nil}},
		{complete, "SERVER_LISTEN_FILE=/does/not/exist", Mistake{
			"server.listen", UnreadableVariable, []string{"SHIMING_SERVER_LISTEN_FILE"}}},
		{complete, "FEISHU_TRANSPORT= webhook", Mistake{
			"feishu.transport", NotOneOf, []string{"webhook, websocket"}}},
		{with("verification.tencent.face_rule_id: \"1\""), "VERIFICATION_METHOD=face", Mistake{
			"server.public_url", FaceWithoutURL, nil}},
		{complete, "EVIDENCE_FACE_LIVE_SCORE=1", Mistake{"evidence.face_live_score", NotOneOf, []string{"status, stop"}}},
		{complete, "AGREEMENT_FILES=agreement.txt", Mistake{"agreement.files", NotFiles, nil}},
		{page, `AGREEMENT_FILES=[{title: 数字证书服务协议, version: "1", path: [` + text + `]}]`, Mistake{
			"agreement.files[0].path", NotText, nil}},
		{page, `AGREEMENT_FILES=[{title: 数字证书服务协议, version: "1\n2", path: ` + text + `}]`, Mistake{
			"agreement.files[0].version", NotOneLine, nil}},
		{complete, "SERVER_TRUSTED_PROXIES=10.0.0.0/33", Mistake{"server.trusted_proxies", NotNetwork, nil}},
		{complete, "SERVER_TRUSTED_PROXIES=0.0.0.0/0", Mistake{"server.trusted_proxies", TrustsEverybody, nil}},
		{page, "SERVER_PUBLIC_URL=", Mistake{"server.public_url", PageWithoutURL, nil}},
		{page, "AGREEMENT_FILES=", Mistake{"agreement.files", NoAgreement, nil}},
		{page, "AGREEMENT_FILES=" + listed(files.WriteTemp(t, "a.txt", "别的协议"), "别的协议"), Mistake{
			"agreement.files", NoCertAgreement, nil}},
		{page, "AGREEMENT_FILES=" + listed(text, "协议", "协议"), Mistake{
			"agreement.files[1].version", SameAgreement, nil}},
		{page, "AGREEMENT_FILES=" + listed(files.WriteTemp(t, "a.txt", strings.Repeat("x", 1<<20+1)), "协议"), Mistake{
			"agreement.files[0].path", AgreementTooLarge, nil}},
		{page, "AGREEMENT_FILES=" + listed(files.WriteTemp(t, "a.txt", ""), "协议"), Mistake{
			"agreement.files[0].path", AgreementEmpty, nil}},
		{page, "AGREEMENT_FILES=" + listed(files.WriteTemp(t, "a.txt", "%PDF-1.7\n\x00"), "协议"), Mistake{
			"agreement.files[0].path", NotPlainText, nil}},
		{complete, "FEISHU_APP_ID=", Mistake{"feishu.app_id", Missing, nil}},
		{complete, "SERVER_ADMIN_LISTEN=9090", Mistake{
			"server.admin_listen", NotHostPort, []string{"127.0.0.1:9090"}}},
		{complete, "SERVER_PUBLIC_URL=example.com", Mistake{"server.public_url", NotURL, nil}},
		{complete, "ESIGN_BASE_URL=https://example.com/v3", Mistake{"esign.base_url", NotBaseURL, nil}},
		{complete, "FEISHU_BASE_URL=http://example.com", Mistake{"feishu.base_url", PlainHTTP, nil}},
		{complete, "STORE_DSN=mysql:x", Mistake{"store.dsn", NotDSN, nil}},
		{complete, "TIMING_WRITE_QUIET=0s", Mistake{"timing.write_quiet", NotPositive, nil}},
		{complete, "TIMING_EXPIRE_AFTER=313h", Mistake{"timing.expire_after", ExpiresLate, nil}},
		{complete, "HR_ADMINS= , ", Mistake{"hr.admins", NoAdmins, nil}},
		{complete, "ESIGN_UPLOAD_HOSTS=esign.cn,https://oss.esign.cn", Mistake{"esign.upload_hosts", NotDomain, nil}},
		{complete, "ESIGN_UPLOAD_HOSTS=*.esign.cn", Mistake{"esign.upload_hosts", NotDomain, nil}},
		{complete, "ESIGN_UPLOAD_HOSTS=cn", Mistake{"esign.upload_hosts", NotDomain, nil}},
		{complete, "HANDOVER_URL=hr.example.com/hook", Mistake{"handover.url", NotWebhookURL, nil}},
		{complete, "HANDOVER_URL=https://me:pw@hr.example.com/hook", Mistake{"handover.url", NotWebhookURL, nil}},
		{complete, "HANDOVER_URL=http://hr.example.com/hook", Mistake{"handover.url", PlainHTTP, nil}},
		{complete, "HANDOVER_URL=https://169.254.169.254/latest", Mistake{"handover.url", InternalAddress, nil}},
		{complete, "HANDOVER_URL=https://10.0.0.7/hook", Mistake{"handover.url", InternalAddress, nil}},
		{complete, "HANDOVER_URL=http://localhost:9/hook", Mistake{"handover.url", InternalAddress, nil}},
		{complete, "DPO_HEADS_URL=https://10.0.0.7/hook", Mistake{"dpo.heads_url", InternalAddress, nil}},
		{complete, "DPO_HEADS_URL=http://hr.example.com/hook", Mistake{"dpo.heads_url", PlainHTTP, nil}},
		{complete, "DPO_HEADS_URL=heads", Mistake{"dpo.heads_url", NotWebhookURL, nil}},
		{without, "DPO_HEADS_URL=https://hr.example.com/hook", Mistake{"dpo.heads_secret", Missing, nil}},
		{complete, "DPO_HEADS_SECRET=hunter2", Mistake{"dpo.heads_secret", NotWebhookSecret, nil}},
		{without, "HANDOVER_URL=https://hr.example.com/hook", Mistake{"handover.secret", Missing, nil}},
		{complete, "HANDOVER_SECRET=" + webhookSecret + ",hunter2", Mistake{"handover.secret", NotWebhookSecret, nil}},
		{complete, "ESIGN_SDK_URL=http://sdk.example.com", Mistake{"esign.sdk_url", PlainHTTP, nil}},
		{complete, "EVIDENCE_DOCUMENTS_PASSPORT=CRED_PSN_PASSPORT", Mistake{
			"evidence.documents.passport", DocumentUnverified, nil}},
		{complete, "EVIDENCE_DOCUMENTS_RESIDENCE_PERMIT=CRED_PSN_CH_IDCARD", Mistake{
			"evidence.documents.residence_permit", NotOneOf, []string{"stop, CRED_PSN_OTHER"}}},
		{complete, "EVIDENCE_DOCUMENTS_PERMANENT_RESIDENCE=foreign", Mistake{
			"evidence.documents.permanent_residence", NotOneOf, []string{"stop, CRED_PSN_FOREIGN, CRED_PSN_OTHER"}}},
		{complete, "EVIDENCE_DOCUMENTS_RESIDENT_ID=", Mistake{
			"evidence.documents.resident_id", NotOneOf, []string{"stop, CRED_PSN_CH_IDCARD"}}},
		{complete, "EVIDENCE_MARK={case} {name}", Mistake{
			"evidence.mark", UnknownPlaceholder, []string{"{name}", "{case}, {date}, {company}"}}},
		{with("review: {second_look: originals}"), "REVIEW_PHOTOS=always", Mistake{"review.photos", PhotosUnasked, nil}},
		{complete, "EVIDENCE_MARK=" + strings.Repeat("备", 201), Mistake{"evidence.mark", TooLong, []string{"200"}}},
		{complete, "EVIDENCE_MARK={company}", Mistake{"evidence.mark", MarkWithoutCompany, nil}},
		{complete, "FEISHU_USER_ID_TYPE=openid", Mistake{
			"feishu.user_id_type", NotOneOf, []string{"open_id, union_id, user_id"}}},
		{complete, "HR_ADMINS=a@example.com", Mistake{"hr.admins", NotOpenID, nil}},
		{with("feishu.app_type: marketplace"), "", Mistake{"hr.admins", AdminWithoutTenant, nil}},
		{complete, "VERIFICATION_LADDER=bank_card_four,three_elements", Mistake{"verification.ladder", BadLadder, nil}},
		{complete, "VERIFICATION_SUPPLIER_NAME=", Mistake{"verification.supplier_name", Missing, nil}},
		{complete, "VERIFICATION_SUPPLIER_NAME=　 ", Mistake{"verification.supplier_name", Missing, nil}},
		{complete, "VERIFICATION_SUPPLIER_NAME=样例\n核验", Mistake{"verification.supplier_name", NotOneLine, nil}},
		{complete, "VERIFICATION_SUPPLIER_NAME=样例\u202e核验", Mistake{"verification.supplier_name", NotOneLine, nil}},
		{complete, "VERIFICATION_SUPPLIER_NAME=" + strings.Repeat("核", 61), Mistake{
			"verification.supplier_name", TooLong, []string{"60"}}},
		{complete, "REVIEW_HOURS=9-18", Mistake{"review.hours", NotHours, nil}},
		{complete, "CAMPAIGN_PER_MINUTE=901", Mistake{"campaign.per_minute", NotInRange, []string{"1", "900"}}},
		{complete, "CAMPAIGN_CHASES=4", Mistake{"campaign.chases", NotInRange, []string{"0", "3"}}},
		{complete, "CAMPAIGN_CHASE_EVERY=23h", Mistake{"campaign.chase_every", LessThanADay, nil}},
		{complete, "CAMPAIGN_OCR_QUOTA=many", Mistake{"campaign.ocr_quota", NotInRange, []string{"0", "2147483647"}}},
		{complete, "CAMPAIGN_JOINERS=yes", Mistake{"campaign.joiners", NotOneOf, []string{"off, ask, auto"}}},
		{complete, "PHOTOS_DARK_BELOW=7.5.1", Mistake{"photos.dark_below", NotNumberInRange, []string{"0", "10000"}}},
		{complete, "REVIEW_SAMPLE=101", Mistake{"review.sample", NotInRange, []string{"0", "100"}}},
		{complete, "REVIEW_CHECKS=expiry=hint", Mistake{"review.checks", UnknownCheck, []string{"expiry"}}},
		{complete, "REVIEW_CHECKS=expired=pass", Mistake{
			"review.checks", CheckLevelNotOneOf, []string{"expired", "human, stop"}}},
		{complete, "REVIEW_CHECKS=under_16=human", Mistake{
			"review.checks", CheckLevelNotOneOf, []string{"under_16", "stop"}}},
		{complete, "REVIEW_CHECKS=edited", Mistake{
			"review.checks", CheckLevelNotOneOf, []string{"edited", "hint, human, stop"}}},
		{complete, "REVIEW_CHECKS=edited=hint,edited=stop", Mistake{"review.checks", CheckTwice, []string{"edited"}}},
		{complete, "REVIEW_LEADS=a@example.com", Mistake{"review.leads", NotOpenID, nil}},
		{complete, "REVIEW_STAND_INS=tk/ou_1", Mistake{"review.stand_ins", NotOpenID, nil}},
		{many, "REVIEW_STAND_INS=ou_1", Mistake{"review.stand_ins", AdminWithoutTenant, nil}},
		{complete, "REVIEW_CALENDAR=" + filepath.Join(t.TempDir(), "none"), Mistake{"review.calendar", FileMissing, nil}},
		{complete, "REVIEW_CALENDAR=" + files.WriteTemp(t, "a.txt", "2028-10-01 rest\n2028-10-02 off"), Mistake{
			"review.calendar", NotCalendar, []string{"2"}}},
		{complete, "REVIEW_CALENDAR=" + files.WriteTemp(t, "a.txt", strings.Repeat("#", 1<<20+1)), Mistake{
			"review.calendar", CalendarTooLarge, nil}},
		{many, "HR_REVIEW_CHAT=oc_1", Mistake{
			"hr.review_chat", ChatOfOneTenant, nil}},
		{many, "FEISHU_TRANSPORT=websocket", Mistake{
			"feishu.transport", LongConnOfMany, nil}},
		{complete, "VERIFICATION_TENCENT_ENDPOINT_SMS=%zz", Mistake{
			"verification.tencent.endpoint_sms", SupplierAddress, nil}},
		{complete, "VERIFICATION_TENCENT_ENDPOINT_SMS=https://-x", Mistake{
			"verification.tencent.endpoint_sms", SupplierHost, nil}},
		{complete, "VERIFICATION_TENCENT_ENDPOINT_FACEID=https://x/y", Mistake{
			"verification.tencent.endpoint_faceid", SupplierBase, nil}},
		{complete, "VERIFICATION_TENCENT_ENDPOINT_FACEID=ftp://x", Mistake{
			"verification.tencent.endpoint_faceid", SupplierHTTPS, nil}},
		{complete, "VERIFICATION_TENCENT_ENDPOINT_FACEID=http://x", Mistake{
			"verification.tencent.endpoint_faceid", SupplierPlainHTTP, nil}},
		{complete, "VERIFICATION_TENCENT_SECRET_ID=a b", Mistake{
			"verification.tencent.secret_id", SupplierWord, nil}},
		{complete, "VERIFICATION_TENCENT_SMS_SIGN_NAME=【x】", Mistake{
			"verification.tencent.sms_sign_name", SupplierSign, nil}},
		{complete, "VERIFICATION_TENCENT_REGION=X", Mistake{"verification.tencent.region", SupplierRegion, nil}},
	} {
		t.Run(string(c.want.Code), func(t *testing.T) {
			if c.want.Path == "" {
				c.want.Path = c.path // of the file
			}
			got := mistakes(t, c.path, "SHIMING_"+c.env)
			reported[c.want.Code] = true
			if len(got) != 1 || got[0].String() != c.want.String() || got[0].Code != c.want.Code {
				t.Errorf("got %q, want only %q", got, c.want)
			}
			if text := c.want.Fill(english[c.want.Code]); text == "" || strings.Contains(text, "%!") {
				t.Errorf("got the text %q, want one with %d arguments", text, len(c.want.Args))
			}
		})
	}
	// A right file system, parser and struct bring none of these.
	for _, code := range []Code{FileDenied, NotYAML, WrongType} {
		reported[code] = true
	}
	for _, code := range Codes() {
		if !reported[code] {
			t.Errorf("got no configuration for %s, want one", code)
		}
	}
}

// TestDecodeKeepsUnexpectedErrors checks that every error of the decoder becomes a mistake.
func TestDecodeKeepsUnexpectedErrors(t *testing.T) {
	values := koanf.New(".")
	for path, value := range map[string]any{"store": "x", "nonsense": 1, "log.level": "loud"} {
		if err := values.Set(path, value); err != nil {
			t.Fatal(err)
		}
	}
	_, got := decode(values)
	var codes []Code
	for _, m := range got {
		codes = append(codes, m.Code)
	}
	if want := []Code{WrongType, NotOneOf, WrongType}; !slices.Equal(codes, want) {
		t.Errorf("got %v, want the codes %v", got, want)
	}
}
