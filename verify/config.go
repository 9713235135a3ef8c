package verify

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Defaults of the configuration. The hosts are public (https://cloud.tencent.com/document/api/1007/39765, …/382/55981).
const (
	DefaultEndpointFaceID = "https://faceid.tencentcloudapi.com"
	DefaultEndpointSMS    = "https://sms.tencentcloudapi.com"
	DefaultRegion         = "ap-guangzhou" // SMS is available in ap-beijing, ap-guangzhou and ap-nanjing
)

// DefaultTimeout limits one call from dialling to the last byte of the response.
const DefaultTimeout = 10 * time.Second

// Config is the section verification.tencent of the configuration file.
type Config struct {
	// An endpoint is [scheme://]host[:port]. The default scheme is https; http is allowed to loopback only. An empty
	// endpoint means the default above.
	EndpointFaceID string `koanf:"endpoint_faceid"`
	EndpointSMS    string `koanf:"endpoint_sms"`

	SecretID      string `koanf:"secret_id"`       // SecretId of a key that may call faceid and sms
	SecretKey     Secret `koanf:"secret_key"`      // SecretKey of the same pair
	Region        string `koanf:"region"`          // X-TC-Region of sms (faceid takes none); empty = DefaultRegion
	SMSSdkAppID   string `koanf:"sms_sdk_app_id"`  // SmsSdkAppId, digits, e.g. 1400006666
	SMSSignName   string `koanf:"sms_sign_name"`   // approved signature text (签名), without brackets
	SMSTemplateID string `koanf:"sms_template_id"` // approved template with two variables: {1} code, {2} minutes

	// FaceRuleID is the RuleId of the approved flow for a face (人脸核身 console); only the method face needs it.
	FaceRuleID string `koanf:"face_rule_id"`

	// WithoutSMS lets the keys of SMS be empty, because no method sends a code. SendCode then fails with CodeNotSetUp.
	WithoutSMS bool

	Supplier string // legal name of the supplier in the results; empty = DefaultSupplier

	Timeout time.Duration    // per call; 0 = DefaultTimeout
	Now     func() time.Time // clock for results; nil = time.Now (the vendor's client always signs with time.Now)
	// Surprised, if set, is called for each difference between an answer and its published page, with the action, as
	// package shape names it.
	Surprised func(action, difference string)
}

// Secret is a string that appears as *** when it is printed, logged or marshalled.
type Secret string

const hidden = "***"

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Problem is the kind of a mistake in the value of a key.
type Problem string

const (
	NotAddress Problem = "not_address"
	NotHost    Problem = "not_host"     // host or port
	NotBase    Problem = "not_base_url" // more than scheme and host
	NotHTTPS   Problem = "not_https"
	PlainHTTP  Problem = "plain_http_to_others"
	NotWord    Problem = "not_word" // empty, or with spaces
	NotSign    Problem = "not_sign" // empty, or with brackets
	NotRegion  Problem = "not_region"
	Negative   Problem = "negative"
)

var problemTexts = map[Problem]string{
	NotAddress: "not an address",
	NotHost:    "host or port is not valid",
	NotBase:    "must be scheme and host only",
	NotHTTPS:   "scheme must be https",
	PlainHTTP:  "plain http is accepted to loopback only",
	NotWord:    "required, without spaces",
	NotSign:    "required, without brackets",
	NotRegion:  "must look like " + DefaultRegion,
	Negative:   "must not be negative",
}

func (p Problem) String() string { return problemTexts[p] }

// ConfigError is one mistake in a Config. Its text does not contain the value.
type ConfigError struct {
	Path    string // dotted path of the key
	Problem Problem
}

func (e *ConfigError) Error() string { return e.Path + ": " + e.Problem.String() }

// Validate returns all mistakes as one error, which wraps a *ConfigError for each.
func (c Config) Validate() error {
	var errs []error
	for _, e := range c.Mistakes() {
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// Mistakes returns all mistakes in a Config.
func (c Config) Mistakes() (all []*ConfigError) {
	bad := func(key string, p Problem) { all = append(all, &ConfigError{"verification.tencent." + key, p}) }
	if _, p := parseEndpoint(c.EndpointFaceID, DefaultEndpointFaceID); p != "" {
		bad("endpoint_faceid", p)
	}
	if _, p := parseEndpoint(c.EndpointSMS, DefaultEndpointSMS); p != "" {
		bad("endpoint_sms", p)
	}
	if !printable(c.SecretID) {
		bad("secret_id", NotWord)
	}
	if !printable(string(c.SecretKey)) {
		bad("secret_key", NotWord)
	}
	if c.Region != "" && !regionForm.MatchString(c.Region) {
		bad("region", NotRegion)
	}
	if !printable(c.SMSSdkAppID) && !c.mayLack(c.SMSSdkAppID) {
		bad("sms_sdk_app_id", NotWord)
	}
	if strings.TrimSpace(c.SMSSignName) == "" && !c.mayLack(c.SMSSignName) || strings.ContainsAny(c.SMSSignName, "【】[]") {
		bad("sms_sign_name", NotSign)
	}
	if !printable(c.SMSTemplateID) && !c.mayLack(c.SMSTemplateID) {
		bad("sms_template_id", NotWord)
	}
	if c.Timeout < 0 {
		bad("timeout", Negative)
	}
	return all
}

// mayLack reports whether the value of a key of SMS may stay as it is because it is empty.
func (c Config) mayLack(value string) bool { return c.WithoutSMS && value == "" }

// sendsCodes reports whether all keys of SMS have a value.
func (c Config) sendsCodes() bool {
	return c.SMSSdkAppID != "" && c.SMSSignName != "" && c.SMSTemplateID != ""
}

var (
	regionForm = regexp.MustCompile(`^[a-z]{2,4}-[a-z0-9-]{2,30}$`)
	hostForm   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
)

// printable reports whether s is visible ASCII without spaces, as an Authorization header requires.
func printable(s string) bool {
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return s != ""
}

// endpoint is a valid base address.
type endpoint struct {
	scheme string // "HTTP" or "HTTPS", as the vendor's client spells it
	host   string // host or host:port
}

// parseEndpoint parses a base address, or fallback if s is empty. problem is "" for a valid address.
func parseEndpoint(s, fallback string) (e endpoint, problem Problem) {
	if s == "" {
		s = fallback
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return endpoint{}, NotAddress
	}
	switch {
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Trim(u.Path, "/") != "":
		return endpoint{}, NotBase
	case !validHost(u.Hostname()), !validPort(u):
		return endpoint{}, NotHost
	case u.Scheme == "https":
		return endpoint{"HTTPS", u.Host}, ""
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return endpoint{"HTTP", u.Host}, ""
	case u.Scheme == "http":
		return endpoint{}, PlainHTTP
	default:
		return endpoint{}, NotHTTPS
	}
}

func validHost(h string) bool {
	if _, err := netip.ParseAddr(h); err == nil {
		return true
	}
	return len(h) <= 253 && hostForm.MatchString(h)
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(u.Port())
	return err == nil && n > 0 && n < 1<<16
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
