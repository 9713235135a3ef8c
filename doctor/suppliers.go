package doctor

import (
	"context"
	"errors"
	"net/http"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/verify"
)

// Ids of checks on which others depend.
const (
	esignApp        = "esign.app"
	tencentTemplate = "tencent.sms_template"
)

func (d *Doctor) supplierChecks() []check {
	clock := check{"clock", Text{"时钟", "Clock"}, nil, d.checkClock}
	if d.cfg.Verification.Method == flows.MethodNone {
		return append([]check{clock}, d.evidenceChecks()...)
	}
	all := []check{
		{esignApp, Text{"e签宝应用、密钥与白名单", "e签宝 application, secret and allow-list"}, nil, d.checkEsign},
		clock,
	}
	all = append(all, d.evidenceChecks()...)
	if d.cfg.SendsCodes() {
		all = append(all, d.smsChecks()...)
	}
	if d.cfg.Uses(flows.ThreeElements) {
		all = append(all, check{
			"tencent.three_elements", Text{"三要素核验权益", "Entitlement to the three-element check"}, []string{tencentTemplate},
			cannotAsk(Text{
				"不核验真人就试不出：在 人脸核身控制台 里看「手机号三要素核验」已开通且有余量，否则第一件登记会说明",
				"cannot be tried without checking somebody: look in the faceid console (人脸核身控制台) whether the three-element " +
					"check (手机号三要素核验) is open and has quota, or the first case will show",
			})})
	}
	if d.cfg.Uses(flows.BankCardFour) {
		all = append(all, check{
			"tencent.bank_card_four", Text{"银行卡核验权益", "Entitlement to the check by bank card"}, []string{tencentTemplate},
			cannotAsk(Text{
				"不核验真人就试不出：在 人脸核身控制台 里看「银行卡四要素核验」已开通且有余量；「银行卡基础信息查询」没有开通时，开户银行由员工自己填",
				"cannot be tried without checking somebody: look in the faceid console (人脸核身控制台) whether the check by bank card " +
					"(银行卡四要素核验) is open and has quota; without the look-up of banks (银行卡基础信息查询) the employee names the bank",
			})})
	}
	if d.cfg.Uses(flows.Face) {
		all = append(all, d.faceChecks()...)
	}
	return all
}

// smsChecks are the checks of an installation that sends codes.
func (d *Doctor) smsChecks() []check {
	return []check{
		{tencentTemplate, Text{"腾讯云密钥与短信模板", "Tencent Cloud key and SMS template"}, nil, d.checkTemplate},
		{"tencent.sms_sign", Text{"短信签名与应用", "SMS sign and application"}, []string{tencentTemplate}, cannotAsk(
			Text{
				"不发短信就试不出：在 短信控制台 › 国内短信 › 签名管理 里看，verification.tencent.sms_sign_name 应为「已通过」且内容一字不差",
				"cannot be tried without sending: look in the SMS console (短信控制台) › 国内短信 › signatures (签名管理), " +
					"verification.tencent.sms_sign_name must be approved and the same to the letter",
			})},
	}
}

// cannotAsk returns a check whose outcome is unknown, because no platform can tell. look says where a person can look.
func cannotAsk(look Text) func(context.Context) result {
	return func(context.Context) result {
		return result{outcome: Unknown, found: Text{"问不到", "cannot be asked"}, remedy: look}
	}
}

func (d *Doctor) checkEsign(ctx context.Context) result {
	err := d.evidence.Probe(ctx)
	if err == nil {
		return result{outcome: OK}
	}
	const console = "https://open.esign.cn"
	r := d.withCause(ctx, refused(Problem, err, Text{
		"e签宝控制台 › 应用管理：核对 esign.app_id、esign.app_secret，以及 esign.base_url 是正式还是沙箱",
		"e签宝 console › applications (应用管理): compare esign.app_id and esign.app_secret, and whether esign.base_url is " +
			"production or sandbox",
	}, console), d.cfg.Esign.BaseURL)
	e, ok := errors.AsType[*esign.Error](err)
	if !ok {
		return r
	}
	if e.Message != "" {
		r.found = Text{"e签宝答：" + e.Message, "e签宝 says: " + e.Message}
	}
	switch e.Kind {
	case esign.KindForbidden:
		r.remedy = Text{
			"e签宝控制台 › 应用 › 安全配置：加上本机的出口 IP，约 5 分钟后生效",
			"e签宝 console › application › security settings (安全配置): add this machine's public address; it takes about 5 minutes",
		}
	case esign.KindClock:
		r.remedy, r.link = Text{
			"这台机器的时钟差了 15 分钟以上：打开 NTP",
			"this machine's clock is more than 15 minutes off: switch NTP on",
		}, ""
	case esign.KindRate, esign.KindServer:
		r.outcome, r.remedy, r.link = Warning, Text{"过一会儿再试", "try again in a while"}, ""
	}
	return r
}

// refusedQuestions lists the codes that refuse the query and not the key: the sub-account may only send, or the
// account is personal (pages "错误码" and "短信模板状态查询").
var refusedQuestions = map[string]bool{
	"AuthFailure.UnauthorizedOperation":           true,
	"UnauthorizedOperation":                       true,
	"UnauthorizedOperation.RequestPermissionDeny": true,
	"FailedOperation.NotEnterpriseCertification":  true,
	"UnsupportedOperation":                        true,
	"UnsupportedOperation.":                       true,
}

// refusedAlsoForSMS lists the codes with which the supplier would also refuse to send an SMS, with their remedies.
var refusedAlsoForSMS = map[string]Text{
	"UnauthorizedOperation.RequestIpNotInWhitelist": {
		"短信控制台 › 应用管理 › 应用列表 › 应用的安全设置：把本机的出口地址加进 IP 白名单",
		"SMS console (短信控制台) › applications (应用管理) › the application's security settings: add this machine's public " +
			"address to the allow-list",
	},
	"UnauthorizedOperation.SerivceSuspendDueToArrears": {
		"腾讯云账号欠费停服：充值",
		"the account is in arrears and suspended: top it up",
	},
	"UnauthorizedOperation.SdkAppIdIsDisabled": {
		"短信控制台 › 应用管理：启用 verification.tencent.sms_sdk_app_id 的应用",
		"SMS console (短信控制台) › applications (应用管理): enable the application of verification.tencent.sms_sdk_app_id",
	},
	"IpNotInWhitelist": {
		"腾讯云 › 访问管理 › API 密钥管理：把本机的出口地址加进密钥的访问 IP 限制",
		"Tencent Cloud › CAM (访问管理) › API keys (API 密钥管理): add this machine's public address to the key's allow-list",
	},
	"UnsupportedRegion": {
		"verification.tencent.region 改成短信支持的地域，例如 ap-guangzhou",
		"set verification.tencent.region to one that SMS has, such as ap-guangzhou",
	},
}

func (d *Doctor) checkTemplate(ctx context.Context) result {
	state, err := d.supplier.ProbeTemplate(ctx)
	const console = "https://console.cloud.tencent.com/smsv2"
	remedy := Text{
		"短信控制台 › 国内短信 › 正文模板管理：核对 verification.tencent.sms_template_id，须为「已通过」，含 {1} 验证码、{2} 分钟数",
		"SMS console (短信控制台) › 国内短信 › templates (正文模板管理): compare verification.tencent.sms_template_id; it must be " +
			"approved, with {1} code and {2} minutes",
	}
	e, _ := errors.AsType[*verify.Error](err)
	switch {
	case e != nil && e.Code == "AuthFailure.SignatureExpire":
		return refused(Problem, err, Text{
			"这台机器的时钟差了 5 分钟以上：打开 NTP",
			"this machine's clock is more than 5 minutes off: switch NTP on",
		}, "")
	case e != nil && refusedQuestions[e.Code]:
		r := refused(Unknown, err, remedy, console)
		r.found = Text{
			"密钥没有查询模板的权限，或者账号不是企业认证：密钥是对的，模板请自己看一眼",
			"the key may not ask about templates, or the account is no company's: the key is right, look at the template " +
				"yourself",
		}
		return r
	case e != nil && refusedAlsoForSMS[e.Code] != (Text{}):
		return refused(Problem, err, refusedAlsoForSMS[e.Code], console)
	case e != nil && e.Class == verify.ClassRetry && e.HTTPStatus != 0:
		return refused(Warning, err, Text{"过一会儿再试", "try again in a while"}, "")
	case err != nil:
		return d.withCause(ctx, refused(Problem, err, Text{
			"腾讯云 › 访问管理 › API 密钥管理：核对 verification.tencent.secret_id、secret_key，密钥要有短信和人脸核身的权限",
			"Tencent Cloud › CAM (访问管理) › API keys (API 密钥管理): compare verification.tencent.secret_id and secret_key; the " +
				"key needs sms and faceid",
		}, "https://console.cloud.tencent.com/cam/capi"), d.cfg.Verification.Tencent.EndpointSMS)
	case state == verify.TemplateApproved:
		return result{outcome: OK}
	}
	found := map[verify.TemplateState]Text{
		verify.TemplatePending: {"模板还没生效：在审核，或刚通过", "the template is not in effect yet: under review, or approved just now"},
		verify.TemplateRefused: {"模板审核没有通过", "the template was refused in review"},
		verify.TemplateMissing: {"这个账号里没有这个模板", "no such template in this account"},
	}
	return result{
		outcome: Problem,
		found:   found[state],
		remedy:  remedy,
		link:    console,
	}
}

// Limits for the offset of the local clock. Tencent Cloud refuses a signature that is five minutes off, e签宝 one that is
// fifteen minutes off.
const (
	clockTolerance = 30 * time.Second
	clockLimit     = 4 * time.Minute
)

// checkClock compares the local clock with the Date header of the platforms, which has a resolution of one second.
func (d *Doctor) checkClock(ctx context.Context) result {
	hosts := []string{d.cfg.Feishu.BaseURL}
	if d.cfg.Verification.Method != flows.MethodNone {
		hosts = append(hosts, d.cfg.Esign.BaseURL)
	}
	var worst time.Duration
	answers := 0
	for _, base := range hosts {
		off, err := d.offset(ctx, base)
		if err != nil {
			continue
		}
		answers++
		if off.Abs() > worst.Abs() {
			worst = off
		}
	}
	if answers == 0 {
		return result{outcome: Unknown, found: Text{"没有一个平台告诉时间", "no platform told the time"}}
	}
	off, ahead := worst.Abs().Round(time.Second).String(), Text{"快", "ahead of"}
	if worst < 0 {
		ahead = Text{"慢", "behind"}
	}
	r := result{
		outcome: OK,
		remedy:  Text{"打开 NTP（timedatectl set-ntp true）", "switch NTP on (timedatectl set-ntp true)"},
		found:   Text{"这台机器比平台" + ahead.ZH + " " + off, "this machine is " + ahead.EN + " the platforms by " + off},
	}
	switch {
	case worst.Abs() <= clockTolerance:
		return result{outcome: OK}
	case worst.Abs() <= clockLimit:
		r.outcome = Warning
	default:
		r.outcome = Problem
	}
	return r
}

// offset returns how far the local clock is ahead of a platform's, with an error of about one second.
func (d *Doctor) offset(ctx context.Context, base string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base+"/", nil)
	if err != nil {
		return 0, err
	}
	before := d.Now()
	resp, err := d.web.Do(req)
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close() // the response to a HEAD has no body
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, err
	}
	between := before.Add(d.Now().Sub(before) / 2)
	return between.Sub(date.Add(500 * time.Millisecond)), nil
}
