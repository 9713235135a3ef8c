package flows

import (
	"testing"
	"time"
)

func TestParseAway(t *testing.T) {
	now := time.Date(2026, 11, 30, 23, 30, 0, 0, ChinaTime) // a Monday
	for _, tt := range []struct{ text, back, problem string }{
		{"请假到12月5日", "2026-12-06", ""},
		{"请假到12月5号。", "2026-12-06", ""},
		{"我要请假至 12-5", "2026-12-06", ""},
		{"请假到12.05", "2026-12-06", ""},
		{"请假到 2026年12月31日", "2027-01-01", ""},
		{"請假到12月5日", "2026-12-06", ""},
		{"请假到1月3日", "2027-01-04", ""},
		{"请假到5号", "2026-12-06", ""},
		{"请假到30号", "2026-12-01", ""},
		{"请假今天", "2026-12-01", ""},
		{"请假到明天", "2026-12-02", ""},
		{"请假到周五", "2026-12-05", ""},
		{"请假到周一", "2026-12-01", ""},
		{"请假到下周一", "2026-12-08", ""},
		{"请假到星期天", "2026-12-07", ""},
		{"请假3天", "2026-12-03", ""},
		{"请假三天", "2026-12-03", ""},
		{"请假 １ 天", "2026-12-01", ""},
		{"请假两周", "2026-12-14", ""},
		{"away until 2026-12-05", "2026-12-06", ""},
		{"Away until Dec 5", "2026-12-06", ""},
		{"away till 5 December", "2026-12-06", ""},
		{"away until tomorrow", "2026-12-02", ""},
		{"away until Friday", "2026-12-05", ""},
		{"away for 3 days", "2026-12-03", ""},
		{"away 2 weeks", "2026-12-14", ""},
		{"请假到2月28日", "2027-03-01", ""},

		{"请假", "", AwayWhen},
		{"away", "", AwayWhen},
		{"请假到2月29日", "", AwayWhen}, // 2027 is no leap year
		{"请假到13月1日", "", AwayWhen},
		{"请假到12月0日", "", AwayWhen},
		{"请假到31号", "", ""},
		{"请假0天", "", AwayWhen},
		{"请假半天", "", AwayWhen},
		{"请假到过年", "", AwayWhen},
		{"away until whenever", "", AwayWhen},
		{"请假到11月29日", "", AwayPast},
		{"请假到2026-11-29", "", AwayPast},
		{"请假到2020年1月1日", "", AwayPast},
		{"请假200天", "", AwayTooFar},
		{"请假到2028-01-01", "", AwayTooFar},
	} {
		t.Run(tt.text, func(t *testing.T) {
			until, problem := ParseAway(tt.text, now)
			if tt.text == "请假到31号" { // 30 November is the last day of its month
				if problem != AwayWhen {
					t.Errorf("got %s, %q, want %q", until, problem, AwayWhen)
				}
				return
			}
			if problem != tt.problem {
				t.Fatalf("got %s, %q, want %q", until, problem, tt.problem)
			}
			if tt.back == "" {
				return
			}
			if want, _ := time.ParseInLocation(time.DateOnly, tt.back, ChinaTime); !until.Equal(want) {
				t.Errorf("back at %s, want %s", until, tt.back)
			}
		})
	}
}

func TestAwayIsACommand(t *testing.T) {
	for text, want := range map[string]Command{
		"请假到12月5日":            CommandAway,
		"请假3天":                CommandAway,
		"请假":                  CommandAway,
		"away until tomorrow": CommandAway,
		"Away for 3 days":     CommandAway,
		"销假":                  CommandBack,
		"我回来了":                CommandBack,
		"back":                CommandBack,
		"张三请假了吗":              CommandNone,
		"awayday":             CommandNone,
	} {
		if got := ParseCommand(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestStaff: who may decide, who is told, and who stands in.
func TestStaff(t *testing.T) {
	now := SampleTime
	p := Policy{Admins: []string{"a", "b"}, StandIns: []string{"s", "a"}}
	away := func(who ...string) Absences {
		out := Absences{"b": now} // is over
		for _, id := range who {
			out[id] = now.Add(time.Hour)
		}
		return out
	}
	for _, tt := range []struct {
		name     string
		policy   Policy
		absences Absences
		departed []string
		all      string
		duty     string
		told     string // of a case of b
	}{
		{"everybody is there", p, away(), nil, "ab", "ab", "a"},
		{"one is away", p, away("a"), nil, "abs", "bs", "s"},
		{"both are away", p, away("a", "b"), nil, "abs", "s", "s"},
		{"the stand-in as well", p, away("a", "s"), nil, "abs", "b", "as"},
		{"no stand-in", Policy{Admins: p.Admins}, away("a"), nil, "ab", "b", "a"},
		{"no admin of the tenant", Policy{Admins: []string{"t2/a"}, StandIns: []string{"t1/s", "t2/x"}}, nil, nil, "s", "s", "s"},
		{"one has left", p, away(), []string{"a"}, "bs", "bs", "s"},
		{"one has left, the stand-in as well", p, away(), []string{"a", "s"}, "b", "b", ""},
		{"one has left and the other is away", p, away("b"), []string{"a"}, "bs", "s", "s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.policy.StaffOf("t1", tt.absences, tt.departed, now)
			joined := func(ids []string) (out string) {
				for _, id := range ids {
					out += id
				}
				return out
			}
			if all, duty, told := joined(s.All()), joined(s.OnDuty()), joined(s.Told("b")); all != tt.all ||
				duty != tt.duty || told != tt.told {
				t.Errorf("got all %q, on duty %q, told %q, want %q, %q, %q", all, duty, told, tt.all, tt.duty, tt.told)
			}
		})
	}
}
