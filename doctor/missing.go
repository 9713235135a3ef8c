package doctor

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// requirements maps a check to the keys that it needs, or to their section if it ends with a dot. A check whose id
// has a listed id as prefix needs the same. The checks of the app need only the credentials, by way of check.needs.
var requirements = map[string][]string{
	credentials:              {"feishu.app_id", "feishu.app_secret", "feishu.base_url"},
	"feishu.keys":            {"feishu.encrypt_key", "feishu.verification_token"},
	"feishu.webhook":         {"feishu.", "server.public_url"},
	"feishu.redirect_url":    pageKeys,
	"hr.admins":              {"hr.admins"},
	"hr.review_chat":         {"hr.review_chat"},
	"review.calendar":        {"review.calendar", "review.sla"},
	"review.stand_ins":       {"review.stand_ins"},
	"review.leads":           {"review.leads"},
	"hr.announce_chat":       {"hr.announce_chat"},
	esignApp:                 esignKeys,
	tencentTemplate:          {"verification."},
	faceService:              {"verification."},
	handoverReceiver:         {"handover."},
	signingService:           {"esign.sdk_url"},
	agreementFiles:           {"agreement.", "esign.evidence_revision", "verification.method"},
	agreementPage:            pageKeys,
	"server.trusted_proxies": slices.Concat(pageKeys, []string{"server.trusted_proxies"}),
	"serve":                  {"server.listen", "server.admin_listen"},
	"store":                  {"store.dsn"},
	"timing.retention":       {"timing."},
	"store.deletions_file":   {"store."},
	"dpo.heads":              {"dpo.viewers", "hr.review_chat", "dpo.heads_url"},
	headsReceiver:            {"dpo.heads_url", "dpo.heads_secret", "handover.allow_private"},
	"security.keyset_file":   {"security.keyset_file", "store.dsn"},
	"feishu.long_connection": {"feishu.transport"},
}

// esignKeys are the keys of the application that files evidence. That of the signing service has a check of its own.
var esignKeys = []string{"esign.base_url", "esign.app_id", "esign.app_secret", "esign.evidence_revision",
	"esign.upload_hosts", "verification.method"}

// pageKeys are the keys that decide whether there is an agreement page.
var pageKeys = []string{"agreement.", "server.public_url", "esign.evidence_revision", "verification.method"}

// unusable returns the keys that a check needs and that have a mistake.
func (d *Doctor) unusable(id string) (keys []string) {
	var needed []string
	for prefix, of := range requirements {
		if id == prefix || strings.HasPrefix(id, prefix+".") {
			needed = append(needed, of...)
		}
	}
	for _, m := range d.mistakes {
		of := func(key string) bool {
			return key == m.Path || strings.HasSuffix(key, ".") && strings.HasPrefix(m.Path, key)
		}
		if slices.ContainsFunc(needed, of) && !slices.Contains(keys, m.Path) {
			keys = append(keys, m.Path)
		}
	}
	return keys
}

// Lead times as the platforms and their users tell them. No platform promises one.
var (
	days    = Text{"要等几天", "takes days"}
	minutes = Text{"几分钟", "minutes"}
)

// supply is something that others give out: keys of the configuration, or what a check looks for.
type supply struct {
	title Text
	keys  []string // the supply is missing while one of them has no value
	check string   // or, without keys, while this check has a problem or was skipped
	takes Text
	how   Text
	link  string
}

// supplies returns what a bot needs from others, in the order in which to ask for it: first what takes days and needs
// nothing else, then the rest. The Feishu app comes first because the request for its paid scope names the app.
func (d *Doctor) supplies() []supply {
	return []supply{
		{
			title: Text{"飞书应用", "Feishu app"},
			keys:  []string{"feishu.app_id", "feishu.app_secret"},
			takes: minutes,
			how: Text{
				"开发者后台 › 创建企业自建应用，然后从 凭证与基础信息 抄 App ID 和 App Secret",
				"developer console › create a custom app (创建企业自建应用), then copy App ID and App Secret from Credentials & " +
					"Basic Info (凭证与基础信息)",
			},
			link: d.platform() + "/app",
		},
		{
			title: Text{"飞书付费权限 human_authentication:identity", "Feishu's paid scope human_authentication:identity"},
			check: "feishu.scope.human_authentication:identity",
			takes: days,
			how: Text{
				"发邮件到 open-platform@bytedance.com，写明 App ID；批之前机器人也能用，只是登记停在「登记到飞书」，批下来自己继续",
				"write to open-platform@bytedance.com and name the App ID; until it is granted the bot works, but stops where " +
					"the identity is recorded in Feishu, and goes on by itself afterwards",
			},
		},
		{
			title: Text{"腾讯云短信签名和正文模板", "SMS signature and template at Tencent Cloud"},
			keys:  []string{"verification.tencent.sms_sign_name", "verification.tencent.sms_template_id"},
			takes: days,
			how: Text{
				"短信控制台 › 国内短信 › 签名管理、正文模板管理：要用企业认证的账号申请；模板要有 {1} 验证码、{2} 分钟数",
				"SMS console (短信控制台) › 国内短信 › signatures (签名管理) and templates (正文模板管理): apply with a company's " +
					"account; the template needs {1} code and {2} minutes",
			},
			link: "https://console.cloud.tencent.com/smsv2",
		},
		{
			title: Text{"腾讯云人脸核身的 RuleId", "RuleId of the check by face at Tencent Cloud"},
			keys:  []string{"verification.tencent.face_rule_id"},
			takes: days,
			how: Text{
				"人脸核身控制台 › 自助接入：申请微信 H5 的流程，姓名和号码由调用方传入，审核通过后抄 RuleId",
				"faceid console (人脸核身控制台) › self-service (自助接入): apply for a flow in WeChat H5 that takes name and " +
					"number from the caller, and copy its RuleId once it is approved",
			},
			link: faceConsole,
		},
		{
			title: Text{"e签宝应用和「个人实名证据点」权益", "e签宝 application, entitled to real-name evidence points"},
			keys:  []string{"esign.app_id", "esign.app_secret"},
			takes: days,
			how: Text{
				"在 e签宝开放平台创建应用（沙箱马上能用），同时请客户经理开通「个人实名证据点」",
				"create an application at e签宝 (its sandbox works at once), and ask the account manager for real-name evidence " +
					"points (个人实名证据点)",
			},
			link: "https://open.esign.cn",
		},
		{
			title: Text{"e签宝《数字证书服务协议》的全文", "Text of e签宝's 《数字证书服务协议》"},
			keys:  []string{"agreement.files"},
			takes: days,
			how: Text{
				"请 e签宝客户经理给现行版本的全文和版本号，存成 UTF-8 纯文本，路径写进 agreement.files",
				"ask e签宝's account manager for the text in force and its version, save it as plain text in UTF-8, and name " +
					"the file in agreement.files",
			},
		},
		{
			title: Text{"公网地址", "Public address"},
			keys:  []string{"server.public_url"},
			takes: days,
			how: Text{
				"员工要用手机打开协议页：准备域名、证书和反向代理，转发 /webhook/event 和 /agreement/；没有的话只能 esign.evidence_revision: \"2024\"，e签宝可能不收",
				"people open the agreement page with their phones: a name, a certificate and a proxy that passes /webhook/event " +
					"and /agreement/; without one only esign.evidence_revision: \"2024\" is left, which e签宝 may refuse",
			},
		},
		d.tencentKey(),
		{
			title: Text{"飞书推送的密钥", "Keys for Feishu's pushes"},
			keys:  []string{"feishu.encrypt_key", "feishu.verification_token"},
			takes: minutes,
			how: Text{
				"事件与回调 › 加密策略：抄 Encrypt Key 和 Verification Token；改用长连接（feishu.transport: websocket）就不需要",
				"Events & Callbacks (事件与回调) › Encryption Strategy (加密策略): copy Encrypt Key and Verification Token; not " +
					"needed with the long connection (feishu.transport: websocket)",
			},
			link: d.platform() + "/app",
		},
		{
			title: Text{"至少一位管理员的 open_id", "open_id of one admin at least"},
			keys:  []string{"hr.admins"},
			takes: minutes,
			how: Text{
				"API 调试台 › 发送消息 › 选择你的应用 › 快速复制 open_id；只填一位时，这位自己的登记没有人能审核",
				"API Explorer (API 调试台) › send a message (发送消息) › choose your app › copy open_id (快速复制 open_id); with one " +
					"name nobody can review that person's own registration",
			},
			link: d.platform() + "/api-explorer",
		},
	}
}

// tencentKey is the key pair, and with a method that sends codes the application for SMS.
func (d *Doctor) tencentKey() supply {
	s := supply{
		title: Text{"腾讯云密钥", "Key at Tencent Cloud"},
		keys:  []string{"verification.tencent.secret_id", "verification.tencent.secret_key"},
		takes: minutes,
		how: Text{
			"访问管理 › API 密钥管理 建子账号密钥（人脸核身）",
			"CAM (访问管理) › API keys (API 密钥管理): a key of a sub-account for faceid",
		},
		link: "https://console.cloud.tencent.com/cam/capi",
	}
	if !d.cfg.SendsCodes() {
		return s
	}
	s.title = Text{"腾讯云密钥和短信应用", "Key and SMS application at Tencent Cloud"}
	s.keys = append(s.keys, "verification.tencent.sms_sdk_app_id")
	s.how = Text{
		"访问管理 › API 密钥管理 建子账号密钥（短信、人脸核身）；短信控制台 › 应用管理 创建应用，抄 SdkAppId",
		"CAM (访问管理) › API keys (API 密钥管理): a key of a sub-account for sms and faceid; SMS console (短信控制台) › " +
			"applications (应用管理): create one and copy its SdkAppId",
	}
	return s
}

// missing returns what is missing, in the order of supplies, and after it the other keys without a value.
func (d *Doctor) missing(asked []finding) (plan []finding) {
	absent := map[string]bool{}
	for _, m := range d.mistakes {
		if m.Absent() {
			absent[m.Path] = true
		}
	}
	outcomes := map[string]Outcome{}
	for _, f := range asked {
		outcomes[f.id] = f.outcome
	}
	for _, s := range d.supplies() {
		var keys []string
		for _, key := range s.keys {
			if absent[key] {
				keys = append(keys, key)
				delete(absent, key)
			}
		}
		f := finding{check{id: configuration, title: s.title}, result{
			outcome: Problem,
			remedy:  s.how,
			link:    s.link,
			takes:   s.takes,
		}}
		switch o := outcomes[s.check]; {
		case len(keys) > 0:
			f.found = notFilledIn(keys)
		case o == Problem:
			f.id, f.found = s.check, Text{"见上面的 ✗", "see the ✗ above"}
		case o == skipped:
			f.id, f.found = s.check, Text{"还问不到有没有", "whether it is there cannot be asked yet"}
		default:
			continue
		}
		plan = append(plan, f)
	}
	for _, m := range d.mistakes {
		if absent[m.Path] {
			plan = append(plan, finding{check{id: configuration, title: Text{"其他配置", "Other settings"}}, result{
				outcome: Problem,
				found:   notFilledIn([]string{m.Path}),
				remedy:  Text{"config.yaml 里有说明", "config.yaml explains it"},
				takes:   minutes,
			}})
		}
	}
	return plan
}

func notFilledIn(keys []string) Text {
	return Text{"没有填写 " + strings.Join(keys, "、"), "not filled in: " + strings.Join(keys, ", ")}
}

// settingsOnly returns the part of a plan that no check has reported.
func settingsOnly(plan []finding) (all []finding) {
	for _, f := range plan {
		if f.id == configuration {
			all = append(all, f)
		}
	}
	return all
}

// writePlan writes a numbered list of what is missing.
func writePlan(w io.Writer, plan []finding, lang string) {
	if len(plan) == 0 {
		return
	}
	lines := []string{"", Text{"还缺这些，请按这个顺序去要：", "Missing, in the order in which to ask for it:"}.In(lang)}
	for i, f := range plan {
		lines = append(lines, fmt.Sprintf("%d. %s%s", i+1, f.title.In(lang), Text{
			"（" + f.takes.ZH + "）",
			" (" + f.takes.EN + ")",
		}.In(lang)))
		for _, text := range []string{f.found.In(lang), arrow(f.remedy.In(lang)), arrow(f.link)} {
			if text != "" {
				lines = append(lines, "    "+text)
			}
		}
	}
	if slices.ContainsFunc(plan, func(f finding) bool { return f.takes == days && f.id == configuration }) {
		lines = append(lines, Text{
			"不想等：先用 verification.method: none 和长连接试，步骤在 README「第一次真的跑起来」",
			"Not to wait: begin with verification.method: none and the long connection, see \"First real run\" in the README",
		}.In(lang))
	}
	_, _ = fmt.Fprintln(w, strings.Join(lines, "\n")) // an error of the terminal cannot be reported
}
