package docs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/flows"
)

// choice is a set of settings that change what happens to personal data.
type choice struct {
	methods       []flows.Method // nil: none
	handover, sdk bool
	page, login   bool
	desks         bool
	photos        flows.OriginalsRule
	second, tell  bool
	announce      config.AnnouncePeople
	dpo           bool
	joiners       bool // invited, and chased
}

func (c choice) uses(m flows.Method) bool { return slices.Contains(c.methods, m) }

func (c choice) sendsCodes() bool { return c.uses(flows.ThreeElements) || c.uses(flows.BankCardFour) }

// config returns the configuration of the choice.
func (c choice) config() config.Config {
	cfg := config.Defaults()
	cfg.Verification.Method = flows.MethodNone
	if len(c.methods) > 0 {
		cfg.Verification.Method, cfg.Verification.Ladder = c.methods[0], c.methods
	}
	if c.handover {
		cfg.Handover.URL = "https://sign.example.com/hook"
	}
	if c.sdk {
		cfg.Esign.SDKURL = "https://sdk.example.com"
	}
	cfg.Esign.EvidenceRevision = config.Revision2024
	if c.page {
		cfg.Esign.EvidenceRevision, cfg.Server.PublicURL = config.Revision202510, "https://hr.example.com"
		cfg.Agreement.Files = make([]config.AgreementFile, 1)
	}
	cfg.Agreement.Login = config.LoginNone
	if c.login {
		cfg.Agreement.Login = config.LoginFeishu
	}
	cfg.Review.Style = config.StyleCards
	if c.desks {
		cfg.Review.Style = config.StyleQueue
	}
	cfg.Review.Photos = config.ReviewPhotos(c.photos)
	if c.second {
		cfg.Review.SecondLook = config.SecondLookOriginals
	}
	cfg.Review.TellLooks = config.YesNo(c.tell)
	cfg.Announce.People = c.announce
	if c.dpo {
		cfg.DPO.Viewers = []string{"ou_dpo"}
	}
	if c.joiners {
		cfg.Campaign.Joiners, cfg.Campaign.Chase = config.JoinersAuto, config.ChaseAuto
	}
	return cfg
}

// promises lists what the consent text says under some settings only: words of it in both languages, and whether a
// choice makes them true. The rows are written from what the program does, not from the table of facts.
var promises = []struct {
	zh, en string
	holds  func(choice) bool
}{
	{"腾讯云短信（", "Tencent Cloud SMS (", choice.sendsCodes},
	{"你输入的验证码", "the code that you type", choice.sendsCodes},
	{"腾讯云实名核验（", "Tencent Cloud identity check (", func(c choice) bool { return c.uses(flows.ThreeElements) }},
	{"银行卡号", "the number of the card", func(c choice) bool { return c.uses(flows.BankCardFour) }},
	{"腾讯云银行卡核验（", "Tencent Cloud bank card check (", func(c choice) bool { return c.uses(flows.BankCardFour) }},
	{"人脸", "your face", func(c choice) bool { return c.uses(flows.Face) }},
	{"腾讯云人脸核身（", "Tencent Cloud face check (", func(c choice) bool { return c.uses(flows.Face) }},
	{"一张人脸照片", "one picture of the face", func(c choice) bool { return c.uses(flows.Face) }},
	{"腾讯云", "Tencent", func(c choice) bool { return len(c.methods) > 0 }},
	{"把核验记录存证", "file the verification as evidence", func(c choice) bool { return len(c.methods) > 0 }},
	{"e签宝（杭州天谷", "e签宝 eSign (", func(c choice) bool { return len(c.methods) > 0 }},
	{"还有手机号和你输入的验证码", "also the mobile number and the code", choice.sendsCodes},
	{"已提交的存证记录", "Evidence already filed", func(c choice) bool { return len(c.methods) > 0 }},
	{"网络地址", "network address", func(c choice) bool { return c.page && len(c.methods) > 0 }},
	{"飞书网页登录", "Feishu web login", func(c choice) bool { return c.page && c.login && len(c.methods) > 0 }},
	{"发起电子签署的系统", "system for electronic signatures", func(c choice) bool {
		return c.handover && len(c.methods) > 0
	}},
	{"电子签署账号", "account for electronic signatures", func(c choice) bool { return c.sdk && len(c.methods) > 0 }},
	{"群里每个人都看得到", "everybody in it can see it", func(c choice) bool { return !c.desks }},
	{"群里只有等审核的数量", "only how many wait", func(c choice) bool { return c.desks }},
	{"照片原件，HR 选了原因才能看", "HR can look at the original photos only", func(c choice) bool {
		return c.second || c.photos == flows.OriginalsOnRequest
	}},
	{"检查有提示的，HR 打开", "If a check shows a finding", func(c choice) bool {
		return !c.second && c.photos == flows.OriginalsOnWarning
	}},
	{"HR 打开你的登记时，会看到照片原件", "HR sees the original photos when it opens your registration.", func(c choice) bool {
		return !c.second && c.photos == flows.OriginalsAlways
	}},
	{"另一位 HR 同意", "agreement of another member", func(c choice) bool { return c.second }},
	{"会马上告诉你", "told at once of each look", func(c choice) bool { return c.tell }},
	{"你打码的姓名（如张*）", "your masked name", func(c choice) bool { return c.announce == config.PeopleMasked }},
	{"你的飞书头像", "your avatar", func(c choice) bool { return c.announce == config.PeopleAvatars }},
	{"个人信息保护负责人", "data-protection officer", func(c choice) bool { return c.dpo }},
	// What no setting takes away.
	{"公司邀请你登记的", "If the company invites you", func(choice) bool { return true }},
	{"飞书（北京飞书科技有限公司", "Feishu (Beijing Feishu", func(choice) bool { return true }},
	{"飞书通讯录里你的姓名", "From Feishu's directory", func(choice) bool { return true }},
	{"HR 导出的名单", "lists that HR exports", func(choice) bool { return true }},
	{"部门负责人看得到谁还没开始办", "can see who has not begun", func(choice) bool { return true }},
	{"能同时接触数据库和密钥的运维人员", "Operators who can reach both", func(choice) bool { return true }},
	{"保存在本公司运行的实名程序的数据库里", "Kept in the database", func(choice) bool { return true }},
	{"15 个工作日内答复", "within 15 working days", func(choice) bool { return true }},
}

// eachChoice calls f with every combination of the settings.
func eachChoice(f func(choice)) {
	for _, methods := range [][]flows.Method{
		nil, {flows.ThreeElements}, {flows.BankCardFour}, {flows.Face}, {flows.ThreeElements, flows.Face},
		{flows.ThreeElements, flows.BankCardFour}, {flows.ThreeElements, flows.BankCardFour, flows.Face},
	} {
		for n := range 1 << 9 {
			bit := func(i int) bool { return n>>i&1 == 1 }
			for _, photos := range []flows.OriginalsRule{
				flows.OriginalsOnRequest, flows.OriginalsOnWarning, flows.OriginalsAlways,
			} {
				for _, people := range []config.AnnouncePeople{config.PeopleNone, config.PeopleMasked, config.PeopleAvatars} {
					f(choice{
						methods: methods, handover: bit(0), sdk: bit(1), page: bit(2), login: bit(3), desks: bit(4),
						second: bit(5), tell: bit(6), dpo: bit(7), joiners: bit(8), photos: photos, announce: people,
					})
				}
			}
		}
	}
}

// TestConsentPromisesWhatTheSettingsDo walks through every combination of the settings that change what happens to
// personal data: the consent text says in both languages what they do, and nothing that they do not.
func TestConsentPromisesWhatTheSettingsDo(t *testing.T) {
	n, wrong := 0, 0
	seen := make([][2]bool, len(promises))
	eachChoice(func(c choice) {
		n++
		text := app.Policy(c.config()).Agreement.Text()
		for i, p := range promises {
			want := p.holds(c)
			seen[i][map[bool]int{true: 1}[want]] = true
			if strings.Contains(text, p.zh) != want || strings.Contains(text, p.en) != want {
				if wrong++; wrong < 20 {
					t.Errorf("%+v: got %v and %v for %q, want %v", c, strings.Contains(text, p.zh),
						strings.Contains(text, p.en), p.zh, want)
				}
			}
		}
	})
	for i, p := range promises {
		if !seen[i][1] {
			t.Errorf("no choice of the settings says %q", p.zh)
		}
	}
	t.Logf("%d combinations", n)
}

// TestConsentStatesTheRetention: under each combination of the periods the text states those that count, and no other.
func TestConsentStatesTheRetention(t *testing.T) {
	const day = 24 * time.Hour
	for n := range 16 {
		cfg := config.Defaults()
		span := func(bit int, d time.Duration) time.Duration { return map[bool]time.Duration{true: d}[n>>bit&1 == 1] }
		cfg.Timing.PhotoGrace, cfg.Timing.UnfinishedRetention = span(0, 5*time.Hour), span(1, 20*day)
		cfg.Timing.FieldRetention, cfg.Timing.LeaverRetention = span(2, 40*day), span(3, 30*day)
		text := app.Policy(cfg).Agreement.Text()
		fields, leavers := n>>2&1 == 1, n>>3&1 == 1
		for words, want := range map[string]bool{
			"照片在流程结束后 5 小时内删除":     n&1 == 1,
			"照片在流程结束后马上删除":         n&1 == 0,
			"信息在流程结束后 20 天内删除":     n&2 == 2,
			"信息在流程结束后马上删除":         n&2 == 0,
			"保存 40 天":              fields,
			"离职满 30 天":             leavers,
			"没有保存期限":               !fields && !leavers,
			"哪个先到按哪个":              fields && leavers,
			"kept without a limit": !fields && !leavers,
		} {
			if strings.Contains(text, words) != want {
				t.Errorf("%+v: got %q %v, want %v", cfg.Timing, words, !want, want)
			}
		}
	}
}
