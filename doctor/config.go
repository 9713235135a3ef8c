package doctor

import (
	"regexp"
	"strings"

	"shiming/config"
)

// reasons puts what config.Load says of a key into Chinese; the first row that fits counts.
var reasons = []struct {
	en *regexp.Regexp
	zh string
}{
	{regexp.MustCompile(`^is missing$`), "没有填写"},
	{regexp.MustCompile(`^no such key \(did you mean (.+)\?\)$`), "没有这个键（是不是 $1？）"},
	{regexp.MustCompile(`^no such key$`), "没有这个键"},
	{regexp.MustCompile(`^want a value, not a section$`), "要填一个值，不是一节"},
	{regexp.MustCompile(`^want one of: (.+)$`), "只能是：$1"},
	{regexp.MustCompile(`^want a duration such as .+$`), "要写成时长，例如 90s、10m、72h"},
	{regexp.MustCompile(`^want a whole number from (\d+) to (\d+)$`), "要写 $1 到 $2 的整数"},
	{regexp.MustCompile(`^(\S+) is not available in this version; use three_elements or none$`), "这个版本没有 $1，请用 three_elements 或 none"},
	{regexp.MustCompile(`^2025-10 needs .+$`), "2025-10 要有让员工阅读《数字证书服务协议》的页面，这个版本没有，请用 2024"},
	{regexp.MustCompile(`^want host:port, such as (.+)$`), "要写成 主机:端口，例如 $1"},
	{regexp.MustCompile(`^name at least one open_id; .+$`), "至少填一个 open_id；最好两个，因为谁都不能审自己的"},
	{regexp.MustCompile(`^want open_ids such as (.+)$`), "要填 open_id，例如 $1"},
	{regexp.MustCompile(`^a marketplace app has many tenants; .+$`), "商店应用有多家企业，每位管理员写成 tenant_key/open_id"},
	{regexp.MustCompile(`^the long connection is for self-built apps only; .+$`), "只有企业自建应用能用长连接，请用 webhook"},
	{regexp.MustCompile(`^belongs to one tenant; .+$`), "群只属于一家企业；商店应用请留空，由各企业的 HR 在群里设置"},
	{regexp.MustCompile(`^want scheme and host, such as (.+)$`), "要写协议和主机，例如 $1"},
	{regexp.MustCompile(`^(want scheme and host without a path|must be scheme and host only)$`), "只写协议和主机，不要路径"},
	{regexp.MustCompile(`^plain http is accepted to .+ only.*$`), "只有本机可以用 http，其他请用 https"},
	{regexp.MustCompile(`^scheme must be https$`), "协议要是 https"},
	{regexp.MustCompile(`^(not an address|host or port is not valid)$`), "不是正确的地址"},
	{regexp.MustCompile(`^must be more than 0$`), "要大于 0"},
	{regexp.MustCompile(`^must be at most 312h: .+$`), "最多 312h：飞书的卡片 14 天后就不能更新了"},
	{regexp.MustCompile(`^want sqlite:PATH or (.+)$`), "要写成 sqlite:路径 或 $1"},
	{regexp.MustCompile(`^(\S+_FILE) cannot be read$`), "$1 指的文件读不了"},
	{regexp.MustCompile(`^required, without spaces$`), "必填，不能有空格"},
	{regexp.MustCompile(`^required, without brackets$`), "必填，不带【】"},
	{regexp.MustCompile(`^must look like (.+)$`), "要像 $1 这样"},
	{regexp.MustCompile(`^not valid YAML: see (.+)$`), "不是正确的 YAML，看 $1"},
	{regexp.MustCompile(`^not valid YAML: .+$`), "不是正确的 YAML"},
	{regexp.MustCompile(`^no such file or directory$`), "没有这个文件"},
	{regexp.MustCompile(`^permission denied$`), "没有权限读"},
}

// misconfigured is a mistake of the configuration ("path: why") in both languages.
func misconfigured(problem string) phrase {
	path, why, _ := strings.Cut(problem, ": ")
	for _, r := range reasons {
		if r.en.MatchString(why) {
			return phrase{path + "：" + r.en.ReplaceAllString(why, r.zh), problem}
		}
	}
	return phrase{problem, problem}
}

// Translated is the error in a language.
func Translated(e *config.Error, lang string) *config.Error {
	var out config.Error
	for _, p := range e.Problems {
		out.Problems = append(out.Problems, misconfigured(p).in(lang))
	}
	return &out
}
