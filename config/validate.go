package config

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"shiming/flows"
)

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
	if c.Feishu.Transport != WebSocket { // there the connection itself is what proves who sends
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
	if !c.onSQLite() && !c.OnPostgres() {
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
	many := c.Feishu.AppType == Marketplace
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
	if c.Feishu.Transport == WebSocket {
		problems = append(problems, "feishu.transport: the long connection is for self-built apps only; use webhook")
	}
	for path, chat := range map[string]string{"hr.review_chat": c.HR.ReviewChat, "hr.announce_chat": c.HR.AnnounceChat} {
		if chat != "" {
			problems = append(problems, path+": belongs to one tenant; leave it empty with marketplace, and let each tenant's HR choose in chat")
		}
	}
	return problems
}

// onSQLite and OnPostgres tell which database store.dsn names; neither is true of a mistake.
func (c *Config) onSQLite() bool {
	path, ok := strings.CutPrefix(c.Store.DSN, "sqlite:")
	return ok && path != ""
}

func (c *Config) OnPostgres() bool {
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
