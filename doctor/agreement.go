package doctor

import (
	"cmp"
	"context"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"shiming/config"
	"shiming/flows"
	"shiming/store"
)

// Paths of serve below server.public_url.
const (
	pageStyle = "/agreement/style.css" // a part of the page that needs no link
	pageLogin = "/agreement/login"     // where Feishu sends people back to who log in
)

const agreementPage = "agreement.page"

// agreementChecks returns the checks of the page on which people read the agreements.
func (d *Doctor) agreementChecks() []check {
	title := Text{"协议页", "Agreement page"}
	if !d.cfg.NeedsPage() && !d.cfg.HasPage() {
		return []check{{agreementPage, title, nil, d.checkWithoutPage}}
	}
	way := "serve"
	if d.cfg.Feishu.Transport != config.WebSocket {
		way = "feishu.webhook"
	}
	all := []check{
		{agreementFiles, Text{"协议", "Agreements"}, nil, d.checkAgreements},
		{agreementPage, Text{"员工打得开协议页", "People can open the agreement page"}, []string{way}, d.checkPage},
		{"server.trusted_proxies", Text{"员工的 IP", "Address of a reader"}, nil, d.checkProxies},
	}
	if d.cfg.Agreement.Login == config.LoginFeishu {
		title := Text{"协议页登录的重定向 URL", "Redirect URL of the login to the agreement page"}
		all = append(all, check{"feishu.redirect_url", title, nil, d.checkRedirectURL})
	}
	return all
}

const agreementFiles = "agreement.files"

// checkWithoutPage says what an installation without the page cannot do.
func (d *Doctor) checkWithoutPage(context.Context) result {
	if d.cfg.Verification.Method == flows.MethodNone {
		return result{outcome: OK, found: Text{"不存证，用不着", "not needed: nothing is filed"}}
	}
	missing := agreementFiles
	if d.cfg.Server.PublicURL == "" {
		missing = "server.public_url"
	}
	return result{
		outcome: Warning,
		found: Text{
			"没有（" + missing + " 是空的），所以只能用旧版 2024 存证：证据里没有员工读过《数字证书服务协议》，e签宝可能不收",
			"none (" + missing + " is empty), so that only the outdated revision 2024 can be filed, which does not state that " +
				"people have read 《数字证书服务协议》; e签宝 may refuse it",
		},
		remedy: Text{
			`填 server.public_url 和 agreement.files，esign.evidence_revision 改成 "2025-10"`,
			`fill in server.public_url and agreement.files, and set esign.evidence_revision to "2025-10"`,
		},
	}
}

// checkAgreements shows the agreements, and finds a text that has changed under its version, with which serve does not
// start.
func (d *Doctor) checkAgreements(ctx context.Context) result {
	kept := map[[2]string]string{}
	// checkStore reports the error; without a database every text is new.
	inspected, err := d.stored.get(func() (store.Inspection, error) { return store.Inspect(ctx, d.cfg.Store.DSN, nil) })
	if err == nil {
		for _, f := range inspected.Agreements {
			kept[[2]string{f.Title, f.Version}] = f.SHA256
		}
	}
	var names []string
	fresh := false
	for _, file := range d.cfg.Agreements() {
		f := file.Identity()
		before := kept[[2]string{f.Title, f.Version}]
		if before != "" && before != f.SHA256 {
			name := printable(f.Title + " " + f.Version)
			return result{
				outcome: Problem,
				found: Text{
					name + " 的文字变了：数据库里是 " + short(before) + "，文件是 " + short(f.SHA256) + "；serve 不会启动",
					name + " has another text: " + short(before) + " in the database, " + short(f.SHA256) + " in the file; " +
						"serve does not start",
				},
				remedy: Text{
					"文字真的改了，就在 agreement.files 里换一个 version，还没登记到飞书的人会再读一次；没有要改，就恢复原来的文件 " + file.Path,
					"if the text was to change, give it another version in agreement.files, and those whose identity is not " +
						"recorded yet read it again; if not, restore the file " + file.Path,
				},
			}
		}
		fresh = fresh || before == "" && len(kept) > 0
		names = append(names, printable(f.Title+" "+f.Version+" "+short(f.SHA256)))
	}
	found := Text{strings.Join(names, "；"), strings.Join(names, "; ")}
	if fresh {
		found.ZH += "；有新的，serve 启动后，还没登记到飞书的人会再读一次"
		found.EN += "; with a new text: after the start of serve those whose identity is not recorded yet read it again"
	}
	return result{outcome: OK, found: found}
}

// short returns the beginning of a hash, enough to compare by eye.
func short(sha256 string) string { return sha256[:min(12, len(sha256))] }

// checkPage requests the page's style sheet at the public address.
func (d *Doctor) checkPage(ctx context.Context) result {
	address := d.cfg.Server.PublicURL + pageStyle
	r := result{
		outcome: Problem,
		link:    address,
		remedy: Text{
			"反向代理要把 /webhook/event 和 /agreement/ 都原样转到 server.listen，不要重定向，不要加登录",
			"the proxy must pass both /webhook/event and /agreement/ to server.listen as they are, without a redirect or a " +
				"login",
		},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return result{outcome: Unknown}
	}
	resp, err := d.web.Do(req)
	if err != nil {
		if !d.serveRuns(ctx) {
			return notStarted
		}
		r.found, r.noAnswer = Text{"那里没有回音", "no answer there"}, true
		r.remedy = Text{
			"检查 DNS、证书、防火墙和代理；员工用手机打开这个地址",
			"check DNS, certificate, firewall and proxy; people open this address with their phones",
		}
		return d.withCause(ctx, r, d.cfg.Server.PublicURL)
	}
	_ = resp.Body.Close() // status and header are enough
	r.code = strconv.Itoa(resp.StatusCode)
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch status := resp.StatusCode; {
	case status == http.StatusOK && kind == "text/css":
		return result{outcome: OK, found: Text{
			"从这台机器看；再用手机的流量打开试一次：" + address,
			"as seen from this machine; open it once with a phone outside the office, too: " + address,
		}}
	case status >= 500 && !d.serveRuns(ctx): // of the proxy
		return notStarted
	case status >= 500:
		r.found = Text{"前面的代理到不了 serve", "the proxy does not reach serve"}
	case status >= 300 && status < 400:
		r.found = Text{"那里转到别处去了", "it is redirected"}
	case status == http.StatusOK:
		r.found = Text{
			"那里回答的不是 serve，是别的网页（" + cmp.Or(printable(kind), "没有 Content-Type") + "）",
			"what answers there is not serve, but another page (" + cmp.Or(printable(kind), "without a Content-Type") + ")",
		}
	default:
		r.found = Text{"那里没有协议页", "no agreement page there"}
	}
	return r
}

// notStarted is the result of a check that needs a running serve.
var notStarted = result{
	outcome: Unknown,
	found:   Text{"这台机器上没有 serve 在运行，协议页也打不开", "no serve runs on this machine, and the page does not open"},
	remedy:  Text{"启动 serve 再看", "start serve and look again"},
}

// serveRuns reports whether a serve on this machine answers.
func (d *Doctor) serveRuns(ctx context.Context) bool {
	status, err := d.askServe(ctx)
	return err == nil && status != 0
}

// checkProxies finds an installation that cannot tell the address of a reader from that of its proxy. Serve speaks no
// TLS, so that a proxy stands in front of an https address.
func (d *Doctor) checkProxies(context.Context) result {
	proxies := d.cfg.Server.TrustedProxies
	if !strings.HasPrefix(d.cfg.Server.PublicURL, "https://") {
		return result{}
	}
	if len(proxies) > 0 {
		var names []string
		for _, p := range proxies {
			names = append(names, p.String())
		}
		list := strings.Join(names, ", ")
		return result{outcome: OK, found: Text{"信 " + list + " 转来的地址", "as " + list + " passes it on"}}
	}
	return result{
		outcome: Problem,
		found: Text{
			"server.trusted_proxies 是空的，而 https 由前面的代理终止：协议页认不出员工的 IP，谁都没法同意",
			"server.trusted_proxies is empty, and a proxy ends https in front of serve: the page cannot tell the reader's " +
				"address, so that nobody can accept",
		},
		remedy: Text{
			"填上代理连到 serve 时用的地址或网段，例如 [127.0.0.1]、[10.0.0.7]；代理要写 X-Forwarded-For。不要写有员工电脑的网段",
			"fill in the addresses or networks from which the proxy connects to serve, such as [127.0.0.1] or [10.0.0.7]; " +
				"it must set X-Forwarded-For. Name no network in which people's computers are",
		},
	}
}

// checkRedirectURL tells which address to list for the web login.
func (d *Doctor) checkRedirectURL(context.Context) result {
	address := d.cfg.Server.PublicURL + pageLogin
	return result{
		outcome: Unknown,
		found: Text{
			"平台不告诉应用，请自己看一眼；没有登记的话，员工登录时会看到 20029",
			"the platform does not tell an app, so look yourself; people who log in see 20029 while it is not listed",
		},
		remedy: Text{
			"开发配置 › 安全设置 › 重定向 URL：添加 " + address + "，一字不差",
			"Security Settings (安全设置) › Redirect URLs (重定向 URL): add " + address + ", the same to the letter",
		},
		link: d.console() + "/safe",
	}
}
