package flows

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// MaxAway is the longest absence. A date that lies farther ahead is most likely a slip.
const MaxAway = 180 * 24 * time.Hour

// Texts of an absence that is not understood (texts "notice.<code>").
const (
	AwayWhen   = "away_when" // no date, or one that does not exist
	AwayPast   = "away_past" // the day is over
	AwayTooFar = "away_too_far"
)

// awayWords begin what an admin says to be away, in the form to which ParseCommand brings a text.
var awayWords = regexp.MustCompile(`^(?:我?要?请假|away)\s*`)

// goesAway matches such a text with what follows the word.
var goesAway = regexp.MustCompile(`^(?:我?要?请假|away )`)

var (
	awayTo    = regexp.MustCompile(`^(?:到|至|休到|直到|until|till|to)\s*`)
	awayYMD   = regexp.MustCompile(`^(?:(\d{4})[-./年])?(\d{1,2})[-./月](\d{1,2})[日号]?$`)
	awayDay   = regexp.MustCompile(`^(\d{1,2})[日号]$`)
	awayCount = regexp.MustCompile(`^(?:for\s*)?(\d{1,3}|[一二两三四五六七八九十])\s*个?(天|日|days?|周|星期|weeks?)$`)
	awayWeek  = regexp.MustCompile(`^(下)?(?:周|星期|礼拜)([一二三四五六日天])$`)
	awayMonth = regexp.MustCompile(`^(?:([a-z]{3})[a-z]* (\d{1,2})|(\d{1,2}) ([a-z]{3})[a-z]*)$`)
	awayName  = regexp.MustCompile(`^([a-z]{3})[a-z]*$`)
)

// chineseDigits are the numbers from one to ten.
var chineseDigits = map[string]int{
	"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}

// ParseAway reads until when an admin is away: 请假到12月5日, 请假3天, away until 2026-12-05. It returns the moment at which
// the admin is back: the beginning of the day after the last day of the absence, in China. The present day counts as
// the first one. A date without a year is the next one. problem is one of the texts above, "" for none.
func ParseAway(text string, now time.Time) (until time.Time, problem string) {
	t := strings.ToLower(norm.NFKC.String(simplified.Replace(text)))
	t = strings.Join(strings.Fields(strings.TrimFunc(t, isMark)), " ")
	rest := awayWords.ReplaceAllString(t, "")
	when := strings.TrimSpace(awayTo.ReplaceAllString(rest, ""))
	local := now.In(ChinaTime)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, ChinaTime)
	last, ok := lastDay(when, today)
	switch {
	case !ok:
		return time.Time{}, AwayWhen
	case last.Before(today):
		return time.Time{}, AwayPast
	case last.Sub(today) > MaxAway:
		return time.Time{}, AwayTooFar
	}
	return last.AddDate(0, 0, 1), ""
}

// lastDay reads the last day of an absence. ok is false if the text names none.
func lastDay(when string, today time.Time) (last time.Time, ok bool) {
	switch when {
	case "今天", "今日", "today":
		return today, true
	case "明天", "明日", "tomorrow":
		return today.AddDate(0, 0, 1), true
	case "后天":
		return today.AddDate(0, 0, 2), true
	}
	if m := awayCount.FindStringSubmatch(when); m != nil {
		n, known := chineseDigits[m[1]]
		if !known {
			n, _ = strconv.Atoi(m[1]) // digits
		}
		if strings.HasPrefix(m[2], "周") || strings.HasPrefix(m[2], "星期") || strings.HasPrefix(m[2], "week") {
			n *= 7
		}
		return today.AddDate(0, 0, n-1), n > 0
	}
	if m := awayYMD.FindStringSubmatch(when); m != nil {
		return dateOf(m[1], m[2], m[3], today)
	}
	if m := awayDay.FindStringSubmatch(when); m != nil {
		return dayOfMonth(m[1], today)
	}
	if m := awayWeek.FindStringSubmatch(when); m != nil {
		day := strings.Index("一二三四五六日", strings.Replace(m[2], "天", "日", 1)) / len("一")
		return weekday(day, m[1] != "", today), true
	}
	if m := awayMonth.FindStringSubmatch(when); m != nil {
		if month := indexOf(monthNames, m[1]+m[4]); month >= 0 {
			return dateOf("", strconv.Itoa(month+1), m[2]+m[3], today)
		}
	}
	if m := awayName.FindStringSubmatch(when); m != nil {
		if day := indexOf(dayNames, m[1]); day >= 0 {
			return weekday(day, false, today), true
		}
	}
	return time.Time{}, false
}

const (
	monthNames = "jan feb mar apr may jun jul aug sep oct nov dec"
	dayNames   = "mon tue wed thu fri sat sun"
)

// indexOf returns the position of a name of three letters in a list of such names, or -1.
func indexOf(names, name string) int {
	for i, n := range strings.Fields(names) {
		if n == name {
			return i
		}
	}
	return -1
}

// dateOf returns a date; ok is false if it does not exist. Without a year it is the next one.
func dateOf(year, month, day string, today time.Time) (date time.Time, ok bool) {
	y, given := today.Year(), year != ""
	if given {
		y, _ = strconv.Atoi(year) // digits, as the others
	}
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	date = time.Date(y, time.Month(m), d, 0, 0, 0, 0, ChinaTime)
	if !given && date.Before(today) {
		date = time.Date(y+1, time.Month(m), d, 0, 0, 0, 0, ChinaTime)
		if date.Sub(today) > MaxAway { // the day that was meant is over
			date = date.AddDate(-1, 0, 0)
		}
	}
	return date, int(date.Month()) == m && date.Day() == d
}

// dayOfMonth returns the next day with the number: of this month, or of the next one.
func dayOfMonth(number string, today time.Time) (date time.Time, ok bool) {
	d, _ := strconv.Atoi(number) // digits
	month := today.Month()
	if d < today.Day() {
		month++
	}
	date = time.Date(today.Year(), month, d, 0, 0, 0, 0, ChinaTime)
	return date, date.Day() == d
}

// weekday returns a day of the week, 0 for Monday: the next one from today on, or the one of the next week.
func weekday(day int, next bool, today time.Time) time.Time {
	present := (int(today.Weekday()) + 6) % 7
	ahead := (day - present + 7) % 7
	if next {
		ahead = day - present + 7
	}
	return today.AddDate(0, 0, ahead)
}
