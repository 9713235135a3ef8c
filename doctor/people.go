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
	"shiming/flows"
	"shiming/store"
)

func (k *Doctor) peopleSteps() []step {
	after := []string{credentials, "feishu.bot"}
	all := []step{
		{"hr.review_chat", phrase{"机器人在审核群里", "Bot is in the review group"}, after, func(ctx context.Context) result {
			return k.askGroup(ctx, k.chat(ctx, flows.SettingReviewChat, k.cfg.HR.ReviewChat), phrase{"没有填写 hr.review_chat，也没有在群里用过「设为审核群」：审核卡片私聊发给每位管理员", "hr.review_chat is empty and 设为审核群 was not said in a group: cards for HR go to each admin in private"})
		}},
		{"hr.announce_chat", phrase{"机器人在公告群里", "Bot is in the announcement group"}, after, func(ctx context.Context) result {
			return k.askGroup(ctx, k.chat(ctx, flows.SettingAnnounceChat, k.cfg.HR.AnnounceChat), phrase{"没有填写 hr.announce_chat，也没有在群里用过「设为公告群」：不发公告", "hr.announce_chat is empty and 设为公告群 was not said in a group: nothing is announced"})
		}},
	}
	for i, id := range k.cfg.HR.Admins {
		n := strconv.Itoa(i + 1)
		all = append(all, step{"hr.admins." + n, phrase{"管理员 " + n + " " + id, "Admin " + n + " " + id}, after,
			func(ctx context.Context) result { return k.askAdmin(ctx, id) }})
	}
	return append(all,
		step{"hr.admins", phrase{"至少两位管理员", "Two admins at least"}, nil, k.askAdmins},
		step{"feishu.ocr", phrase{"身份证 OCR 与额度", "OCR of ID cards and its quota"}, []string{credentials, "feishu.scope.document_ai:id_card:recognize"}, k.askOCR},
		step{"feishu.identity", phrase{"录入身份信息", "Recording identities"}, []string{credentials, "feishu.scope.human_authentication:identity"}, k.askIdentity})
}

// chat is the group that the bot uses: the one chosen in chat goes before the configuration's.
func (k *Doctor) chat(ctx context.Context, setting, configured string) string {
	found, err := k.stored.get(func() (store.Inspection, error) { return store.Inspect(ctx, k.cfg.Store.DSN, nil) })
	if err != nil {
		return configured // the database has a step of its own
	}
	return cmp.Or(found.Setting(setting), configured)
}

func (k *Doctor) askGroup(ctx context.Context, chat string, without phrase) result {
	if chat == "" {
		return result{outcome: Good, seen: without}
	}
	add := phrase{"打开该群 › 设置 › 群机器人 › 添加机器人；群解散了就换一个：在新群里 @机器人「设为审核群」或「设为公告群」", "open the group › settings › bots › add the bot; if the group is gone, say @bot 设为审核群 or 设为公告群 in another one"}
	in, err := k.client.InChat(ctx, chat)
	if api, ok := errors.AsType[*bot.APIError](err); ok && api.Class() == bot.ClassPermission {
		return result{outcome: Unknown, code: api.UpstreamCode(), logID: api.LogID(), seen: phrase{"没有权限 im:chat:readonly，问不到", "cannot be asked without the scope im:chat:readonly"}, do: add}
	}
	switch {
	case err != nil:
		return refused(Problem, err, add, "")
	case !in:
		return result{outcome: Problem, seen: phrase{"机器人不在群 " + chat + " 里", "the bot is not in " + chat}, do: add}
	}
	return result{outcome: Good}
}

func (k *Doctor) askAdmin(ctx context.Context, openID string) result {
	contact, err := k.client.Contact(ctx, openID)
	if err == nil && contact.Left { // known with contact:user.employee:readonly only
		return result{outcome: Problem, seen: phrase{"这个人已经离职", "the person has left the company"},
			do: phrase{"在 hr.admins 里换一位，重启 serve", "name somebody else in hr.admins and restart serve"}}
	}
	if err == nil {
		return result{outcome: Good}
	}
	do := phrase{"API 调试台 › 发送消息 › 选择你的应用 › 快速复制 open_id：换成这个人在本应用下的 open_id", "API Explorer (API 调试台) › send a message (发送消息) › choose your app › copy open_id (快速复制 open_id): use the person's open_id in this app"}
	api, ok := errors.AsType[*bot.APIError](err)
	if ok && api.Class() == bot.ClassPermission {
		r := refused(Warning, err, phrase{"把他加进 通讯录权限范围 和 可用范围，发布新版本", "add the person to the directory range (通讯录权限范围) and the availability (可用范围), and publish a new version"}, k.console()+"/auth")
		r.seen = phrase{"看不到这个人：不在通讯录权限范围内，或没有通讯录权限", "the person cannot be seen: outside the directory range, or no scope for the directory"}
		return r
	}
	r := refused(Problem, err, do, k.platform()+"/api-explorer")
	if ok && foreignPerson[api.Code] {
		r.seen = phrase{"本应用里没有这个 open_id：抄错了，或是在别的应用下取的", "this app knows no such open_id: mistyped, or taken from another app"}
	}
	return r
}

// foreignPerson are the codes of an open_id that is nobody's in this app (pages "获取单个用户信息" and "通用错误码").
var foreignPerson = map[int]bool{41012: true, 99992351: true, 99992361: true}

func (k *Doctor) askAdmins(context.Context) result {
	if len(k.cfg.HR.Admins) < 2 {
		return result{outcome: Warning, seen: phrase{"只有一位：没有人能审核他自己的登记", "one only: nobody can review that person's own registration"},
			do: phrase{"在 hr.admins 里再加一位", "add another to hr.admins"}}
	}
	return result{outcome: Good}
}

// askOCR lets an empty picture be read: nothing is on it, and "nothing was recognised" (2110002) says that permission and quota
// are fine (page "识别文件中的身份证").
func (k *Doctor) askOCR(ctx context.Context) result {
	if !k.OCR {
		return result{outcome: Unknown, seen: phrase{"没有试：会用掉一次额度", "not tried: it uses up one of the quota"}, do: phrase{"加 --ocr 再运行一次", "run again with --ocr"}}
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		return result{outcome: Unknown}
	}
	_, err := k.client.ReadIDCard(ctx, picture.Bytes(), func() {})
	api, ok := errors.AsType[*bot.APIError](err)
	switch {
	case err == nil, ok && api.Class() == bot.ClassPerson:
		return result{outcome: Good}
	case ok && api.Class() == bot.ClassQuota:
		r := refused(Problem, err, phrase{"向飞书销售购买 OCR 额度", "buy more OCR quota from Feishu's sales"}, "")
		r.seen = phrase{"额度用完了", "the quota is used up"}
		return r
	case ok && api.Temporary():
		return refused(Warning, err, phrase{"过一会儿再试", "try again in a while"}, "")
	}
	return refused(Problem, err, phrase{"开通权限 document_ai:id_card:recognize 并发布新版本", "add the scope document_ai:id_card:recognize and publish a new version"}, k.console()+"/auth")
}

// askIdentity asks nothing: the only call there is writes (page "录入身份信息"). The scope is its own step.
func (k *Doctor) askIdentity(context.Context) result {
	return result{outcome: Unknown, seen: phrase{"能不能写，只有写了才知道：第一件登记会说明；权限见上面", "only writing shows whether it writes: the first case will; its scope is asked above"}}
}
