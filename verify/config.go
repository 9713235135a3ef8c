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

// Public hosts of the two services (https://cloud.tencent.com/document/api/1007/39765, …/382/55981).
const (
	DefaultEndpointFaceID = "https://faceid.tencentcloudapi.com"
	DefaultEndpointSMS    = "https://sms.tencentcloudapi.com"
	DefaultRegion         = "ap-guangzhou" // one of the three regions that SMS lives in, with ap-beijing and ap-nanjing
)

// DefaultTimeout bounds one call from dialling to the last byte of the answer.
const DefaultTimeout = 10 * time.Second

// Config is the section verification.tencent of the configuration file.
type Config struct {
	// [scheme://]host[:port]; https without a scheme; http only to loopback; empty = DefaultEndpointFaceID
	EndpointFaceID string
	EndpointSMS    string // as above; empty = DefaultEndpointSMS
	SecretID       string // SecretId of a key that may call faceid and sms
	SecretKey      Secret // SecretKey of the same pair
	Region         string // X-TC-Region of sms (faceid takes none); empty = DefaultRegion
	SMSSdkAppID    string // SmsSdkAppId, digits, e.g. 1400006666
	SMSSignName    string // approved signature text (签名), without brackets
	SMSTemplateID  string // approved template with two variables: {1} code, {2} minutes

	Timeout time.Duration    // per call; 0 = DefaultTimeout
	Now     func() time.Time // clock for results; nil = time.Now (the vendor's client signs with time.Now in any case)
}

// Secret is a string that does not print itself.
type Secret string

const hidden = "***"

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

const configPath = "verification.tencent."

// Validate reports every mistake at once, each with the dotted path of its key. Values are not repeated in the
// messages.
func (c Config) Validate() error {
	var errs []error
	bad := func(key, why string) { errs = append(errs, errors.New(configPath+key+": "+why)) }
	if _, err := parseEndpoint(c.EndpointFaceID, DefaultEndpointFaceID); err != nil {
		bad("endpoint_faceid", err.Error())
	}
	if _, err := parseEndpoint(c.EndpointSMS, DefaultEndpointSMS); err != nil {
		bad("endpoint_sms", err.Error())
	}
	if !printable(c.SecretID) {
		bad("secret_id", "required, without spaces")
	}
	if !printable(string(c.SecretKey)) {
		bad("secret_key", "required, without spaces")
	}
	if c.Region != "" && !regionForm.MatchString(c.Region) {
		bad("region", "must look like "+DefaultRegion)
	}
	if !printable(c.SMSSdkAppID) {
		bad("sms_sdk_app_id", "required, without spaces")
	}
	if strings.TrimSpace(c.SMSSignName) == "" || strings.ContainsAny(c.SMSSignName, "【】[]") {
		bad("sms_sign_name", "required, without brackets")
	}
	if !printable(c.SMSTemplateID) {
		bad("sms_template_id", "required, without spaces")
	}
	if c.Timeout < 0 {
		bad("timeout", "must not be negative")
	}
	return errors.Join(errs...)
}

var (
	regionForm = regexp.MustCompile(`^[a-z]{2,4}-[a-z0-9-]{2,30}$`)
	hostForm   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
)

// printable says whether s is visible ASCII without spaces: anything else could not go into an Authorization header.
func printable(s string) bool {
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return s != ""
}

// endpoint is a checked base address.
type endpoint struct {
	scheme string // "HTTP" or "HTTPS", the vendor's spelling
	host   string // host or host:port
}

func parseEndpoint(s, fallback string) (endpoint, error) {
	if s == "" {
		s = fallback
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return endpoint{}, errors.New("not an address")
	}
	switch {
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Trim(u.Path, "/") != "":
		return endpoint{}, errors.New("must be scheme and host only")
	case !validHost(u.Hostname()), !validPort(u):
		return endpoint{}, errors.New("host or port is not valid")
	case u.Scheme == "https":
		return endpoint{"HTTPS", u.Host}, nil
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return endpoint{"HTTP", u.Host}, nil
	case u.Scheme == "http":
		return endpoint{}, errors.New("plain http is accepted to loopback only")
	default:
		return endpoint{}, errors.New("scheme must be https")
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
