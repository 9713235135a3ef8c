package flows

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Word is something that people can say to the bot.
type Word string

const (
	WordNone         Word = ""
	WordStart        Word = "start"
	WordStatus       Word = "status"
	WordCancel       Word = "cancel"
	WordMyData       Word = "my_data"
	WordDeleteData   Word = "delete_data"
	WordHelp         Word = "help"
	WordPending      Word = "pending"
	WordStats        Word = "stats"
	WordRemind       Word = "remind"
	WordReconcile    Word = "reconcile"
	WordReviewHere   Word = "review_here"
	WordAnnounceHere Word = "announce_here"
	WordSixDigits    Word = "six_digits"
)

var words = map[string]Word{
	"实名": WordStart, "认证": WordStart, "实名认证": WordStart, "start": WordStart, "开始": WordStart,
	"进度": WordStatus, "status": WordStatus,
	"取消": WordCancel, "cancel": WordCancel,
	"我的资料": WordMyData, "my data": WordMyData, "my_data": WordMyData,
	"删除我的资料": WordDeleteData, "delete my data": WordDeleteData, "delete_data": WordDeleteData,
	"帮助": WordHelp, "help": WordHelp, "?": WordHelp,
	"待审": WordPending, "pending": WordPending,
	"统计": WordStats, "stats": WordStats,
	"催办": WordRemind, "remind": WordRemind,
	"对账": WordReconcile, "reconcile": WordReconcile,
	"设为审核群": WordReviewHere, "review here": WordReviewHere,
	"设为公告群": WordAnnounceHere, "announce here": WordAnnounceHere,
}

// Words are all the words, but the six digits of a code.
func Words() []Word { return slices.Sorted(maps.Values(words)) }

// HRWords are answered to admins only.
var HRWords = map[Word]bool{WordPending: true, WordStats: true, WordRemind: true, WordReconcile: true, WordReviewHere: true, WordAnnounceHere: true}

// ParseWord finds the word in what somebody wrote: full-width forms, case, surrounding
// punctuation and a leading slash do not matter. Anything else is WordNone.
func ParseWord(text string) Word {
	t := strings.ToLower(norm.NFKC.String(text))
	t = strings.Join(strings.Fields(t), " ")
	t = strings.Trim(t, "/!.。,、~ ")
	if w, ok := words[t]; ok {
		return w
	}
	if len(t) == 6 && strings.Trim(t, "0123456789") == "" {
		return WordSixDigits
	}
	return WordNone
}
