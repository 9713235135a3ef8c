package config

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
	"shiming/handover"
)

// maxExpireAfter is one day less than the 14 days for which Feishu allows a patch of a card. A case that lives longer
// than its card could not show its final state.
const maxExpireAfter = 13 * 24 * time.Hour

// validator collects the mistakes in a decoded configuration.
type validator struct {
	*Config
	undecoded map[string]bool // keys that already have a mistake; they get no second one
	mistakes  []Mistake
}

// validate returns the mistakes in single values and between keys. undecoded are the mistakes of the loader and of
// decode; their keys have the default value in c.
func validate(c *Config, undecoded []Mistake) []Mistake {
	v := &validator{Config: c, undecoded: map[string]bool{}}
	for _, m := range undecoded {
		v.undecoded[m.Path] = true
	}
	v.server()
	v.feishu()
	v.admins()
	v.people("review.leads", c.Review.Leads)
	v.people("review.stand_ins", c.Review.StandIns)
	v.people("dpo.viewers", c.DPO.Viewers)
	v.calendar()
	v.checks()
	if c.Feishu.AppType == Marketplace {
		v.marketplace()
	}
	if c.Verification.Method != flows.MethodNone && !v.undecoded["verification.method"] {
		v.suppliers()
	}
	v.ladder()
	v.face()
	v.supplier()
	if path, ok := c.SQLiteFile(); (!ok || path == "") && !c.OnPostgres() {
		v.wrong("store.dsn", NotDSN)
	}
	v.keys()
	if c.Review.SecondLook == SecondLookOriginals && c.Review.Photos != PhotosOnRequest {
		v.wrong("review.photos", PhotosUnasked)
	}
	v.evidence()
	v.agreement()
	v.handover()
	v.timing()
	v.campaign()
	slices.SortFunc(v.mistakes, byText)
	return v.mistakes
}

func (v *validator) wrong(path string, code Code, args ...string) {
	if !v.undecoded[path] {
		v.mistakes = append(v.mistakes, Mistake{path, code, args})
	}
}

func (v *validator) require(path, value string) {
	if value == "" {
		v.wrong(path, Missing)
	}
}

func (v *validator) server() {
	v.hostPort("server.listen", v.Server.Listen, ":8080")
	if v.Server.AdminListen != "" {
		v.hostPort("server.admin_listen", v.Server.AdminListen, "127.0.0.1:9090")
	}
	if v.Server.PublicURL != "" {
		v.baseURL("server.public_url", v.Server.PublicURL)
	}
}

func (v *validator) feishu() {
	v.baseURL("feishu.base_url", v.Feishu.BaseURL)
	v.require("feishu.app_id", v.Feishu.AppID)
	v.require("feishu.app_secret", v.Feishu.AppSecret)
	if v.Feishu.Transport != WebSocket { // the handshake of the long connection authenticates the platform
		v.require("feishu.encrypt_key", v.Feishu.EncryptKey)
		v.require("feishu.verification_token", v.Feishu.VerificationToken)
	}
}

func (v *validator) admins() {
	if len(v.HR.Admins) == 0 {
		v.wrong("hr.admins", NoAdmins)
	}
	v.people("hr.admins", v.HR.Admins)
}

// people reports the first entry of a list of open_ids that does not have the form for the type of the app.
func (v *validator) people(path string, entries []string) {
	many := v.Feishu.AppType == Marketplace
	for _, a := range entries {
		tenantKey, id, named := strings.Cut(a, "/")
		if strings.ContainsAny(a, " \t@") || strings.Count(a, "/") > 1 || named && !many {
			v.wrong(path, NotOpenID)
			return
		}
		if many && (!named || tenantKey == "" || id == "") {
			v.wrong(path, AdminWithoutTenant)
			return
		}
	}
}

// checks reports the entries of review.checks that name no check, give it a level that it cannot have, or name one again.
func (v *validator) checks() {
	seen := map[flows.CheckID]bool{}
	for _, entry := range v.Review.Checks {
		id, level := flows.ParseCheckLevel(entry)
		allowed := flows.AllowedLevels(id)
		switch {
		case allowed == nil:
			v.wrong("review.checks", UnknownCheck, string(id))
		case !slices.Contains(allowed, level):
			v.wrong("review.checks", CheckLevelNotOneOf, string(id), list(allowed))
		case seen[id]:
			v.wrong("review.checks", CheckTwice, string(id))
		}
		seen[id] = true
	}
}

// marketplace reports settings that a marketplace app cannot have.
func (v *validator) marketplace() {
	if v.Feishu.Transport == WebSocket {
		v.wrong("feishu.transport", LongConnOfMany)
	}
	if v.HR.ReviewChat != "" {
		v.wrong("hr.review_chat", ChatOfOneTenant)
	}
	if v.HR.AnnounceChat != "" {
		v.wrong("hr.announce_chat", ChatOfOneTenant)
	}
}

// ladder reports a ladder that does not begin with the method, or names one twice.
func (v *validator) ladder() {
	l := v.Verification.Ladder
	if len(l) == 0 || v.undecoded["verification.method"] {
		return
	}
	sorted := slices.Sorted(slices.Values(l))
	if l[0] != v.Verification.Method || len(slices.Compact(sorted)) != len(l) {
		v.wrong("verification.ladder", BadLadder)
	}
}

// face checks what the method face needs: a rule, and an address to which its page can return.
func (v *validator) face() {
	if !v.Uses(flows.Face) || v.undecoded["verification.method"] || v.undecoded["verification.ladder"] {
		return
	}
	v.require("verification.tencent.face_rule_id", v.Verification.Tencent.FaceRuleID)
	if v.Server.PublicURL == "" && !v.NeedsPage() { // agreement says so otherwise
		v.wrong("server.public_url", FaceWithoutURL)
	}
}

// Uses reports whether people may be verified by a method.
func (c *Config) Uses(m flows.Method) bool {
	return c.Verification.Method == m || slices.Contains(c.Verification.Ladder, m)
}

// SendsCodes reports whether people may be verified by a method that sends a code to their mobile.
func (c *Config) SendsCodes() bool { return c.Uses(flows.ThreeElements) || c.Uses(flows.BankCardFour) }

// supplier checks the name of the company that verifies, which the consent, the evidence and cards quote.
func (v *validator) supplier() {
	if strings.TrimSpace(v.Verification.SupplierName) == "" {
		v.wrong("verification.supplier_name", Missing)
	}
	v.oneLine("verification.supplier_name", v.Verification.SupplierName, flows.MaxSupplier)
}

// suppliers checks the settings of those that verify, send messages and keep the evidence.
func (v *validator) suppliers() {
	t := v.Verification.Tencent
	t.WithoutSMS = !v.SendsCodes()
	absent := map[string]bool{
		"verification.tencent.secret_id":       t.SecretID == "",
		"verification.tencent.secret_key":      t.SecretKey == "",
		"verification.tencent.sms_sdk_app_id":  t.SMSSdkAppID == "",
		"verification.tencent.sms_sign_name":   t.SMSSignName == "",
		"verification.tencent.sms_template_id": t.SMSTemplateID == "",
	}
	for _, e := range t.Mistakes() {
		code := Code("tencent_" + e.Problem)
		if absent[e.Path] {
			code = Missing
		}
		v.wrong(e.Path, code)
	}
	v.baseURL("esign.base_url", v.Esign.BaseURL)
	v.require("esign.app_id", v.Esign.AppID)
	v.require("esign.app_secret", v.Esign.AppSecret)
	for _, host := range v.Esign.UploadHosts {
		if !domain(host) {
			v.wrong("esign.upload_hosts", NotDomain)
			break
		}
	}
}

// evidence checks how documents are named, and the template of the remark.
func (v *validator) evidence() {
	for _, m := range v.Evidence.Documents.Mistakes() {
		code, args := NotOneOf, []string{list(m.Allowed)}
		if len(m.Allowed) == 1 {
			code, args = DocumentUnverified, nil
		}
		v.wrong("evidence.documents."+m.Key, code, args...)
	}
	mark := v.Evidence.Mark
	switch unknown := flows.UnknownInMark(mark); {
	case unknown != "":
		v.wrong("evidence.mark", UnknownPlaceholder, unknown, list(flows.MarkPlaceholders))
	case flows.MarkTooLong(mark):
		v.wrong("evidence.mark", TooLong, strconv.Itoa(flows.MaxMark))
	case strings.Contains(mark, "{company}") && v.Company.Name == "":
		v.wrong("evidence.mark", MarkWithoutCompany)
	}
}

// handover checks where evidence points and heads over the audit trail are handed on to, and with which secrets.
func (v *validator) handover() {
	if v.Esign.SDKURL != "" {
		v.baseURL("esign.sdk_url", v.Esign.SDKURL)
	}
	v.webhook("handover.url", v.Handover.URL, "handover.secret", v.Handover.Secret)
	v.webhook("dpo.heads_url", v.DPO.HeadsURL, "dpo.heads_secret", v.DPO.HeadsSecret)
}

// webhook checks the address of a receiver and the secrets that it shares.
func (v *validator) webhook(urlPath, address, secretPath string, secrets []string) {
	for _, s := range secrets {
		if _, err := handover.ParseSecret(s); err != nil {
			v.wrong(secretPath, NotWebhookSecret)
			break
		}
	}
	if address == "" {
		return
	}
	v.webhookURL(urlPath, address)
	if len(secrets) == 0 {
		v.wrong(secretPath, Missing)
	}
}

// webhookURL checks that value is a whole address, and that only a loopback host has plain http. A host that is an
// address in figures is checked here, a name when the connection is made.
func (v *validator) webhookURL(path, value string) {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Fragment != "":
		v.wrong(path, NotWebhookURL)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.wrong(path, PlainHTTP)
	default:
		a, err := netip.ParseAddr(u.Hostname())
		if u.Hostname() == "localhost" {
			a, err = netip.IPv6Loopback(), nil
		}
		if err == nil && !handover.Allowed(a, bool(v.Handover.AllowPrivate)) {
			v.wrong(path, InternalAddress)
		}
	}
}

// domain reports whether s is a domain of two labels or more in lower case, without scheme, port, path or wildcard.
func domain(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(labels) > 1
}

func (v *validator) timing() {
	t := v.Timing
	for path, d := range map[string]time.Duration{
		"timing.reminder_after": t.ReminderAfter,
		"timing.expire_after":   t.ExpireAfter,
		"timing.code_ttl":       t.CodeTTL,
		"timing.code_resend":    t.CodeResend,
		"timing.write_quiet":    t.WriteQuiet,
	} {
		if d == 0 {
			v.wrong(path, NotPositive)
		}
	}
	if t.ExpireAfter > maxExpireAfter {
		v.wrong("timing.expire_after", ExpiresLate)
	}
}

func (v *validator) hostPort(path, value, example string) {
	if _, _, err := net.SplitHostPort(value); err != nil {
		v.wrong(path, NotHostPort, example)
	}
}

// baseURL checks that value is scheme and host without a path, and that only a loopback host has plain http.
func (v *validator) baseURL(path, value string) {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		v.wrong(path, NotURL)
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		v.wrong(path, NotBaseURL)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.wrong(path, PlainHTTP)
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// OnPostgres reports whether store.dsn names a database of PostgreSQL.
func (c *Config) OnPostgres() bool {
	u, err := url.Parse(c.Store.DSN)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
}
