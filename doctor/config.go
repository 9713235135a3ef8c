package doctor

import (
	"shiming/config"
	"shiming/verify"
)

// chinese has the Chinese text of every code of package config, which has the English one.
var chinese = map[config.Code]string{
	config.FileMissing:        "没有这个文件",
	config.FileDenied:         "没有权限读",
	config.FileUnreadable:     "读不了：%s",
	config.NotYAML:            "不是正确的 YAML",
	config.NotYAMLAt:          "不是正确的 YAML，看 %s",
	config.UnknownKey:         "没有这个键",
	config.MisplacedKey:       "没有这个键（是不是 %s？）",
	config.NotSection:         "要填一个值，不是一节",
	config.UnreadableVariable: "%s 指的文件读不了",

	config.NotOneOf:           "只能是：%s",
	config.NotInRange:         "要写 %s 到 %s 的整数",
	config.NotNumberInRange:   "要写 %s 到 %s 的数，可以带小数",
	config.NotDuration:        "要写成时长，例如 90s、10m、72h",
	config.WrongType:          "值的类型不对：%s",
	config.FaceWithoutURL:     "face（人脸核验）需要它：员工做完后要回到这个地址",
	config.UnknownCheck:       "没有这个检查：%s（见 docs/checks.zh.md）",
	config.CheckLevelNotOneOf: "%s 只能是：%s",
	config.CheckTwice:         "%s 写了两次",
	config.BadLadder:          "第一个要和 verification.method 一样，每种方式只写一次",

	config.NotFiles:        `要写成列表，例如 [{title: 数字证书服务协议, version: "20250801", path: agreement.txt}]`,
	config.NotText:         "要写成文字，不是列表或一节",
	config.NotNetwork:      "要写地址或网段，例如 10.0.0.7、10.0.0.0/8、fd00::/8",
	config.NotHours:        "要写成 09:00-18:00 这样，结束晚于开始",
	config.TrustsEverybody: "这是所有地址：那样员工想写什么 IP，存证里就是什么 IP",

	config.Missing:            "没有填写",
	config.NotHostPort:        "要写成 主机:端口，例如 %s",
	config.NotURL:             "要写协议和主机，例如 https://open.feishu.cn",
	config.NotBaseURL:         "只写协议和主机，不要路径",
	config.PlainHTTP:          "只有本机可以用 http，其他请用 https",
	config.NotDSN:             "要写成 sqlite:路径 或 postgres://USER:PASSWORD@HOST:PORT/DATABASE",
	config.NotPositive:        "要大于 0",
	config.LessThanADay:       "至少 24h",
	config.ExpiresLate:        "最多 312h：飞书的卡片 14 天后就不能更新了",
	config.NoAdmins:           "至少填一个 open_id；最好两个，因为谁都不能审自己的",
	config.NotOpenID:          "要填 open_id，例如 ou_…",
	config.NotDomain:          "要填域名，例如 esign.cn，不带 https://、端口、路径和 *",
	config.NotWebhookURL:      "要填完整的地址，例如 https://hr.example.com/hooks/shiming，不带用户名和 #",
	config.NotWebhookSecret:   "要填 whsec_ 加 24 到 64 个随机字节的 Base64；多个用逗号分开，新的在前",
	config.InternalAddress:    "这是内网地址；接收方确实在你们自己的网络里，就设 handover.allow_private: true（链路本地地址始终不允许）",
	config.DocumentUnverified: "只能是 stop：核验机构只核对居民身份证的号码，这种证件没法核验",
	config.UnknownPlaceholder: "%s 不是占位符，只能用：%s",
	config.PhotosUnasked:      "review.second_look 是 originals 时只能是 on_request：自动发没法先让另一位 HR 同意",
	config.TooLong:            "最多 %s 个字符",
	config.PageWithoutURL: "没有填写：2025-10 版存证要员工先在网页上读协议，网页要有公网地址。" +
		"填上它，或者 esign.evidence_revision 改成 \"2024\"，不过 e签宝可能不收",
	config.NoAgreement: "没有填写：2025-10 版存证要写明员工读的是哪一版《数字证书服务协议》。" +
		"向 e签宝要全文，把文件写进来，或者 esign.evidence_revision 改成 \"2024\"，不过 e签宝可能不收",
	config.NoCertAgreement:    "没有一份协议的标题或正文里有「数字证书服务协议」，e签宝要求有",
	config.NotOneLine:         "要写成一行，不能有控制字符",
	config.SameAgreement:      "和另一份的标题、版本都一样",
	config.AgreementTooLarge:  "文件超过 1 MB",
	config.AgreementEmpty:     "文件是空的",
	config.NotPlainText:       "要 UTF-8 的纯文本；这份是别的编码，或者是 PDF、Word",
	config.MarkWithoutCompany: "用了 {company}，但 company.name 是空的",
	config.AdminWithoutTenant: "商店应用有多家企业，每位管理员写成 tenant_key/open_id",
	config.ChatOfOneTenant:    "群只属于一家企业；商店应用请留空，由各企业的 HR 在群里设置",
	config.NotCalendar:        "文件第 %s 行不对：要写日期和 rest（休息）或 work（上班），例如 2028-10-01 rest 国庆节",
	config.CalendarTooLarge:   "文件超过 1 MB",
	config.NotWrappingKey:     "要填 32 个随机字节的 Base64，用 openssl rand -base64 32 生成",
	config.TwoWrappings:       "填了 kms.uri 就要留空：两者只能用一个来包裹密钥",
	config.NotKMSURI:          "要写成 hcvault://主机:端口/transit/keys/名称，即 HashiCorp Vault Transit 的一把密钥",
	config.TwoLogins:          "填了 kms.role_id 就要留空：两者只能用一个来登录",
	config.SecretInFile:       "不能写在 config.yaml 里；用环境变量 %s 给，或用 %s 指一个文件",
	config.LongConnOfMany:     "只有企业自建应用能用长连接，请用 webhook",

	config.SupplierAddress:   "不是正确的地址",
	config.SupplierHost:      "不是正确的地址",
	config.SupplierBase:      "只写协议和主机，不要路径",
	config.SupplierHTTPS:     "协议要是 https",
	config.SupplierPlainHTTP: "只有本机可以用 http，其他请用 https",
	config.SupplierWord:      "必填，不能有空格",
	config.SupplierSign:      "必填，不带【】",
	config.SupplierRegion:    "要像 " + verify.DefaultRegion + " 这样",
}

// misconfigured returns a mistake of the configuration in both languages.
func misconfigured(m config.Mistake) Text {
	return Text{m.Path + "：" + m.Fill(chinese[m.Code]), m.String()}
}

// Translated returns the error in a language, zh or en.
func Translated(e *config.Error, lang string) error { return &translated{e, lang} }

type translated struct {
	cause *config.Error
	lang  string
}

func (t *translated) Error() string {
	return t.cause.In(func(m config.Mistake) string { return misconfigured(m).In(t.lang) })
}

// Unwrap returns the *config.Error, on which the exit code depends.
func (t *translated) Unwrap() error { return t.cause }
