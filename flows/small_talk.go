package flows

import (
	"slices"
	"strings"
)

// smallTalk gives the command of what people write to a chat besides the words of commands, in the form to which
// ParseCommand brings a text.
var smallTalk = map[string]Command{
	"你好": CommandHello, "您好": CommandHello, "你好啊": CommandHello, "你好呀": CommandHello, "嗨": CommandHello,
	"哈喽": CommandHello, "在吗": CommandHello, "在么": CommandHello, "有人吗": CommandHello, "早": CommandHello,
	"早上好": CommandHello, "上午好": CommandHello, "下午好": CommandHello, "晚上好": CommandHello,
	"hello": CommandHello, "hi": CommandHello, "hey": CommandHello,

	"人工": CommandHuman, "客服": CommandHuman, "人工客服": CommandHuman, "转人工": CommandHuman, "人工服务": CommandHuman,
	"转人工客服": CommandHuman, "找人工": CommandHuman, "找客服": CommandHuman, "联系人工": CommandHuman,
	"联系客服": CommandHuman, "找hr": CommandHuman, "联系hr": CommandHuman, "hr": CommandHuman, "真人": CommandHuman,
	"human": CommandHuman, "agent": CommandHuman, "support": CommandHuman, "contact hr": CommandHuman,

	"查进度": CommandStatus, "看进度": CommandStatus, "我的进度": CommandStatus, "查询进度": CommandStatus,
	"到哪了": CommandStatus, "到哪一步了": CommandStatus, "好了吗": CommandStatus, "办好了吗": CommandStatus,
	"办完了吗": CommandStatus, "我办完了吗": CommandStatus, "我办好了吗": CommandStatus, "完成了吗": CommandStatus,
	"progress": CommandStatus,

	"谢谢": CommandThanks, "谢谢你": CommandThanks, "谢谢您": CommandThanks, "谢谢啦": CommandThanks, "谢啦": CommandThanks,
	"多谢": CommandThanks, "感谢": CommandThanks, "辛苦了": CommandThanks, "好的谢谢": CommandThanks, "好的,谢谢": CommandThanks,
	"thanks": CommandThanks, "thank you": CommandThanks, "thx": CommandThanks,

	"怎么办": CommandHelp, "怎么用": CommandHelp, "怎么弄": CommandHelp, "怎么实名": CommandHelp, "怎么认证": CommandHelp,
	"使用说明": CommandHelp, "说明": CommandHelp, "菜单": CommandHelp,
}

// simplified replaces the traditional characters, and their variants, that occur in the words.
var simplified = strings.NewReplacer(
	"實", "实", "認", "认", "證", "证", "開", "开", "進", "进", "資", "资", "刪", "删", "幫", "帮", "審", "审", "統", "统",
	"計", "计", "辦", "办", "對", "对", "賬", "账", "帳", "账", "設", "设", "為", "为", "爲", "为", "導", "导",
	"嗎", "吗", "麼", "么", "聯", "联", "係", "系", "繫", "系", "轉", "转", "務", "务", "錄", "录", "記", "记", "說", "说",
	"謝", "谢", "隱", "隐", "洩", "泄", "會", "会", "單", "单", "詢", "询", "還", "还", "沒", "没", "給", "给", "過", "过", "樣", "样", "個", "个", "誰", "谁", "們", "们",
	"啟", "启", "複", "复", "復", "复", "準", "准", "備", "备", "碼", "码", "驗", "验", "號", "号", "請", "请", "結", "结", "話", "话",
)

// aboutData are parts of questions whether the own data is safe, who sees it and how long it is kept.
var aboutData = []string{
	"隐私", "泄露", "泄漏", "安全吗", "安全么", "安不安全", "安全不", "保密", "谁能看", "谁会看", "谁看得到", "谁可以看", "会不会被", "保存多久",
	"留多久", "存多久", "会删", "什么时候删", "用来干", "用来做", "拿去干", "拿去做", "干什么用", "做什么用", "有什么用",
	"privacy", "is it safe", "data safe", "leak", "who can see", "how long do you keep",
}

// asksAboutData reports whether a text asks what happens to the own data ("我的信息安全吗", "为什么要身份证").
func asksAboutData(t string) bool {
	if len(t) > maxQuestion {
		return false
	}
	has := func(part string) bool { return strings.Contains(t, part) }
	return slices.ContainsFunc(aboutData, has) ||
		(has("为什么要") || has("为啥要")) && slices.ContainsFunc([]string{"身份证", "照片", "信息", "手机", "实名"}, has)
}

// maxQuestion is the longest text, in bytes, that asksAbout looks at: about 40 Chinese characters.
const maxQuestion = 120

// asksAbout reports whether a text asks how far somebody is: it names what is done here and asks ("张三办完了吗").
func asksAbout(t string) bool {
	if len(t) > maxQuestion {
		return false
	}
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(t, w) {
				return true
			}
		}
		return false
	}
	if has("怎么办", "怎么用", "怎么弄", "为什么") {
		return false
	}
	subject := has("办", "弄", "做完", "做好", "实名", "认证", "进度", "审核", "通过", "登记", "存证", "完成", "提交", "registered",
		"verified", "finished", "done")
	question := has("了吗", "了么", "了没", "没有", "吗", "哪一步", "哪步", "到哪", "怎么样", "还没", "谁", "哪些人", "多少人", "进度") ||
		strings.HasPrefix(t, "is ") || strings.HasPrefix(t, "has ") || strings.HasPrefix(t, "who ")
	return subject && question
}
