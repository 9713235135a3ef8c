package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"shiming/flows"
	"shiming/verify"
)

// Config is config.yaml. Every key is explained there.
type Config struct {
	Server struct {
		Listen, AdminListen, PublicURL string
	}
	Company string
	Feishu  struct {
		BaseURL, AppID, AppSecret, AppType, EncryptKey, VerificationToken, Transport string
	}
	HR struct {
		Admins                   []string
		ReviewChat, AnnounceChat string
	}
	ReviewRequired string
	OCRPerSecond   int
	Method         flows.Method
	Tencent        verify.Config
	Esign          struct {
		BaseURL, AppID, AppSecret, EvidenceRevision string
	}
	Store struct {
		DSN, Sync string
	}
	KeysetFile string
	Timing     struct {
		ReminderAfter, ExpireAfter, CodeTTL, CodeResend, PhotoGrace, FieldRetention, WriteQuiet time.Duration
	}
	LogLevel string
}

// String hides everything: a configuration holds secrets.
func (Config) String() string { return "[config]" }

// marketplace is the value of feishu.app_type for an app that many companies install.
const marketplace = "marketplace"

// websocket is the value of feishu.transport for the long connection.
const websocket = "websocket"

// setting is one key of config.yaml.
type setting struct {
	path string
	def  string
	set  func(c *Config, value string) error
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

// settings lists every key with its default. A key that is not here is an error.
var settings = []setting{
	{"server.listen", ":8080", text(func(c *Config) *string { return &c.Server.Listen })},
	{"server.admin_listen", "", text(func(c *Config) *string { return &c.Server.AdminListen })},
	{"server.public_url", "", text(func(c *Config) *string { return &c.Server.PublicURL })},
	{"company.name", "", text(func(c *Config) *string { return &c.Company })},
	{"feishu.base_url", "https://open.feishu.cn", text(func(c *Config) *string { return &c.Feishu.BaseURL })},
	{"feishu.app_id", "", text(func(c *Config) *string { return &c.Feishu.AppID })},
	{"feishu.app_secret", "", text(func(c *Config) *string { return &c.Feishu.AppSecret })},
	{"feishu.app_type", "self_built", oneOf(func(c *Config) *string { return &c.Feishu.AppType }, "self_built", marketplace)},
	{"feishu.encrypt_key", "", text(func(c *Config) *string { return &c.Feishu.EncryptKey })},
	{"feishu.verification_token", "", text(func(c *Config) *string { return &c.Feishu.VerificationToken })},
	{"feishu.transport", "webhook", oneOf(func(c *Config) *string { return &c.Feishu.Transport }, "webhook", websocket)},
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

// ConfigError lists every mistake of a configuration, each with its dotted path.
type ConfigError struct{ Problems []string }

func (e *ConfigError) Error() string {
	return "configuration:\n  " + strings.Join(e.Problems, "\n  ")
}

// LoadConfig reads defaults, then the file, then the environment: SHIMING_ + path in
// capitals with _ for each dot, or the same with _FILE for a file that holds the value.
// All mistakes are reported at once.
func LoadConfig(path string, environ []string) (Config, error) {
	var problems []string
	values := map[string]string{}
	for _, s := range settings {
		values[s.path] = s.def
	}
	if path != "" {
		more, whole := readFile(path, values)
		if !whole { // nothing else could be said about it
			return Config{}, &ConfigError{more}
		}
		problems = append(problems, more...)
	}
	problems = append(problems, readEnviron(environ, values)...)
	c, more := parse(values)
	problems = append(problems, more...)
	if len(problems) > 0 {
		return Config{}, &ConfigError{problems}
	}
	return c, nil
}

// ConfigOf builds a configuration from dotted paths and values; what is missing has its default.
func ConfigOf(values map[string]string) (Config, error) {
	all := map[string]string{}
	for _, s := range settings {
		all[s.path] = s.def
	}
	var problems []string
	for path, v := range values {
		if _, known := all[path]; !known {
			problems = append(problems, path+": no such key")
		}
		all[path] = v
	}
	c, more := parse(all)
	if problems = append(problems, more...); len(problems) > 0 {
		return Config{}, &ConfigError{problems}
	}
	return c, nil
}

// readFile overrides values from the file. whole is false when it could not be read at all.
func readFile(path string, values map[string]string) (problems []string, whole bool) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		var perr *os.PathError
		if errors.As(err, &perr) {
			return []string{path + ": " + perr.Err.Error()}, false
		}
		return []string{path + ": not valid YAML: " + where(err)}, false
	}
	keys := k.Keys()
	slices.Sort(keys)
	for _, key := range keys {
		if _, known := values[key]; !known {
			problems = append(problems, key+": no such key"+suggestion(key))
			continue
		}
		switch v := k.Get(key).(type) {
		case nil:
		case []any:
			list := make([]string, len(v))
			for i := range v {
				list[i] = fmt.Sprint(v[i])
			}
			values[key] = strings.Join(list, ",")
		case map[string]any:
			problems = append(problems, key+": want a value, not a section")
		default:
			values[key] = fmt.Sprint(v)
		}
	}
	return problems, true
}

// where keeps of a parser's message only the lines that it names: the rest may quote the
// file, which may hold secrets.
func where(err error) string {
	lines := regexp.MustCompile(`line \d+`).FindAllString(err.Error(), 3)
	if len(lines) == 0 {
		return "it cannot be parsed"
	}
	return "see " + strings.Join(lines, ", ")
}

// suggestion names a known key with the same last part.
func suggestion(key string) string {
	last := key[strings.LastIndex(key, ".")+1:]
	for _, s := range settings {
		if strings.HasSuffix(s.path, "."+last) {
			return " (did you mean " + s.path + "?)"
		}
	}
	return ""
}

// readEnviron overrides values from the environment. Variables that name no key are left
// alone: Kubernetes puts some with this prefix there by itself.
func readEnviron(environ []string, values map[string]string) (problems []string) {
	env := map[string]string{}
	for _, kv := range environ {
		if name, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(name, "SHIMING_") {
			env[name] = v
		}
	}
	for _, s := range settings {
		name := "SHIMING_" + strings.ToUpper(strings.ReplaceAll(s.path, ".", "_"))
		if v, ok := env[name]; ok {
			values[s.path] = v
		}
		if f, ok := env[name+"_FILE"]; ok {
			raw, err := os.ReadFile(f)
			if err != nil {
				problems = append(problems, s.path+": "+name+"_FILE cannot be read")
				continue
			}
			values[s.path] = strings.TrimRight(string(raw), "\r\n")
		}
	}
	return problems
}

func parse(values map[string]string) (c Config, problems []string) {
	wrong := map[string]bool{}
	for _, s := range settings {
		if err := s.set(&c, values[s.path]); err != nil {
			problems = append(problems, s.path+": "+err.Error())
			wrong[s.path] = true
		}
	}
	for _, p := range c.check() {
		if path, _, _ := strings.Cut(p, ":"); !wrong[path] { // one word about a key is enough
			problems = append(problems, p)
		}
	}
	return c, problems
}

// check finds what is wrong between the keys.
func (c *Config) check() (problems []string) {
	bad := func(path, why string) { problems = append(problems, path+": "+why) }
	require := func(path, v string) {
		if v == "" {
			bad(path, "is missing")
		}
	}
	if _, _, err := net.SplitHostPort(c.Server.Listen); err != nil {
		bad("server.listen", "want host:port, such as :8080")
	}
	if c.Server.AdminListen != "" {
		if _, _, err := net.SplitHostPort(c.Server.AdminListen); err != nil {
			bad("server.admin_listen", "want host:port, such as 127.0.0.1:9090")
		}
	}
	if c.Server.PublicURL != "" {
		baseURL(bad, "server.public_url", c.Server.PublicURL)
	}
	baseURL(bad, "feishu.base_url", c.Feishu.BaseURL)
	require("feishu.app_id", c.Feishu.AppID)
	require("feishu.app_secret", c.Feishu.AppSecret)
	if c.Feishu.Transport != websocket { // there the connection itself is what proves who sends
		require("feishu.encrypt_key", c.Feishu.EncryptKey)
		require("feishu.verification_token", c.Feishu.VerificationToken)
	}
	if len(c.HR.Admins) == 0 {
		bad("hr.admins", "name at least one open_id; two are better, since nobody approves himself")
	}
	problems = append(problems, c.checkTenants()...)
	if c.Method == flows.ThreeElements {
		if err := c.Tencent.Validate(); err != nil {
			problems = append(problems, strings.Split(err.Error(), "\n")...)
		}
		baseURL(bad, "esign.base_url", c.Esign.BaseURL)
		require("esign.app_id", c.Esign.AppID)
		require("esign.app_secret", c.Esign.AppSecret)
	}
	if !c.onSQLite() && !c.onPostgres() {
		bad("store.dsn", "want sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	require("security.keyset_file", c.KeysetFile)
	t := c.Timing
	for path, d := range map[string]time.Duration{"timing.reminder_after": t.ReminderAfter, "timing.expire_after": t.ExpireAfter,
		"timing.code_ttl": t.CodeTTL, "timing.code_resend": t.CodeResend, "timing.write_quiet": t.WriteQuiet} {
		if d == 0 {
			bad(path, "must be more than 0")
		}
	}
	// A card can be changed for 14 days; a case that outlives its card could not say what became of it.
	if t.ExpireAfter > 13*24*time.Hour {
		bad("timing.expire_after", "must be at most 312h: Feishu's cards can be changed for 14 days only")
	}
	slices.Sort(problems)
	return problems
}

// checkTenants finds what does not fit one company, or many.
func (c *Config) checkTenants() (problems []string) {
	many := c.Feishu.AppType == marketplace
	for _, a := range c.HR.Admins {
		tenantKey, id, named := strings.Cut(a, "/")
		switch {
		case strings.ContainsAny(a, " \t@") || strings.Count(a, "/") > 1 || named && !many:
			problems = append(problems, "hr.admins: want open_ids such as ou_…")
		case many && (!named || tenantKey == "" || id == ""):
			problems = append(problems, "hr.admins: a marketplace app has many tenants; want tenant_key/open_id for each admin")
		default:
			continue
		}
		break
	}
	if !many {
		return problems
	}
	if c.Feishu.Transport == websocket {
		problems = append(problems, "feishu.transport: the long connection is for self-built apps only; use webhook")
	}
	for path, chat := range map[string]string{"hr.review_chat": c.HR.ReviewChat, "hr.announce_chat": c.HR.AnnounceChat} {
		if chat != "" {
			problems = append(problems, path+": belongs to one tenant; leave it empty with marketplace, and let each tenant's HR choose in chat")
		}
	}
	return problems
}

// onSQLite and onPostgres tell which database store.dsn names; neither is true of a mistake.
func (c *Config) onSQLite() bool {
	path, ok := strings.CutPrefix(c.Store.DSN, "sqlite:")
	return ok && path != ""
}

func (c *Config) onPostgres() bool {
	u, err := url.Parse(c.Store.DSN)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
}

// baseURL checks scheme and host without a path; plain http only to this machine.
func baseURL(bad func(path, why string), path, v string) {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		bad(path, "want scheme and host, such as https://open.feishu.cn")
		return
	}
	if u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		bad(path, "want scheme and host without a path")
		return
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		bad(path, "plain http is accepted to this machine only; use https")
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
