package doctor_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/config"
	"shiming/doctor"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim/feishu"
	"shiming/sim/wire"
	"shiming/store"
	"shiming/store/keyset"
)

// checkCases break one thing each. want is the expected outcome of the check step; testdata has the report.
var checkCases = []struct {
	name, step string
	want       doctor.Outcome
	change     func(c *checked)
}{
	{"all well", "clock", doctor.OK, func(c *checked) { c.ocr = true }},
	{"receiver answers", "handover.receiver", doctor.OK, func(c *checked) { c.notify = true }},
	{"receiver has another secret", "handover.receiver", doctor.Problem, func(c *checked) {
		c.notify = true
		c.values["handover.secret"] = "whsec_" + strings.Repeat("QUJD", 8)
	}},
	{"receiver of heads answers", "dpo.heads_url", doctor.OK, func(c *checked) {
		c.notify = true
		c.values["dpo.heads_url"], c.values["dpo.heads_secret"] = c.values["handover.url"], c.values["handover.secret"]
	}},
	{"receiver of heads has another secret", "dpo.heads_url", doctor.Problem, func(c *checked) {
		c.notify = true
		c.values["dpo.heads_url"], c.values["dpo.heads_secret"] = c.values["handover.url"], "whsec_"+strings.Repeat("QUJD", 8)
	}},
	{"receiver redirects", "handover.receiver", doctor.Problem, func(c *checked) { c.fault("handover", "", 302, "") }},
	{"no signing service", "esign.sdk", doctor.Problem, func(c *checked) {
		c.values["esign.sdk_url"] = c.world.GatewayURL
	}},
	{
		"wrong app secret",
		"feishu.credentials",
		doctor.Problem,
		func(c *checked) { c.values["feishu.app_secret"] = "wrongSecretEXAMPLE" },
	},
	{"wrong app id", "feishu.credentials", doctor.Problem, func(c *checked) { c.values["feishu.app_id"] = "cli_other" }},
	{
		"Feishu out of reach",
		"feishu.credentials",
		doctor.Problem,
		func(c *checked) { c.values["feishu.base_url"] = "http://" + unusedAddress(c.T) },
	},
	{
		"bot switched off",
		"feishu.bot",
		doctor.Problem,
		func(c *checked) { c.world.Feishu.Set(func(k *feishu.Behaviour) { k.BotOff = true }) },
	},
	{"nothing published", "feishu.published", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Draft = true })
	}},
	{"first version in review", "feishu.published", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Draft, s.InReview = true, true })
	}},
	{"newer version in review", "feishu.published", doctor.Warning, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.InReview = true })
	}},
	{"platform tells as little as its pages", "feishu.event.im.message.receive_v1", doctor.Unknown, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Untold = true })
	}},
	{"Feishu has trouble", "feishu.bot", doctor.Problem, func(c *checked) { c.fault("feishu", "bot.info", 503, "") }},
	{
		"scope for messages",
		"feishu.scope.im:message.p2p_msg:readonly",
		doctor.Problem,
		func(c *checked) { c.world.Feishu.Revoke("im:message.p2p_msg:readonly") },
	},
	{"scopes in the name of users only", "feishu.scope.document_ai:id_card:recognize", doctor.Problem, func(c *checked) {
		c.fault("feishu", "scope.list", 200, `{"code":0,"msg":"success","data":{"scopes":[
			{"scope_name":"document_ai:id_card:recognize","grant_status":1,"scope_type":"user"},
			{"scope_name":"im:message","grant_status":1,"scope_type":"tenant"}]}}`)
	}},
	{
		"scope for passports",
		"feishu.scope.document_ai:chinese_passport:recognize",
		doctor.Warning,
		func(c *checked) { c.world.Feishu.Revoke("document_ai:chinese_passport:recognize") },
	},
	{
		"scope for identities",
		"feishu.scope.human_authentication:identity",
		doctor.Problem,
		func(c *checked) { c.world.Feishu.Revoke("human_authentication:identity") },
	},
	{
		"scope for mobiles",
		"feishu.scope.contact:user.phone:readonly",
		doctor.Warning,
		func(c *checked) { c.world.Feishu.Revoke("contact:user.phone:readonly") },
	},
	{
		"scope for the app itself",
		"feishu.callback.card.action.trigger",
		doctor.Unknown,
		func(c *checked) { c.world.Feishu.Revoke(doctor.ScopeApp) },
	},
	{"scope for groups", "hr.review_chat", doctor.Unknown, func(c *checked) { c.world.Feishu.Revoke("im:chat:readonly") }},
	{"wider scope instead", "feishu.scope.im:message:send_as_bot", doctor.OK, func(c *checked) {
		c.world.Feishu.Revoke("im:message:send_as_bot")
		c.world.Feishu.Grant("im:message")
	}},
	{
		"event not subscribed",
		"feishu.event.im.message.receive_v1",
		doctor.Problem,
		func(c *checked) { c.unsubscribe("im.message.receive_v1") },
	},
	{
		"optional event not subscribed",
		"feishu.event.application.bot.menu_v6",
		doctor.Warning,
		func(c *checked) { c.unsubscribe("application.bot.menu_v6") },
	},
	{"callback not subscribed", "feishu.callback.card.action.trigger", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.Callbacks = nil })
	}},
	{
		"callback sent elsewhere",
		"feishu.callback.card.action.trigger",
		doctor.Problem,
		func(c *checked) { c.values["feishu.transport"] = "websocket" },
	},
	{"events sent elsewhere", "feishu.event.im.message.receive_v1", doctor.Problem, func(c *checked) {
		c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) { s.EventWay = "websocket" })
	}},
	{"long connection refused", "feishu.long_connection", doctor.Problem, func(c *checked) {
		c.longConnection()
		c.fault("feishu", "ws.endpoint", 200, `{"code":403,"msg":"forbidden"}`)
	}},
	{
		"nobody at the public address",
		"feishu.webhook",
		doctor.Problem,
		func(c *checked) { c.values["server.public_url"] = "http://" + unusedAddress(c.T) },
	},
	{"somebody else at the public address", "feishu.webhook", doctor.Problem, func(c *checked) {
		s := httptest.NewServer(http.NotFoundHandler())
		c.Cleanup(s.Close)
		c.values["server.public_url"] = s.URL
	}},
	{"a serve with other keys", "feishu.webhook", doctor.Problem, func(c *checked) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"unauthorized"}`))
		}))
		c.Cleanup(s.Close)
		c.values["server.public_url"] = s.URL
	}},
	{"no public address", "feishu.webhook", doctor.Unknown, func(c *checked) { c.withoutPage() }},
	{"no page, with the older revision", "agreement.page", doctor.Warning, func(c *checked) { c.withoutPage() }},
	{"public address without agreements", "agreement.page", doctor.Warning, func(c *checked) {
		c.values["agreement.files"], c.values["esign.evidence_revision"] = "", "2024"
	}},
	{"no page, and nothing is filed", "agreement.page", doctor.OK, func(c *checked) {
		c.values["verification.method"] = "none"
		c.withoutPage()
	}},
	{"proxy that does not pass the page", "agreement.page", doctor.Problem, func(c *checked) {
		c.pageAnswers(http.NotFound)
	}},
	{"website of the company instead of the page", "agreement.page", doctor.Problem, func(c *checked) {
		c.pageAnswers(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<!doctype html><p>欢迎")) })
	}},
	{"login in front of the page", "agreement.page", doctor.Problem, func(c *checked) {
		c.pageAnswers(http.RedirectHandler("https://sso.example.com/", http.StatusFound).ServeHTTP)
	}},
	{"proxy that does not find serve", "agreement.page", doctor.Problem, func(c *checked) {
		c.pageAnswers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		c.serveHere()
	}},
	{"no serve behind the proxy", "agreement.page", doctor.Unknown, func(c *checked) {
		c.pageAnswers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	}},
	{"long connection, and nobody at the public address", "agreement.page", doctor.Problem, func(c *checked) {
		c.longConnection()
		c.serveHere()
		c.values["server.public_url"] = "http://" + unusedAddress(c.T)
	}},
	{"long connection, and no serve", "agreement.page", doctor.Unknown, func(c *checked) {
		c.longConnection()
		c.values["server.public_url"] = "http://" + unusedAddress(c.T)
	}},
	{"https without a trusted proxy", "server.trusted_proxies", doctor.Problem, func(c *checked) {
		c.longConnection()
		c.values["server.public_url"] = "https://" + unusedAddress(c.T)
	}},
	{"https with a trusted proxy", "server.trusted_proxies", doctor.OK, func(c *checked) {
		c.longConnection()
		c.values["server.public_url"] = "https://" + unusedAddress(c.T)
		c.values["server.trusted_proxies"] = "127.0.0.1,10.0.0.0/8"
	}},
	{"login to the page", "feishu.redirect_url", doctor.Unknown, func(*checked) {}},
	{"page without a login", "feishu.redirect_url", "", func(c *checked) { c.values["agreement.login"] = "none" }},
	{"agreement changed under its version", "agreement.files", doctor.Problem, func(c *checked) {
		c.read(certText)
		c.values["agreement.files"] = c.agreement(certText + "第二条……\n")
	}},
	{"scope for user ids", "feishu.scope.contact:user.employee_id:readonly", doctor.Problem, func(c *checked) {
		c.values["feishu.user_id_type"] = "user_id"
		c.world.Feishu.Revoke("contact:user.employee_id:readonly")
	}},
	{"user ids with their scope", "feishu.scope.contact:user.employee_id:readonly", doctor.OK, func(c *checked) {
		c.values["feishu.user_id_type"] = "user_id"
		c.world.Feishu.Grant("contact:user.employee_id:readonly")
	}},
	{"scope for user ids that nobody needs", "feishu.scope.contact:user.employee_id:readonly", "", func(c *checked) {
		c.world.Feishu.Revoke("contact:user.employee_id:readonly")
	}},
	{"not in the group", "hr.review_chat", doctor.Problem, func(c *checked) {
		if _, err := c.world.Feishu.RemoveBotFromGroup(c.Context(), c.world.ReviewChat(), c.world.Admins()[0]); err != nil {
			c.Fatal(err)
		}
	}},
	{"group chosen in chat, without the bot", "hr.review_chat", doctor.Problem, func(c *checked) {
		gone := c.world.Feishu.AddGroup("", "旧群", c.world.Admins()...)
		if _, err := c.world.Feishu.RemoveBotFromGroup(c.Context(), gone, c.world.Admins()[0]); err != nil {
			c.Fatal(err)
		}
		c.database(func(s *store.Store) error {
			return s.Tx(c.Context(), func(tx flows.Tx) error {
				return tx.PutSetting(c.Context(), harness.Tenant, flows.SettingReviewChat, gone)
			})
		})
	}},
	{
		"no such group",
		"hr.announce_chat",
		doctor.Problem,
		func(c *checked) { c.values["hr.announce_chat"] = "oc_nowhere" },
	},
	{
		"no such admin",
		"hr.admins.2",
		doctor.Problem,
		func(c *checked) { c.values["hr.admins"] = c.world.Admins()[0] + ",ou_nobody" },
	},
	{"admin out of sight", "hr.admins.1", doctor.Warning, func(c *checked) {
		c.world.Feishu.ChangeUser(c.world.Admins()[0], func(u *feishu.User) { u.Outside = true })
	}},
	{"admin who has left", "hr.admins.1", doctor.Problem, func(c *checked) {
		c.world.Feishu.Grant("contact:user.employee:readonly")
		c.world.Feishu.ChangeUser(c.world.Admins()[0], func(u *feishu.User) { u.Resigned = true })
	}},
	{"one admin", "hr.admins", doctor.Warning, func(c *checked) { c.values["hr.admins"] = c.world.Admins()[0] }},
	{"stand-in unknown", "review.stand_ins.1", doctor.Problem, func(c *checked) {
		c.values["review.stand_ins"] = "ou_nobody"
	}},
	{"lead who has left", "review.leads.1", doctor.Problem, func(c *checked) {
		c.world.Feishu.Grant("contact:user.employee:readonly")
		c.world.Feishu.ChangeUser(c.world.Admins()[1], func(u *feishu.User) { u.Resigned = true })
		c.values["review.leads"] = c.world.Admins()[1]
	}},
	{"no scope for 加急", "feishu.scope.im:message.urgent", doctor.Warning, func(c *checked) {
		c.world.Feishu.Revoke("im:message.urgent", "im:message.urgent:app_send")
		year := time.Now().Year()
		c.values["review.sla"] = "4h"
		c.values["review.calendar"] = files.WriteTemp(c, "calendar.txt",
			fmt.Sprintf("%d-10-01 rest\n%d-10-01 rest\n", year, year+1)) // whenever the test runs
	}},
	{"OCR used up", "feishu.ocr", doctor.Problem, func(c *checked) {
		c.ocr = true
		c.world.Feishu.OCRQuota(0)
	}},
	{"OCR not tried", "feishu.ocr", doctor.Unknown, func(*checked) {}},
	{"wrong e签宝 application", "esign.app", doctor.Problem, func(c *checked) { c.values["esign.app_id"] = "7439999999" }},
	{
		"wrong e签宝 secret",
		"esign.app",
		doctor.Problem,
		func(c *checked) { c.values["esign.app_secret"] = "wrongSecretEXAMPLE" },
	},
	{"not on e签宝's allow-list", "esign.app", doctor.Problem, func(c *checked) {
		c.fault("esign", "", 403, `{"success":false,"code":403,"message":"IP白名单不匹配"}`)
	}},
	{"clock far off", "clock", doctor.Problem, func(c *checked) { c.fast = 20 * time.Minute }},
	{"clock a little off", "clock", doctor.Warning, func(c *checked) { c.fast = -90 * time.Second }},
	{
		"wrong Tencent key",
		"tencent.sms_template",
		doctor.Problem,
		func(c *checked) { c.values["verification.tencent.secret_key"] = "wrongSecretEXAMPLE" },
	},
	{
		"key that may not ask",
		"tencent.sms_template",
		doctor.Unknown,
		func(c *checked) { c.noTemplates("AuthFailure.UnauthorizedOperation") },
	},
	{
		"account of a person",
		"tencent.sms_template",
		doctor.Unknown,
		func(c *checked) { c.noTemplates("FailedOperation.NotEnterpriseCertification") },
	},
	{
		"not on the allow-list of SMS",
		"tencent.sms_template",
		doctor.Problem,
		func(c *checked) { c.noTemplates("UnauthorizedOperation.RequestIpNotInWhitelist") },
	},
	{
		"account in arrears",
		"tencent.sms_template",
		doctor.Problem,
		func(c *checked) { c.noTemplates("UnauthorizedOperation.SerivceSuspendDueToArrears") },
	},
	{
		"template under review",
		"tencent.sms_template",
		doctor.Problem,
		func(c *checked) { c.world.Tencent.TemplateStatus(1) },
	},
	{"template refused", "tencent.sms_template", doctor.Problem, func(c *checked) { c.world.Tencent.TemplateStatus(-1) }},
	{
		"no such template",
		"tencent.sms_template",
		doctor.Problem,
		func(c *checked) { c.values["verification.tencent.sms_template_id"] = "999" },
	},
	{"platforms differ from their pages", "surprises", doctor.Warning, func(c *checked) {
		c.database(func(s *store.Store) error {
			at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
			return s.AddSurprises(c.Context(), []store.Surprise{
				{Upstream: "esign", Operation: "Put", What: "host:a.example.com", Count: 2, First: at, Last: at.Add(time.Hour)},
				{Upstream: "feishu", Operation: "im.message.create", What: "unknown_field:data.x", Count: 7, First: at},
			})
		})
	}},
	{"platforms send further fields", "surprises", doctor.OK, func(c *checked) {
		c.database(func(s *store.Store) error {
			return s.AddSurprises(c.Context(), []store.Surprise{
				{Upstream: "feishu", Operation: "im.message.create", What: "unknown_field:data.x", Count: 7, First: time.Now()},
			})
		})
	}},
	{"key file of another database", "security.keyset_file", doctor.Problem, func(c *checked) {
		c.database()
		file := c.values["security.keyset_file"]
		if err := errors.Join(os.Remove(file), keyset.Write(file, keyset.New())); err != nil {
			c.Fatal(err)
		}
	}},
	{"key file that others may read", "security.keyset_file", doctor.Problem, func(c *checked) {
		c.database()
		if err := os.Chmod(c.values["security.keyset_file"], 0o644); err != nil {
			c.Fatal(err)
		}
	}},
	{"key file gone", "security.keyset_file", doctor.Problem, func(c *checked) {
		c.database()
		if err := os.Remove(c.values["security.keyset_file"]); err != nil {
			c.Fatal(err)
		}
	}},
	{"PostgreSQL out of reach", "store", doctor.Problem, func(c *checked) {
		c.database()
		server := unusedAddress(c.T)
		c.values["store.dsn"] = "postgres://shiming:databasePasswordEXAMPLE@" + server + "/shiming?sslmode=disable"
	}},
	{"database is no database", "store", doctor.Problem, func(c *checked) {
		path := strings.TrimPrefix(c.values["store.dsn"], "sqlite:")
		if err := os.WriteFile(path, []byte(strings.Repeat("not a database. ", 100)), 0o600); err != nil {
			c.Fatal(err)
		}
	}},
}

// noTemplates lets Tencent Cloud refuse the query for templates.
func (c *checked) noTemplates(code string) {
	c.fault("tencent", "DescribeSmsTemplateList", 200, `{"Response":{"Error":{"Code":"`+code+`","Message":"no"},`+
		`"RequestId":"00000000-0000-0000-0000-000000000001"}}`)
}

// pageAnswers puts a proxy in front of serve that answers for the page by itself.
func (c *checked) pageAnswers(answer http.HandlerFunc) {
	c.Helper()
	behind, err := url.Parse(c.values["server.public_url"])
	if err != nil {
		c.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(behind))
	mux.HandleFunc("/agreement/", answer)
	proxy := httptest.NewServer(mux)
	c.Cleanup(proxy.Close)
	c.values["server.public_url"] = proxy.URL
}

// serveHere starts something that answers /readyz where serve listens on this machine.
func (c *checked) serveHere() {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	c.Cleanup(s.Close)
	c.values["server.listen"] = strings.TrimPrefix(s.URL, "http://")
}

func (c *checked) longConnection() {
	c.values["feishu.transport"] = "websocket"
	c.world.Feishu.LongConnection(true)
}

// read creates a database in which a text is the certificate agreement.
func (c *checked) read(text string) {
	c.Helper()
	c.database(func(s *store.Store) error {
		sum := sha256.Sum256([]byte(text))
		f := flows.AgreementFile{Title: "数字证书服务协议", Version: "20250801", SHA256: hex.EncodeToString(sum[:])}
		return s.KeepAgreement(c.Context(), f, []byte(text))
	})
}

func (c *checked) unsubscribe(event string) {
	c.world.Feishu.Subscribe(func(s *feishu.Subscriptions) {
		s.Events = slices.DeleteFunc(s.Events, func(e string) bool { return e == event })
	})
}

func (c *checked) fault(upstream, operation string, status int, body string) {
	c.world.Faults.Arm(wire.Fault{
		Upstream:  upstream,
		Operation: operation,
		Kind:      wire.Error,
		Times:     10,
		Status:    status,
		Body:      body,
	})
}

// database creates a database and its keyset, as the first start does.
func (c *checked) database(fill ...func(*store.Store) error) {
	c.Helper()
	cfg, err := config.FromValues(c.values)
	if err != nil {
		c.Fatal(err)
	}
	keys := keyset.New()
	if err := keyset.Write(cfg.Security.KeysetFile, keys); err != nil {
		c.Fatal(err)
	}
	s, err := store.Open(c.Context(), store.Config{DSN: cfg.Store.DSN, Keyset: keys})
	if err != nil {
		c.Fatal(err)
	}
	for _, f := range fill {
		if err := f(s); err != nil {
			c.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		c.Fatal(err)
	}
}

// unusedAddress returns an address on which nothing listens.
func unusedAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
