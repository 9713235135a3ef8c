package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"shiming/bot"
	"shiming/config"
	"shiming/flows"
	"shiming/store"
	"shiming/web"
)

// One Feishu client implements the login of the pages, and the engine's store keeps their texts.
var (
	_ web.Login      = (*bot.Client)(nil)
	_ agreementTexts = (*store.Store)(nil)
)

// agreementTexts keeps every text that was ever shown.
type agreementTexts interface {
	KeepAgreement(ctx context.Context, f flows.AgreementFile, text []byte) error
	AgreementText(ctx context.Context, sha256 string) ([]byte, error)
	MACs(purpose string, data ...string) [][]byte
}

// agreementPage keeps the texts of the configuration and describes the page; nil if there is none. The policy needs it
// before the engine exists, and the handler of the page needs the engine.
func agreementPage(ctx context.Context, cfg config.Config, texts agreementTexts) (*flows.AgreementPage, error) {
	if !cfg.HasPage() {
		return nil, nil
	}
	page := &flows.AgreementPage{
		ReadType: flows.ReadType(cfg.Agreement.ReadType),
		Login:    flows.PageLogin(cfg.Agreement.Login),
		Link:     web.Links(cfg.Server.PublicURL, texts.MACs),
	}
	for _, f := range cfg.Agreements() {
		id := f.Identity()
		err := texts.KeepAgreement(ctx, id, f.Text())
		if errors.Is(err, store.ErrAgreementChanged) {
			return nil, fmt.Errorf("agreement.files: the text of 《%s》 version %s has changed since it was first used; "+
				"give it another version: %w", id.Title, id.Version, err)
		}
		if err != nil {
			return nil, fmt.Errorf("agreement.files: %w", err)
		}
		page.Files = append(page.Files, id)
	}
	return page, nil
}

// servePage makes the handler of the page. It does nothing without a page.
func (a *App) servePage(page *flows.AgreementPage, m *metrics) (err error) {
	if page == nil {
		return nil
	}
	warnOfProxy(a.cfg, a.log)
	for _, o := range web.Outcomes { // so that the first one is an increase
		m.agreements.WithLabelValues(string(o))
	}
	c := web.Config{
		PublicURL:      a.cfg.Server.PublicURL,
		Cases:          a.engine,
		MAC:            a.store.MACs,
		Page:           *page,
		Texts:          map[string][]byte{},
		Kept:           a.store.AgreementText,
		TrustedProxies: a.cfg.Server.TrustedProxies,
		ChatURL:        chatURL(a.cfg),
		Now:            a.engine.Now,
		Log:            a.log,
		Observe:        m.agreementPage,
	}
	if page.Login == flows.LoginFeishu {
		c.Login = a.client
	}
	for _, f := range a.cfg.Agreements() {
		c.Texts[f.Identity().SHA256] = f.Text()
	}
	handler, err := web.New(c)
	if err != nil {
		return fmt.Errorf("server.public_url: %w", err)
	}
	a.pages.agreement = handler
	return nil
}

// warnWithoutPage says at the start what an installation of the outdated revision cannot do, and why.
func warnWithoutPage(cfg config.Config, log *slog.Logger) {
	if cfg.Verification.Method == flows.MethodNone || cfg.Esign.EvidenceRevision != config.Revision2024 {
		return
	}
	why := `it is configured so; "2025-10" states it`
	if cfg.Server.PublicURL == "" {
		why = "without server.public_url people cannot open the agreement page"
	}
	log.Warn("esign.evidence_revision is 2024: the evidence of new cases does not state that people have read "+
		"《数字证书服务协议》, and e签宝 may refuse it", "why", why)
}

// warnOfProxy warns before the first person reads for nothing.
func warnOfProxy(cfg config.Config, log *slog.Logger) {
	if strings.HasPrefix(cfg.Server.PublicURL, "https:") && len(cfg.Server.TrustedProxies) == 0 {
		log.Warn("server.public_url is https, so a proxy stands before this server, but server.trusted_proxies is empty: " +
			"the agreement page cannot tell a reader's address, so that nobody can accept; set it to the proxies' addresses")
	}
}

// chatURL returns the address that opens the chat with the bot inside Feishu (page "AppLink 协议", 打开机器人会话).
func chatURL(cfg config.Config) string {
	hosts := map[string]string{
		"https://open.feishu.cn":     "https://applink.feishu.cn",
		"https://open.larksuite.com": "https://applink.larksuite.com",
	}
	base, ok := hosts[cfg.Feishu.BaseURL]
	if !ok {
		base = cfg.Feishu.BaseURL // a simulated Feishu has all hosts
	}
	return base + "/client/bot/open?" + url.Values{"appId": {cfg.Feishu.AppID}}.Encode()
}
