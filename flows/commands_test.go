package flows

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseCommand(t *testing.T) {
	for word, list := range map[Command][]string{
		CommandStart: {"实名", "认证", "实名认证", "开始", "start", "Start", "START", " start ", "/start", "start!", "ｓｔａｒｔ",
			"实名。", "实名!", "\t实名\n"},
		CommandStatus:       {"进度", "status", "Status.", "好了吗？", "到哪一步了"},
		CommandCancel:       {"取消", "cancel", "取消~"},
		CommandMyData:       {"我的资料", "my data", "MY  DATA", "my\tdata", "my_data"},
		CommandDeleteData:   {"删除我的资料", "delete my data", "delete_data", "delete  my   data."},
		CommandHelp:         {"帮助", "help", "HELP!!", "?", "？"},
		CommandPending:      {"待审", "pending"},
		CommandStats:        {"统计", "stats"},
		CommandRemind:       {"催办", "remind"},
		CommandReviewHere:   {"设为审核群", "review here"},
		CommandAnnounceHere: {"设为公告群", "announce here"},
		CommandSixDigits:    {"123456", "１２３４５６", " 000000 ", "123456。"},
		CommandHello:        {"你好", "您好！", "hello", "Hi~", "在吗？", "在嗎"},
		CommandHuman:        {"人工", "客服", "转人工", "轉人工", "【人工客服】", "HR"},
		CommandThanks:       {"谢谢", "谢谢！", "謝謝你", "好的，谢谢", "Thank you!", "辛苦了～"},
		CommandDataUse: {"隐私", "我的信息安全吗", "会不会泄露？", "照片會不會洩露", "谁能看到我的身份证", "照片什么时候删除", "身份证照片会删吗",
			"为什么要身份证照片？", "Is my data safe?", "privacy", "身份证号用来做什么"},
		CommandPrivacy:  {"隐私报告", "privacy report"},
		CommandAskAbout: {"张三办完了吗", "张三办完了吗？", "李四的实名通过了没", "還有誰沒辦完？", "小王到哪一步了，办好了吗"},
		CommandNone: {"", " ", "！", "【】", "实名制", "我要实名", "12345", "1234567", "12345a", "取消实名", "/", "…",
			strings.Repeat("实名", 5000), "\x00start", "st\u200bart"},
	} {
		t.Run(fmt.Sprint(word), func(t *testing.T) {
			for _, text := range list {
				if got := ParseCommand(text); got != word {
					t.Errorf("%.40q is %q, want %q", text, got, word)
				}
			}
		})
	}
	// ParseCommand normalises a text before the lookup, so each word has to be in its normal form.
	for text, word := range commands {
		if got := ParseCommand(text); got != word && text != "?" {
			t.Errorf("%q is %q, want %q", text, got, word)
		}
	}
}

// TestWordsWithMarks: marks, brackets and emoji around a word, and traditional characters, do not change the command.
func TestWordsWithMarks(t *testing.T) {
	marks := []struct{ before, after string }{
		{"", "？"}, {"", "?"}, {"", "！"}, {"", "。"}, {"", "，"}, {"", "、"}, {"", "；"}, {"", "："}, {"", "…"}, {"", "……"},
		{"", "～"}, {"", "~"}, {"", "?!"}, {"“", "”"}, {"‘", "’"}, {"\"", "\""}, {"「", "」"}, {"『", "』"}, {"【", "】"},
		{"（", "）"}, {"(", ")"}, {"[", "]"}, {"《", "》"}, {"〈", "〉"}, {"{", "}"}, {"<", ">"}, {"`", "`"}, {"/", ""},
		{"#", ""}, {"→", ""}, {"- ", ""}, {"“【", "】”？"}, {" ", "\u200b"}, {"", "👍"}, {"", "👍🏽"}, {"", "\ufe0f"},
	}
	for word, want := range commands {
		if word == "?" {
			continue
		}
		for _, m := range marks {
			if text := m.before + word + m.after; ParseCommand(text) != want {
				t.Errorf("%q: got %q, want %q", text, ParseCommand(text), want)
			}
		}
	}
	for text, want := range map[string]Command{
		"實名": CommandStart, "認證": CommandStart, "實名認證": CommandStart, "開始": CommandStart, "進度": CommandStatus,
		"取消": CommandCancel, "我的資料": CommandMyData, "刪除我的資料": CommandDeleteData, "幫助": CommandHelp,
		"待審": CommandPending, "統計": CommandStats, "催辦": CommandRemind, "對賬": CommandReconcile,
		"對帳": CommandReconcile, "設為審核群": CommandReviewHere, "設爲公告群": CommandAnnounceHere, "【進度】？": CommandStatus,
		"？": CommandHelp, "??": CommandHelp, "？！": CommandHelp,
	} {
		t.Run(text, func(t *testing.T) {
			if got := ParseCommand(text); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// FuzzParseCommand checks that any text is a known command or none, and that a slash and a full stop do not matter.
func FuzzParseCommand(f *testing.F) {
	for text := range commands {
		f.Add(text)
	}
	f.Add("１２３４５６")
	f.Add("\xff\xfe")
	known := slices.AppendSeq(slices.Collect(maps.Values(commands)), maps.Values(smallTalk))
	f.Fuzz(func(t *testing.T, text string) {
		w := ParseCommand(text)
		if w != CommandNone && w != CommandSixDigits && w != CommandAskAbout && !slices.Contains(known, w) {
			t.Fatalf("%q: got command %q, want a known one or none", text, w)
		}
		if again := ParseCommand(" /" + text + "。"); w != CommandNone && w != CommandSixDigits && again != w &&
			utf8.ValidString(text) {
			t.Fatalf("%q: got %q, with slash and full stop %q, want the same", text, w, again)
		}
		if w == CommandSixDigits && len(FindCode(text)) != 6 {
			t.Fatalf("%q: got code %q, want six digits", text, FindCode(text))
		}
	})
}
