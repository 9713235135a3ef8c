package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shiming/verify"
)

// Error lists all mistakes in a configuration.
type Error struct{ Mistakes []Mistake }

func (e *Error) Error() string { return e.In(Mistake.String) }

// In returns the error's text. text returns the text of each mistake, in any language.
func (e *Error) In(text func(Mistake) string) string {
	all := "configuration:"
	for _, m := range e.Mistakes {
		all += "\n  " + text(m)
	}
	return all
}

// Mistake is one mistake in a configuration.
type Mistake struct {
	Path string // dotted path of the key, or path of the file
	Code Code
	Args []string // arguments for the verbs in the texts of the code
}

// Absent reports whether the key has no value yet. Every other mistake is in a value.
func (m Mistake) Absent() bool {
	return slices.Contains([]Code{Missing, NoAdmins, PageWithoutURL, NoAgreement, FaceWithoutURL}, m.Code)
}

func (m Mistake) String() string { return m.Path + ": " + m.Fill(english[m.Code]) }

// Error makes *Mistake an error, so that UnmarshalText of a type can return a Mistake without a path.
func (m *Mistake) Error() string { return m.String() }

// Fill formats a text of the code with the arguments.
func (m Mistake) Fill(format string) string {
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		args[i] = a
	}
	return fmt.Sprintf(format, args...)
}

// Code is the kind of a mistake. This file has its English text, package doctor the Chinese one.
type Code string

const (
	FileMissing        Code = "file_missing"
	FileDenied         Code = "file_denied"
	FileUnreadable     Code = "file_unreadable" // %s: reason
	NotYAML            Code = "not_yaml"
	NotYAMLAt          Code = "not_yaml_at" // %s: line numbers
	UnknownKey         Code = "unknown_key"
	MisplacedKey       Code = "misplaced_key" // %s: a key with the same last part
	NotSection         Code = "not_section"
	UnreadableVariable Code = "unreadable_variable" // %s: the variable with the path of the file

	NotOneOf         Code = "not_one_of"          // %s: valid values
	NotInRange       Code = "not_in_range"        // %s, %s: minimum and maximum
	NotNumberInRange Code = "not_number_in_range" // likewise, with fractions
	NotDuration      Code = "not_duration"
	WrongType        Code = "wrong_type" // %s: reason
	FaceWithoutURL   Code = "face_without_url"
	BadLadder        Code = "bad_ladder"
	NotFiles         Code = "not_files"
	NotText          Code = "not_text"
	NotNetwork       Code = "not_network"
	TrustsEverybody  Code = "trusts_everybody"
	NotHours         Code = "not_hours"

	Missing            Code = "missing"
	NotHostPort        Code = "not_host_port" // %s: an example
	NotURL             Code = "not_url"
	NotBaseURL         Code = "not_base_url"
	PlainHTTP          Code = "plain_http"
	NotDSN             Code = "not_dsn"
	NotPositive        Code = "not_positive"
	ExpiresLate        Code = "expires_late"
	LessThanADay       Code = "less_than_a_day"
	NoAdmins           Code = "no_admins"
	NotOpenID          Code = "not_open_id"
	NotDomain          Code = "not_domain"
	DocumentUnverified Code = "document_unverified"
	UnknownPlaceholder Code = "unknown_placeholder" // %s, %s: what stands there, and what can
	TooLong            Code = "too_long"            // %s: characters
	PhotosUnasked      Code = "photos_unasked"
	UnknownCheck       Code = "unknown_check"          // %s: what stands there
	CheckLevelNotOneOf Code = "check_level_not_one_of" // %s, %s: the check, and its levels
	CheckTwice         Code = "check_twice"            // %s: the check
	MarkWithoutCompany Code = "mark_without_company"
	PageWithoutURL     Code = "page_without_url"
	NoAgreement        Code = "no_agreement"
	NoCertAgreement    Code = "no_cert_agreement"
	SameAgreement      Code = "same_agreement"
	NotOneLine         Code = "not_one_line"
	AgreementTooLarge  Code = "agreement_too_large"
	AgreementEmpty     Code = "agreement_empty"
	NotPlainText       Code = "not_plain_text"
	AdminWithoutTenant Code = "admin_without_tenant"
	ChatOfOneTenant    Code = "chat_of_one_tenant"
	LongConnOfMany     Code = "long_connection_of_marketplace"
	NotWebhookURL      Code = "not_webhook_url"
	NotWebhookSecret   Code = "not_webhook_secret"
	InternalAddress    Code = "internal_address"
	NotCalendar        Code = "not_calendar" // %s: number of the line
	CalendarTooLarge   Code = "calendar_too_large"
	NotWrappingKey     Code = "not_wrapping_key"
	TwoWrappings       Code = "two_wrappings"
	NotKMSURI          Code = "not_kms_uri"
	TwoLogins          Code = "two_logins"
	SecretInFile       Code = "secret_in_file" // %s: the variable; that of a file

	// The codes below are the problems that package verify finds in the settings of Tencent Cloud.
	SupplierAddress   = Code("tencent_" + verify.NotAddress)
	SupplierHost      = Code("tencent_" + verify.NotHost)
	SupplierBase      = Code("tencent_" + verify.NotBase)
	SupplierHTTPS     = Code("tencent_" + verify.NotHTTPS)
	SupplierPlainHTTP = Code("tencent_" + verify.PlainHTTP)
	SupplierWord      = Code("tencent_" + verify.NotWord)
	SupplierSign      = Code("tencent_" + verify.NotSign)
	SupplierRegion    = Code("tencent_" + verify.NotRegion)
)

// english has the text of every code.
var english = map[Code]string{
	FileMissing:        "no such file or directory",
	FileDenied:         "permission denied",
	FileUnreadable:     "%s",
	NotYAML:            "not valid YAML: it cannot be parsed",
	NotYAMLAt:          "not valid YAML: see %s",
	UnknownKey:         "no such key",
	MisplacedKey:       "no such key (did you mean %s?)",
	NotSection:         "want a value, not a section",
	UnreadableVariable: "%s cannot be read",

	NotOneOf:           "want one of: %s",
	NotInRange:         "want a whole number from %s to %s",
	NotNumberInRange:   "want a number from %s to %s",
	NotDuration:        "want a duration such as 90s, 10m or 72h",
	WrongType:          "want another type of value: %s",
	UnknownCheck:       "no such check: %s (docs/checks.md lists them)",
	CheckLevelNotOneOf: "%s: want one of: %s",
	CheckTwice:         "%s stands there twice",
	BadLadder:          "want verification.method first, and each method once",
	FaceWithoutURL:     "is required by the method face, whose page returns to it",
	NotFiles:           "want a list such as [{title: 数字证书服务协议, version: \"20250801\", path: agreement.txt}]",
	NotText:            "want a text, not a list or a section",
	NotNetwork:         "want addresses or networks such as 10.0.0.7, 10.0.0.0/8 or fd00::/8",
	NotHours:           "want hours such as 09:00-18:00, the end after the beginning",
	TrustsEverybody:    "a network of all addresses lets readers choose the address that their evidence states",

	Missing:            "is missing",
	NotHostPort:        "want host:port, such as %s",
	NotURL:             "want scheme and host, such as https://open.feishu.cn",
	NotBaseURL:         "want scheme and host without a path",
	PlainHTTP:          "plain http is accepted to this machine only; use https",
	NotDSN:             "want sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
	NotPositive:        "must be more than 0",
	LessThanADay:       "must be at least 24h",
	ExpiresLate:        "must be at most 312h: Feishu's cards can be changed for 14 days only",
	NoAdmins:           "name at least one open_id; two are better, since nobody approves himself",
	NotOpenID:          "want open_ids such as ou_…",
	NotDomain:          "want domains such as esign.cn, without https://, port, path or *",
	DocumentUnverified: "want stop: the suppliers compare resident numbers only, so that this document cannot be verified",
	UnknownPlaceholder: "%s is no placeholder; want only: %s",
	PhotosUnasked:      "must be on_request with review.second_look: originals, since nobody could agree beforehand",
	TooLong:            "must have %s characters at most",
	PageWithoutURL: "is missing: evidence of revision 2025-10 needs the page on which people read the agreements, and a " +
		"page needs a public address. Set it, or set esign.evidence_revision: \"2024\", which e签宝 may refuse",
	NoAgreement: "is missing: evidence of revision 2025-10 states which version of 《数字证书服务协议》 people have read. " +
		"Get the text from e签宝 and name its file, or set esign.evidence_revision: \"2024\", which e签宝 may refuse",
	NoCertAgreement:    "none of the files has 数字证书服务协议 in its title or text, which e签宝 asks for",
	NotOneLine:         "want one line without control characters",
	SameAgreement:      "the same title and version as another file",
	AgreementTooLarge:  "the file is larger than 1 MB",
	AgreementEmpty:     "the file is empty",
	NotPlainText:       "want plain text in UTF-8; this is another encoding, or a format such as PDF or Word",
	MarkWithoutCompany: "uses {company}, but company.name is empty",
	AdminWithoutTenant: "a marketplace app has many tenants; want tenant_key/open_id for each admin",
	ChatOfOneTenant:    "belongs to one tenant; leave it empty with marketplace, and let each tenant's HR choose in chat",
	NotCalendar:        "line %s of the file: want a date and rest or work, such as 2028-10-01 rest 国庆节",
	CalendarTooLarge:   "the file is larger than 1 MB",
	NotWrappingKey:     "want 32 random bytes in Base64, such as `openssl rand -base64 32` prints",
	TwoWrappings:       "must be empty with kms.uri: one of them wraps the keys",
	NotKMSURI:          "want hcvault://HOST:PORT/transit/keys/NAME, a key of HashiCorp Vault's Transit engine",
	TwoLogins:          "must be empty with kms.role_id: one of them logs in",
	SecretInFile:       "must not stand in config.yaml; set it by %s, or by a file that %s names",
	LongConnOfMany:     "the long connection is for self-built apps only; use webhook",
	NotWebhookURL:      "want a whole address such as https://hr.example.com/hooks/shiming, without user and fragment",
	NotWebhookSecret:   "want whsec_ and the Base64 of 24 to 64 random bytes, several separated by commas, newest first",
	InternalAddress: "an internal address; set handover.allow_private: true if the receiver is in your own network " +
		"(link-local addresses are never allowed)",

	SupplierAddress:   verify.NotAddress.String(),
	SupplierHost:      verify.NotHost.String(),
	SupplierBase:      verify.NotBase.String(),
	SupplierHTTPS:     verify.NotHTTPS.String(),
	SupplierPlainHTTP: verify.PlainHTTP.String(),
	SupplierWord:      verify.NotWord.String(),
	SupplierSign:      verify.NotSign.String(),
	SupplierRegion:    verify.NotRegion.String(),
}

// Codes lists every code.
func Codes() []Code { return slices.Sorted(maps.Keys(english)) }

// byText compares two mistakes by their English texts.
func byText(a, b Mistake) int { return strings.Compare(a.String(), b.String()) }
