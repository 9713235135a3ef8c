package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"shiming/bot"
	"shiming/config"
)

// wider lists the scopes that include another scope. The page of each API names them as alternatives.
var wider = map[string][]string{
	"im:message.p2p_msg:readonly":      {"im:message.p2p_msg"},
	"im:message.group_at_msg:readonly": {"im:message.group_at_msg", "im:message.group_msg"},
	"im:message:send_as_bot":           {"im:message", "im:message:send"},
	"im:message:readonly":              {"im:message", "im:message.history:readonly"},
	"contact:contact.base:readonly":    {"contact:contact:readonly_as_app", "contact:contact:access_as_app"},
	"im:resource:upload":               {"im:resource"},
	scopeUrgent:                        {"im:message.urgent:app_send"},
	"im:chat:readonly":                 {"im:chat", "im:chat.members:read", "im:chat.group_info:readonly"},
	ScopeApp:                           {"admin:app.info:readonly"},
}

// optional says what does not work without a scope that registration does not need.
var optional = map[string]Text{
	"im:message.group_at_msg:readonly": {
		"没有它，群里 @机器人 不起作用（设为审核群等）",
		"without it @bot does nothing in groups (设为审核群 and the like)",
	},
	"im:resource:upload": {"没有它，HR 看不了证件原件，也导不出名单", "without it HR can neither look at originals nor export lists"},
	scopeUrgent: {
		"没有它，等 HR 的超时太久时不能加急，直接告诉负责人",
		"without it nobody is called by 加急 when cases are long overdue; the leads are told",
	},
	"contact:contact.base:readonly": {"没有它，姓名和手机号要员工自己填", "without it people type name and mobile themselves"},
	"contact:user.base:readonly": {
		"没有它，「与飞书姓名一致」一项是灰色",
		"without it the check \"same name as in Feishu\" stays grey",
	},
	"contact:user.phone:readonly": {"没有它，手机号要员工自己填", "without it people type their mobile themselves"},
	"contact:user.department:readonly": {
		"没有它，审核台和公告板不分部门",
		"without it desk and announcement know no departments",
	},
	"contact:department.base:readonly": {
		"没有它，审核台和公告板不分部门",
		"without it desk and announcement know no departments",
	},
	"contact:department.organize:readonly": {
		"没有它，HR 不能请部门负责人帮忙提醒",
		"without it HR cannot have a department's lead told who has not begun",
	},
	"document_ai:hkm_mainland_travel_permit:recognize": {
		"没有它，回乡证要员工自己填",
		"without it people type the values of Hong Kong and Macao travel permits themselves",
	},
	"document_ai:tw_mainland_travel_permit:recognize": {
		"没有它，台胞证要员工自己填",
		"without it people type the values of Taiwan travel permits themselves",
	},
	"document_ai:chinese_passport:recognize": {
		"没有它，护照要员工自己填",
		"without it people type the values of passports themselves",
	},
	"im:chat:readonly": {
		"没有它，check 看不到机器人在不在群里，机器人也认不出外部群",
		"without it check cannot see whether the bot is in the groups, and the bot cannot tell external groups",
	},
	ScopeApp: {
		"没有它，check 看不到事件、回调和版本",
		"without it check cannot see events, callbacks and versions",
	},
}

// ScopeApp is the scope that the calls for the app's own settings need.
const ScopeApp = "application:application:self_manage"

// scopeUserID is the scope by which people have a user_id. The list of the developer console does not contain it.
const scopeUserID = "contact:user.employee_id:readonly"

// scopeUrgent is the scope of 加急, which is needed only if the settings ask for it.
const scopeUrgent = "im:message.urgent"

// callsUrgently reports whether the settings ask for 加急.
func (d *Doctor) callsUrgently() bool { return bool(d.cfg.Review.Urgent) && d.cfg.Review.SLA > 0 }

// console returns the app's page in the developer console.
func (d *Doctor) console() string { return d.platform() + "/app/" + d.cfg.Feishu.AppID }

// platform returns the developer site of Feishu or Lark.
func (d *Doctor) platform() string {
	if strings.HasSuffix(d.cfg.Feishu.BaseURL, "larksuite.com") {
		return "https://open.larksuite.com"
	}
	return "https://open.feishu.cn"
}

const credentials = "feishu.credentials"

func (d *Doctor) feishuChecks() []check {
	after := []string{credentials}
	all := []check{
		{credentials, Text{"飞书 App ID 与 App Secret", "Feishu App ID and App Secret"}, nil, d.checkCredentials},
		{"feishu.published", Text{"应用版本已发布", "App version published"}, after, d.checkPublished},
		{"feishu.bot", Text{"机器人能力", "Bot ability"}, after, d.checkBot},
	}
	scopes := bot.Scopes()
	if d.cfg.Feishu.UserIDType == config.UserID {
		scopes = append(scopes, scopeUserID)
	}
	for _, scope := range scopes {
		if scope == scopeUrgent && !d.callsUrgently() {
			continue
		}
		all = append(all, check{
			"feishu.scope." + scope,
			Text{"权限 " + scope, "Scope " + scope},
			after,
			func(ctx context.Context) result { return d.checkScope(ctx, scope) },
		})
	}
	for _, s := range bot.Subscriptions() {
		id, title := "feishu.event."+s.Type, Text{"事件 " + s.Type, "Event " + s.Type}
		if s.Callback {
			id, title = "feishu.callback."+s.Type, Text{"回调 " + s.Type, "Callback " + s.Type}
		}
		all = append(all, check{
			id,
			title,
			[]string{credentials, "feishu.published"},
			func(ctx context.Context) result { return d.checkSubscription(ctx, s) },
		})
	}
	if d.cfg.Feishu.Transport == config.WebSocket {
		return append(all,
			check{"feishu.long_connection", Text{"长连接", "Long connection"}, after, d.checkLongConn},
			check{"serve", Text{"本机的 serve 已连上", "The serve on this machine is connected"}, nil, d.checkServe})
	}
	keys := Text{"Encrypt Key 与 Verification Token", "Encrypt Key and Verification Token"}
	return append(all, check{"feishu.keys", keys, after, d.checkKeys}, d.webhookCheck())
}

func (d *Doctor) webhookCheck() check {
	title := Text{"公网地址能到达正在运行的 serve", "Public address reaches the running serve"}
	return check{"feishu.webhook", title, nil, d.checkWebhook}
}

// marketplaceChecks returns the checks of an app that many companies install. Feishu answers no question without a
// tenant and an app ticket, which it pushes to a running serve.
func (d *Doctor) marketplaceChecks() []check {
	return []check{
		{"feishu.marketplace", Text{"飞书商店应用", "Feishu marketplace app"}, nil, cannotAsk(
			Text{
				"商店应用的凭证、权限和事件要由各企业的 app_ticket 才问得到：看 serve 的日志",
				"credentials, scopes and events of a marketplace app can only be asked with an app_ticket of each tenant: " +
					"look at the log of serve",
			})},
		d.webhookCheck(),
	}
}

func (d *Doctor) checkCredentials(ctx context.Context) result {
	err := d.client.ProbeToken(ctx)
	if err == nil {
		return result{outcome: OK}
	}
	remedy := Text{
		"开发者后台 › 凭证与基础信息：把 App ID 和 App Secret 重新抄到 feishu.app_id、feishu.app_secret；如果启用了 IP 白名单（安全设置），加上本机的出口地址",
		"developer console › Credentials & Basic Info (凭证与基础信息): copy App ID and App Secret to feishu.app_id and " +
			"feishu.app_secret again; with an IP allow-list in Security Settings (安全设置), add this machine's public address",
	}
	return d.withCause(ctx, refused(Problem, err, remedy, d.console()+"/baseinfo"), d.cfg.Feishu.BaseURL)
}

func (d *Doctor) appInfo(ctx context.Context) (bot.AppInfo, error) {
	return d.app.get(func() (bot.AppInfo, error) { return d.client.App(ctx) })
}

// appInfoUnavailable returns the result of a check that needs the application API, after that API failed.
func (d *Doctor) appInfoUnavailable(err error, look Text) result {
	r := refused(Unknown, err, look, d.console())
	if api, ok := errors.AsType[*bot.APIError](err); ok && api.Class() == bot.ClassPermission {
		r.found = Text{"没有权限 " + ScopeApp + "，问不到", "cannot be asked without the scope " + ScopeApp}
	}
	return r
}

func (d *Doctor) checkPublished(ctx context.Context) result {
	info, err := d.appInfo(ctx)
	publish := Text{
		"应用发布 › 版本管理与发布 › 创建版本，设好可用范围，申请线上发布，请企业管理员通过",
		"Version Management & Release (版本管理与发布) › Create Version (创建版本): set the availability (可用范围), submit for " +
			"release (申请线上发布), and let the tenant's administrator approve",
	}
	switch {
	case err != nil:
		return d.appInfoUnavailable(err, Text{
			"自己看一眼：应用发布 › 版本管理与发布，最新版本应为「已发布」",
			"look yourself: Version Management & Release (版本管理与发布), the latest version should be released (已发布)",
		})
	case info.InReview:
		r := result{
			outcome: Warning,
			found: Text{
				"有新版本等企业管理员审核，里面的改动还没生效",
				"a newer version waits for the tenant's administrator; what it changes is not in effect yet",
			},
			remedy: Text{
				"请企业管理员通过：飞书管理后台 › 工作台 › 应用审核",
				"let the tenant's administrator approve it: Feishu Admin (管理后台) › Workplace (工作台) › App Review (应用审核)",
			},
			link: d.console() + "/version",
		}
		if info.Online == "" {
			r.outcome, r.found = Problem, Text{
				"第一个版本等企业管理员审核，权限、事件和回调都还没生效",
				"the first version waits for the tenant's administrator, so that no scope, event or callback is in effect",
			}
		}
		return r
	case info.Online == "":
		return result{
			outcome: Problem,
			found:   Text{"没有已发布的版本，权限、事件和回调都还没生效", "no version is published, so that no scope, event or callback is in effect"},
			remedy:  publish,
			link:    d.console() + "/version",
		}
	}
	return result{outcome: OK}
}

func (d *Doctor) checkBot(ctx context.Context) result {
	info, err := d.client.BotInfo(ctx)
	remedy := Text{"应用能力 › 添加应用能力 › 机器人，然后发布新版本", "Add Features (添加应用能力) › Bot (机器人), then publish a new version"}
	if err != nil {
		return refused(Problem, err, remedy, d.console()+"/bot")
	}
	if !info.Active {
		remedy = Text{
			remedy.ZH + "；已经有了就请企业管理员启用应用：飞书管理后台 › 工作台 › 应用管理",
			remedy.EN + "; if it is there, let the tenant's administrator enable the app: Feishu Admin (管理后台) › Workplace " +
				"(工作台) › App Management (应用管理)",
		}
		return result{
			outcome: Problem,
			found:   Text{"机器人没有启用", "the bot is not enabled"},
			remedy:  remedy,
			link:    d.console() + "/bot",
		}
	}
	name := printable(info.Name)
	return result{outcome: OK, found: Text{name, name}}
}

func (d *Doctor) checkScope(ctx context.Context, scope string) result {
	granted, err := d.granted.get(func() (map[string]bool, error) { return d.client.Granted(ctx) })
	remedy := Text{
		"开发配置 › 权限管理 › 批量导入/导出权限，贴入 shiming check --scopes 打印的列表（bot/scopes.json），然后发布新版本",
		"Permissions & Scopes (权限管理) › Batch import/export scopes (批量导入/导出权限): paste what shiming check --scopes prints " +
			"(bot/scopes.json), then publish a new version",
	}
	switch scope {
	case scopeUserID:
		remedy = Text{
			"feishu.user_id_type 是 user_id，所以要它：开发配置 › 权限管理 里开通，然后发布新版本；或改用 open_id",
			"needed because feishu.user_id_type is user_id: add it in Permissions & Scopes (权限管理), then publish a new " +
				"version; or use open_id",
		}
	case "human_authentication:identity":
		remedy = Text{
			"这是付费权限：发邮件到 open-platform@bytedance.com 申请，通过后在 权限管理 里开通，再发布新版本",
			"paid: ask for it by mail to open-platform@bytedance.com, then add it in Permissions & Scopes (权限管理) and " +
				"publish a new version",
		}
	}
	link := d.console() + "/auth"
	switch {
	case err != nil:
		return refused(Unknown, err, remedy, link)
	case slices.ContainsFunc(append([]string{scope}, wider[scope]...), func(s string) bool { return granted[s] }):
		return result{outcome: OK}
	}
	if without, ok := optional[scope]; ok {
		return result{
			outcome: Warning,
			found:   without,
			remedy:  remedy,
			link:    link,
		}
	}
	return result{
		outcome: Problem,
		found:   Text{"没有以应用身份开通，或开通后没有发布版本", "not granted to the app itself (应用身份), or granted and not published"},
		remedy:  remedy,
		link:    link,
	}
}
