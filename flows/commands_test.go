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
		CommandStatus:       {"进度", "status", "Status."},
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
		CommandNone: {"", " ", "你好", "实名制", "我要实名", "12345", "1234567", "12345a", "取消实名", "/", "…",
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

// FuzzParseCommand checks that any text is a known command or none, and that a slash and a full stop do not matter.
func FuzzParseCommand(f *testing.F) {
	for text := range commands {
		f.Add(text)
	}
	f.Add("１２３４５６")
	f.Add("\xff\xfe")
	known := slices.Collect(maps.Values(commands))
	f.Fuzz(func(t *testing.T, text string) {
		w := ParseCommand(text)
		if w != CommandNone && w != CommandSixDigits && !slices.Contains(known, w) {
			t.Fatalf("%q: got command %q, want a known one or none", text, w)
		}
		if again := ParseCommand(" /" + text + "。"); w != CommandNone && w != CommandSixDigits && again != w &&
			utf8.ValidString(text) {
			t.Fatalf("%q: got %q, with slash and full stop %q, want the same", text, w, again)
		}
		if w == CommandSixDigits && len(OnlyDigits(text)) != 6 {
			t.Fatalf("%q: got code %q, want six digits", text, OnlyDigits(text))
		}
	})
}
