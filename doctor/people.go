package doctor

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"strconv"

	"shiming/bot"
	"shiming/config"
	"shiming/flows"
	"shiming/store"
)

func (d *Doctor) peopleChecks() []check {
	after := []string{credentials, "feishu.bot"}
	all := []check{
		{"hr.review_chat", Text{"机器人在审核群里", "Bot is in the review group"}, after, func(ctx context.Context) result {
			return d.checkGroup(ctx, d.chat(ctx, flows.SettingReviewChat, d.cfg.HR.ReviewChat), Text{
				"没有填写 hr.review_chat，也没有在群里用过「设为审核群」：审核卡片私聊发给每位管理员",
				"hr.review_chat is empty and 设为审核群 was not said in a group: cards for HR go to each admin in private",
			})
		}},
		{"hr.announce_chat", Text{"机器人在公告群里", "Bot is in the announcement group"}, after, func(ctx context.Context) result {
			return d.checkGroup(ctx, d.chat(ctx, flows.SettingAnnounceChat, d.cfg.HR.AnnounceChat), Text{
				"没有填写 hr.announce_chat，也没有在群里用过「设为公告群」：不发公告",
				"hr.announce_chat is empty and 设为公告群 was not said in a group: nothing is announced",
			})
		}},
	}
	for i, id := range d.cfg.HR.Admins {
		n := strconv.Itoa(i + 1)
		all = append(all, check{
			"hr.admins." + n,
			Text{"管理员 " + n + " " + id, "Admin " + n + " " + id},
			after,
			func(ctx context.Context) result { return d.checkPerson(ctx, "hr.admins", id) },
		})
	}
	for _, of := range []struct {
		key, zh, en string
		ids         []string
	}{
		{"review.stand_ins", "代审人", "Stand-in", d.cfg.Review.StandIns},
		{"review.leads", "负责人", "Lead", d.cfg.Review.Leads},
		{"dpo.viewers", "个人信息保护负责人", "Data-protection officer", d.cfg.DPO.Viewers},
	} {
		for i, id := range of.ids {
			n := strconv.Itoa(i + 1)
			all = append(all, check{
				of.key + "." + n,
				Text{of.zh + " " + n + " " + id, of.en + " " + n + " " + id},
				after,
				func(ctx context.Context) result { return d.checkPerson(ctx, of.key, id) },
			})
		}
	}
	return append(all,
		check{"hr.admins", Text{"管理员不止一位", "More than one admin"}, nil, d.checkAdmins},
		check{"review.photos", Text{"原件怎么发给 HR", "How originals reach HR"}, nil, d.checkPhotos},
		check{
			"feishu.ocr",
			Text{"身份证 OCR 与额度", "OCR of ID cards and its quota"},
			[]string{credentials, "feishu.scope.document_ai:id_card:recognize"},
			d.checkOCR,
		},
		check{
			"feishu.identity",
			Text{"录入身份信息", "Recording identities"},
			[]string{credentials, "feishu.scope.human_authentication:identity"},
			d.checkIdentity,
		})
}

// chat returns the group that the bot uses. A group that HR chose in chat overrides the configuration.
func (d *Doctor) chat(ctx context.Context, setting, configured string) string {
	inspected, err := d.stored.get(func() (store.Inspection, error) { return store.Inspect(ctx, d.cfg.Store.DSN, nil) })
	if err != nil {
		return configured // checkStore reports the error
	}
	return cmp.Or(inspected.Setting(setting), configured)
}

func (d *Doctor) checkGroup(ctx context.Context, chat string, without Text) result {
	if chat == "" {
		return result{outcome: OK, found: without}
	}
	add := Text{
		"打开该群 › 设置 › 群机器人 › 添加机器人；群解散了就换一个：在新群里 @机器人「设为审核群」或「设为公告群」",
		"open the group › settings › bots › add the bot; if the group is gone, say @bot 设为审核群 or 设为公告群 in another one",
	}
	in, err := d.client.InChat(ctx, chat)
	if api, ok := errors.AsType[*bot.APIError](err); ok && api.Class() == bot.ClassPermission {
		return result{
			outcome: Unknown,
			code:    api.UpstreamCode(),
			logID:   api.LogID(),
			found:   Text{"没有权限 im:chat:readonly，问不到", "cannot be asked without the scope im:chat:readonly"},
			remedy:  add,
		}
	}
	switch {
	case err != nil:
		return refused(Problem, err, add, "")
	case !in:
		return result{outcome: Problem, found: Text{"机器人不在群 " + chat + " 里", "the bot is not in " + chat}, remedy: add}
	}
	return result{outcome: OK}
}

// checkPerson asks the directory for a person of the setting.
func (d *Doctor) checkPerson(ctx context.Context, key, openID string) result {
	contact, err := d.client.Contact(ctx, openID)
	if err == nil && contact.Left { // Left needs the scope contact:user.employee:readonly
		return result{
			outcome: Problem,
			found:   Text{"这个人已经离职", "the person has left the company"},
			remedy: Text{
				"在 " + key + " 里换一位，重启 serve",
				"name somebody else in " + key + " and restart serve",
			},
		}
	}
	if err == nil {
		return result{outcome: OK}
	}
	remedy := Text{
		"API 调试台 › 发送消息 › 选择你的应用 › 快速复制 open_id：换成这个人在本应用下的 open_id",
		"API Explorer (API 调试台) › send a message (发送消息) › choose your app › copy open_id (快速复制 open_id): use the " +
			"person's open_id in this app",
	}
	api, ok := errors.AsType[*bot.APIError](err)
	if ok && api.Class() == bot.ClassPermission {
		r := refused(Warning, err, Text{
			"把他加进 通讯录权限范围 和 可用范围，发布新版本",
			"add the person to the directory range (通讯录权限范围) and the availability (可用范围), and publish a new version",
		}, d.console()+"/auth")
		r.found = Text{
			"看不到这个人：不在通讯录权限范围内，或没有通讯录权限",
			"the person cannot be seen: outside the directory range, or no scope for the directory",
		}
		return r
	}
	r := refused(Problem, err, remedy, d.platform()+"/api-explorer")
	if ok && foreignPerson[api.Code] {
		r.found = Text{
			"本应用里没有这个 open_id：抄错了，或是在别的应用下取的",
			"this app knows no such open_id: mistyped, or taken from another app",
		}
	}
	return r
}

// foreignPerson lists the codes for an open_id that does not exist in this app (pages "获取单个用户信息" and
// "通用错误码").
var foreignPerson = map[int]bool{41012: true, 99992351: true, 99992361: true}

func (d *Doctor) checkAdmins(context.Context) result {
	if len(d.cfg.HR.Admins) < 2 {
		return result{
			outcome: Warning,
			found: Text{
				"只有一位：这位自己的登记没有人能审核；要两位都通过的（有红色检查项、改过姓名、换过证件号）没法通过",
				"one only: nobody can review that person's own registration, and what takes two (a red check, a changed name, " +
					"another number than before) cannot be approved",
			},
			remedy: Text{"可以先这样开始；要补上，就在 hr.admins 里再加一位", "fine to begin with; add another to hr.admins to change both"},
		}
	}
	return result{outcome: OK}
}

// checkPhotos tells when originals that should come by themselves do not: single cards of a group show none.
func (d *Doctor) checkPhotos(ctx context.Context) result {
	r := d.cfg.Review
	if r.Photos == config.PhotosOnRequest || r.Style == config.StyleQueue ||
		d.chat(ctx, flows.SettingReviewChat, d.cfg.HR.ReviewChat) == "" {
		return result{outcome: OK}
	}
	return result{
		outcome: Warning,
		found: Text{
			"有审核群，单件卡片又不能带原件，所以不会自动发；HR 要自己点「查看原件」",
			"none come by themselves: there is a review group, and its cards never show originals; HR has to press 查看原件",
		},
		remedy: Text{
			"review.style 改成 queue，或者去掉审核群；不改就把 review.photos 改回 on_request",
			"set review.style to queue, or do without the review group; else set review.photos to on_request",
		},
	}
}

// checkOCR lets Feishu read an empty picture. The code "nothing was recognised" (2110002) shows that permission and
// quota are fine (page "识别文件中的身份证").
func (d *Doctor) checkOCR(ctx context.Context) result {
	if !d.OCR {
		return result{
			outcome: Unknown,
			found:   Text{"没有试：会用掉一次额度", "not tried: it uses up one of the quota"},
			remedy:  Text{"加 --ocr 再运行一次", "run again with --ocr"},
		}
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		return result{outcome: Unknown}
	}
	_, err := d.client.ReadIDCard(ctx, picture.Bytes(), func() {})
	api, ok := errors.AsType[*bot.APIError](err)
	switch {
	case err == nil, ok && api.Class() == bot.ClassPerson:
		return result{outcome: OK}
	case ok && api.Class() == bot.ClassQuota:
		r := refused(Problem, err, Text{"向飞书销售购买 OCR 额度", "buy more OCR quota from Feishu's sales"}, "")
		r.found = Text{"额度用完了", "the quota is used up"}
		return r
	case ok && api.Temporary():
		return refused(Warning, err, Text{"过一会儿再试", "try again in a while"}, "")
	}
	return refused(Problem, err, Text{
		"开通权限 document_ai:id_card:recognize 并发布新版本",
		"add the scope document_ai:id_card:recognize and publish a new version",
	}, d.console()+"/auth")
}

// checkIdentity makes no call, because the only call of this API writes (page "录入身份信息"). Another check covers the
// scope.
func (d *Doctor) checkIdentity(context.Context) result {
	return result{
		outcome: Unknown,
		found: Text{
			"能不能写，只有写了才知道：第一件登记会说明；权限见上面",
			"only writing shows whether it writes: the first case will; its scope is asked above",
		},
	}
}
