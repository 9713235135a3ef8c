package doctor

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"

	"shiming/bot"
)

func (d *Doctor) checkSubscription(ctx context.Context, s bot.Subscription) result {
	info, err := d.appInfo(ctx)
	where := Text{
		"事件与回调 › 事件配置 › 添加事件：" + s.Type + "（应用身份），然后发布新版本",
		"Events & Callbacks (事件与回调) › Event Configuration (事件配置) › Add Events (添加事件): " + s.Type + ", by tenant token " +
			"(应用身份), then publish a new version",
	}
	subscribed, known, way, url := info.Events, info.EventsKnown, info.EventWay, info.EventURL
	if s.Callback {
		where = Text{
			"事件与回调 › 回调配置 › 添加回调：卡片回传交互 " + s.Type + "，然后发布新版本",
			"Events & Callbacks (事件与回调) › Callback Configuration (回调配置) › Add callback (添加回调): " + s.Type +
				" (卡片回传交互), then publish a new version",
		}
		subscribed, known, way, url = info.Callbacks, info.CallbackWay != "", info.CallbackWay, info.CallbackURL
	}
	link := d.console() + "/event"
	if s.Callback {
		link += "?tab=callback"
	}
	switch {
	case err != nil:
		return d.appInfoUnavailable(err, where)
	case !known:
		return result{
			outcome: Unknown,
			found:   Text{"平台没有说，请自己看一眼", "the platform does not say, so look yourself"},
			remedy:  where,
			link:    link,
		}
	case !slices.Contains(subscribed, s.Type) && s.Needed:
		return result{
			outcome: Problem,
			found:   Text{"没有订阅", "not subscribed"},
			remedy:  where,
			link:    link,
		}
	case !slices.Contains(subscribed, s.Type):
		return result{
			outcome: Warning,
			found:   Text{"没有订阅；没有它也能登记", "not subscribed; people can register without it"},
			remedy:  where,
			link:    link,
		}
	case s.Needed && way != "" && way != string(d.cfg.Feishu.Transport): // the needed subscriptions stand for all
		return result{
			outcome: Problem,
			found: Text{
				"订阅方式是 " + printable(way) + "，而 feishu.transport 是 " + string(d.cfg.Feishu.Transport),
				"the subscription mode (订阅方式) is " + printable(way) + ", feishu.transport is " + string(d.cfg.Feishu.Transport),
			},
			remedy: Text{
				"事件与回调：事件和回调的订阅方式都改成与 feishu.transport 一致",
				"Events & Callbacks (事件与回调): make the subscription mode (订阅方式) of both events and callbacks the same as " +
					"feishu.transport",
			},
			link: link,
		}
	case s.Needed && url != "" && d.cfg.Server.PublicURL != "" && url != d.cfg.Server.PublicURL+"/webhook/event":
		return result{
			outcome: Warning,
			found: Text{
				"请求地址不是 server.public_url + /webhook/event",
				"the request URL is not server.public_url + /webhook/event",
			},
			remedy: where,
			link:   link,
		}
	}
	return result{outcome: OK}
}

func (d *Doctor) checkKeys(ctx context.Context) result {
	remedy := Text{
		"事件与回调 › 加密策略：把 Encrypt Key 和 Verification Token 抄到 feishu.encrypt_key、feishu.verification_token",
		"Events & Callbacks (事件与回调) › Encryption Strategy (加密策略): copy Encrypt Key and Verification Token to " +
			"feishu.encrypt_key and feishu.verification_token",
	}
	link := d.console() + "/event"
	info, err := d.appInfo(ctx)
	if err != nil {
		return d.appInfoUnavailable(err, remedy)
	}
	switch same, known := info.SameKeys(d.cfg.Feishu.EncryptKey, d.cfg.Feishu.VerificationToken); {
	case !known:
		return result{
			outcome: Unknown,
			found: Text{
				"平台不告诉应用；serve 运行时在后台保存一次请求地址就会知道",
				"the platform does not tell an app; save the request URL in the console while serve runs, and you know",
			},
			remedy: remedy,
			link:   link,
		}
	case !same:
		return result{
			outcome: Problem,
			found:   Text{"与后台的不一致", "not those of the console"},
			remedy:  remedy,
			link:    link,
		}
	}
	return result{outcome: OK}
}

func (d *Doctor) checkWebhook(ctx context.Context) result {
	if d.cfg.Server.PublicURL == "" {
		return result{
			outcome: Unknown,
			found:   Text{"没有填写 server.public_url", "server.public_url is empty"},
			remedy: Text{
				"填上飞书访问这台服务器的地址；没有公网地址就用 feishu.transport: websocket",
				"fill in the address by which Feishu reaches this server; without one use feishu.transport: websocket",
			},
		}
	}
	feishu := d.cfg.Feishu
	status, err := d.client.ProbeWebhook(ctx, d.cfg.Server.PublicURL, feishu.EncryptKey, feishu.VerificationToken)
	r := result{outcome: Problem, link: d.cfg.Server.PublicURL + "/webhook/event"}
	if status != 0 {
		r.code = strconv.Itoa(status)
	}
	switch {
	case err == nil:
		return result{
			outcome: OK,
			found: Text{
				"从这台机器看；飞书自己在后台保存请求地址时会试",
				"as seen from this machine; Feishu itself tries when the request URL is saved",
			},
		}
	case errors.Is(err, bot.ErrWebhookRefuses):
		r.found = Text{
			"serve 拒绝了我们的请求：它的 Encrypt Key、Verification Token 或时钟与这里不同，或者代理改了内容",
			"serve refused our request: its Encrypt Key, Verification Token or clock differs from here, or a proxy changed " +
				"the body",
		}
		r.remedy = Text{
			"让 serve 和 check 用同一份配置；代理须原样转发正文和 X-Lark-* 头",
			"give serve and check the same configuration; the proxy must pass the body and the X-Lark-* headers as they are",
		}
	case errors.Is(err, bot.ErrWebhookForeign):
		r.found = Text{"那里回答的不是 serve", "what answers there is not serve"}
		r.remedy = Text{
			"启动 serve，把代理的 /webhook/event 转到 server.listen；不能有重定向",
			"start serve, forward /webhook/event of the proxy to server.listen; no redirects",
		}
	default:
		r.found, r.noAnswer = Text{"那里没有回音", "no answer there"}, true
		r.remedy = Text{
			"启动 serve；检查 DNS、证书、防火墙和代理。没有公网地址就用 feishu.transport: websocket",
			"start serve; check DNS, certificate, firewall and proxy. Without a public address use feishu.transport: websocket",
		}
	}
	return d.withCause(ctx, r, d.cfg.Server.PublicURL)
}

func (d *Doctor) checkLongConn(ctx context.Context) result {
	if err := d.client.ProbeLongConn(ctx); err != nil {
		r := result{
			outcome: Problem,
			found: Text{
				"平台没有给出连接地址",
				"the platform did not say where to connect",
			},
			link: d.console() + "/event",
			remedy: Text{
				"只有企业自建应用可以用长连接，最多 50 个连接；先启动 serve，再在 事件与回调 里把事件和回调的订阅方式都设为「使用长连接接收」",
				"long connections are for self-built apps, 50 at most; start serve first, then set the subscription mode " +
					"(订阅方式) of both events and callbacks in Events & Callbacks (事件与回调) to the persistent connection (使用长连接接收)",
			},
		}
		var code interface{ UpstreamCode() string }
		if errors.As(err, &code) {
			r.code = code.UpstreamCode()
		}
		return r
	}
	return result{
		outcome: OK,
		found: Text{
			"有连接地址（check 自己不连，否则会分走事件）",
			"there is an address (check does not connect, or it would be given events)",
		},
	}
}

// checkServe says whether a serve on this machine is ready. Serve is ready after its first long connection.
func (d *Doctor) checkServe(ctx context.Context) result {
	status, err := d.askServe(ctx)
	switch {
	case err != nil:
		return result{
			outcome: Unknown,
			found:   Text{"这台机器上没有 serve 在运行", "no serve runs on this machine"},
			remedy: Text{
				"启动 serve 再看；后台的订阅方式要在连上之后才能保存",
				"start serve and look again; the console saves the subscription mode (订阅方式) only while one is connected",
			},
		}
	case status == 0:
		return result{outcome: Unknown}
	case status != http.StatusOK:
		return result{
			outcome: Problem,
			code:    strconv.Itoa(status),
			found: Text{
				"serve 在运行，但没有就绪：没连上，或数据库有问题",
				"serve runs and is not ready: not connected, or something is wrong with its database",
			},
			remedy: Text{
				"看 serve 的日志：long connection is down、not ready",
				"look at the log of serve: long connection is down, not ready",
			},
		}
	}
	return result{outcome: OK}
}

// askServe requests /readyz of a serve on this machine. The status is 0 if server.listen is no address.
func (d *Doctor) askServe(ctx context.Context) (status int, err error) {
	listen := cmp.Or(d.cfg.Server.AdminListen, d.cfg.Server.Listen)
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return 0, nil
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return 0, nil
	}
	resp, err := d.web.Do(req)
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close() // the checks need only the status
	return resp.StatusCode, nil
}
