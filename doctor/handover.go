package doctor

import (
	"context"
	"errors"
	"strings"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/handover"
)

// handoverReceiver and signingService are the ids of the checks of what follows evidence points.
const (
	handoverReceiver = "handover.receiver"
	headsReceiver    = "dpo.heads_url"
	signingService   = "esign.sdk"
)

// webhook is a receiver of signed notifications, and the settings that name it.
type webhook struct {
	url                string
	secrets            []string
	urlKey, secretsKey string
}

// followUpChecks returns the checks of the receivers of heads and of evidence points, and of the signing service, as far
// as they are set.
func (d *Doctor) followUpChecks() (all []check) {
	if url := d.cfg.DPO.HeadsURL; url != "" {
		to := webhook{url, d.cfg.DPO.HeadsSecret, "dpo.heads_url", "dpo.heads_secret"}
		all = append(all, check{headsReceiver, Text{"校验值的接收方", "Receiver of heads"}, nil,
			func(ctx context.Context) result { return d.checkReceiver(ctx, to) }})
	}
	if d.cfg.Verification.Method == flows.MethodNone {
		return all // nothing is filed, so that nothing follows
	}
	if url := d.cfg.Handover.URL; url != "" {
		to := webhook{url, d.cfg.Handover.Secret, "handover.url", "handover.secret"}
		all = append(all, check{handoverReceiver, Text{"证据点的接收方", "Receiver of evidence points"}, nil,
			func(ctx context.Context) result { return d.checkReceiver(ctx, to) }})
	}
	if d.cfg.Esign.SDKURL != "" {
		all = append(all, check{signingService, Text{"签署服务", "Signing service"}, nil, d.checkSigningService})
	}
	return all
}

// checkReceiver asks the receiver whether it answers at all. With HandoverTest it sends a signed notification about
// nobody, which the receiver has to take.
func (d *Doctor) checkReceiver(ctx context.Context, to webhook) result {
	secrets, err := handover.ParseSecrets(to.secrets)
	if err != nil {
		return result{outcome: Problem, found: Text{to.secretsKey + " 不对", to.secretsKey + " is wrong"}}
	}
	client, err := handover.New(handover.Config{
		URL:          to.url,
		Secrets:      secrets,
		AllowPrivate: bool(d.cfg.Handover.AllowPrivate),
		Timeout:      callTimeout,
		Now:          func() time.Time { return d.Now() },
	})
	if err != nil {
		return result{outcome: Problem, found: Text{to.secretsKey + " 没有填", to.secretsKey + " is missing"}}
	}
	defer client.Close()
	if d.HandoverTest {
		err = client.SendTest(ctx)
	} else {
		err = client.Reach(ctx)
	}
	e, refused := errors.AsType[*handover.Error](err)
	switch {
	case err == nil && d.HandoverTest:
		return result{outcome: OK}
	case err == nil:
		return result{
			outcome: Unknown,
			found:   Text{"有应答；收不收签名的通知，没有试", "it answers; whether it takes signed notifications was not tried"},
			remedy:  Text{"check --handover-test 会发一条不涉及任何人的通知", "check --handover-test sends a notification about nobody"},
		}
	case !refused:
		return result{outcome: Problem, found: Text{"没有回音", "no answer"}, noAnswer: true}
	}
	return result{
		outcome: Problem,
		found:   Text{"没有收下：" + e.Code(), "not taken: " + e.Code()},
		remedy:  to.named(receiverRemedies[e.Kind]),
		code:    e.Code(),
	}
}

// named names the settings of the receiver in a text about those of handover.
func (to webhook) named(t Text) Text {
	names := strings.NewReplacer("handover.url", to.urlKey, "handover.secret", to.secretsKey)
	return Text{names.Replace(t.ZH), names.Replace(t.EN)}
}

// receiverRemedies says what to do about each kind of failed attempt.
var receiverRemedies = map[handover.Kind]Text{
	handover.KindNetwork: {
		"检查这台机器能否访问 handover.url（网络、DNS、证书）；不走代理",
		"check whether this machine reaches handover.url (network, DNS, certificate); no proxy is used",
	},
	handover.KindAddress: {
		"handover.url 的域名指向内网；接收方确实在你们自己的网络里，就设 handover.allow_private: true",
		"the name in handover.url leads into an internal network; if the receiver is in yours, set " +
			"handover.allow_private: true",
	},
	handover.KindRedirect: {
		"不跟随重定向：把新地址填进 handover.url",
		"redirects are not followed: put the new address into handover.url",
	},
	handover.KindRefused: {
		"核对 handover.url 的路径和 handover.secret，两边要一样",
		"compare the path in handover.url and handover.secret, which must be the same on both sides",
	},
	handover.KindGone:   {"接收方答 410，表示不再要了：请接收方重新打开", "the receiver answers 410, it wants no more: have it opened again"},
	handover.KindServer: {"接收方自己出错了：请对方看日志", "the receiver itself fails: have its log read"},
	handover.KindRate:   {"过一会儿再试", "try again in a while"},
}

// checkSigningService asks the service for the account of a number that nobody has.
func (d *Doctor) checkSigningService(ctx context.Context) result {
	sdk, err := esign.NewSDK(esign.SDKConfig{BaseURL: d.cfg.Esign.SDKURL, Timeout: callTimeout})
	if err != nil {
		return result{outcome: Problem, found: Text{"esign.sdk_url 不对", "esign.sdk_url is wrong"}}
	}
	if err := sdk.Probe(ctx); err != nil {
		return d.withCause(ctx, refused(Problem, err, Text{
			"核对 esign.sdk_url：应是 paas-sdk-service 的协议和主机，不带路径",
			"compare esign.sdk_url: scheme and host of paas-sdk-service, without a path",
		}, ""), d.cfg.Esign.SDKURL)
	}
	return result{outcome: OK}
}
