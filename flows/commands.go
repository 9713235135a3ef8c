package flows

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Command is a chat command. Several words can mean the same command.
type Command string

// Commands. CommandSixDigits is a text of six digits, which is an SMS code. CommandHello and CommandHuman are words to
// which the answer is the next step. CommandAskAbout is a question whether somebody has finished.
const (
	CommandNone         Command = ""
	CommandStart        Command = "start"
	CommandStatus       Command = "status"
	CommandCancel       Command = "cancel"
	CommandMyData       Command = "my_data"
	CommandDeleteData   Command = "delete_data"
	CommandHelp         Command = "help"
	CommandPending      Command = "pending"
	CommandStats        Command = "stats"
	CommandRemind       Command = "remind"
	CommandReconcile    Command = "reconcile"
	CommandExport       Command = "export"
	CommandReviewHere   Command = "review_here"
	CommandAnnounceHere Command = "announce_here"
	CommandSixDigits    Command = "six_digits"
	CommandHello        Command = "hello"
	CommandHuman        Command = "human"
	CommandAskAbout     Command = "ask_about"
	CommandThanks       Command = "thanks"
	CommandDataUse      Command = "data_use" // a question whether the data is safe, who sees it, how long it is kept
	CommandAway         Command = "away"     // with a date; see ParseAway
	CommandBack         Command = "back"
	CommandRequests     Command = "requests"
	CommandPrivacy      Command = "privacy" // of dpo.viewers
	CommandInvite       Command = "invite"  // alone, or as the first line of a list; see ParseList
)

// commands gives the command of each word, in the form to which ParseCommand brings a text.
var commands = map[string]Command{
	"实名": CommandStart, "认证": CommandStart, "实名认证": CommandStart, "start": CommandStart, "开始": CommandStart,
	"进度": CommandStatus, "status": CommandStatus,
	"取消": CommandCancel, "cancel": CommandCancel,
	"我的资料": CommandMyData, "my data": CommandMyData, "my_data": CommandMyData,
	"删除我的资料": CommandDeleteData, "delete my data": CommandDeleteData, "delete_data": CommandDeleteData,
	"帮助": CommandHelp, "help": CommandHelp, "?": CommandHelp,
	"待审": CommandPending, "pending": CommandPending,
	"统计": CommandStats, "stats": CommandStats,
	"催办": CommandRemind, "remind": CommandRemind,
	"对账": CommandReconcile, "reconcile": CommandReconcile,
	"导出": CommandExport, "导出名单": CommandExport, "export": CommandExport,
	"请假": CommandAway, "away": CommandAway,
	"销假": CommandBack, "我回来了": CommandBack, "back": CommandBack,
	"资料申请": CommandRequests, "requests": CommandRequests,
	"隐私报告": CommandPrivacy, "privacy report": CommandPrivacy,
	"邀请": CommandInvite, "invite": CommandInvite,
	"设为审核群": CommandReviewHere, "review here": CommandReviewHere,
	"设为公告群": CommandAnnounceHere, "announce here": CommandAnnounceHere,
}

// Commands returns the command of each word, sorted and with repetitions. What ParseCommand understands besides them
// (CommandSixDigits, CommandHello, CommandHuman, CommandThanks, CommandDataUse, CommandAskAbout) is no word that people need to know.
func Commands() []Command { return slices.Sorted(maps.Values(commands)) }

// HRCommands are the commands that only admins may use.
var HRCommands = map[Command]bool{
	CommandPending:      true,
	CommandStats:        true,
	CommandRemind:       true,
	CommandReconcile:    true,
	CommandExport:       true,
	CommandReviewHere:   true,
	CommandAnnounceHere: true,
	CommandAway:         true,
	CommandBack:         true,
	CommandInvite:       true,
	CommandRequests:     true,
}

// ParseCommand returns the command that a text consists of, or CommandNone. It ignores case, full-width forms,
// traditional characters, and marks, brackets and emoji around the word. A word inside a longer text is no command.
func ParseCommand(text string) Command {
	word := plainWord(text)
	if word == "" && strings.Contains(norm.NFKC.String(text), "?") {
		return CommandHelp
	}
	if w, ok := commands[word]; ok {
		return w
	}
	if w, ok := smallTalk[word]; ok {
		return w
	}
	if first, rest, _ := strings.Cut(strings.TrimSpace(text), "\n"); strings.TrimSpace(rest) != "" &&
		ParseCommand(first) == CommandInvite {
		return CommandInvite
	}
	if len(word) == 6 && strings.Trim(word, "0123456789") == "" {
		return CommandSixDigits
	}
	if goesAway.MatchString(word) {
		return CommandAway
	}
	if asksAboutData(word) {
		return CommandDataUse
	}
	if asksAbout(word) {
		return CommandAskAbout
	}
	return CommandNone
}

// plainWord brings a text to the form in which words are compared: lower case, simplified characters, single blanks, no
// marks around it.
func plainWord(text string) string {
	t := simplified.Replace(strings.ToLower(norm.NFKC.String(text)))
	return strings.TrimFunc(strings.Join(strings.Fields(t), " "), isMark)
}

// isMark reports whether r may stand before or after a word without changing it: blanks, punctuation of any script,
// symbols, emoji with their joiners, and invisible characters.
func isMark(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Mn, r)
}
