package flows

import (
	"testing"
	"time"

	"shiming/workday"
)

// TestJoinersAt: joiners are invited on their first working day at 10:07; without HR later ones at seven past an hour.
func TestJoinersAt(t *testing.T) {
	for _, tt := range []struct {
		name, at, auto, ask string
	}{
		{"in the morning", "2026-06-01 08:00", "2026-06-01 10:07", "2026-06-01 10:07"},
		{"at midnight", "2026-06-01 00:00", "2026-06-01 10:07", "2026-06-01 10:07"},
		{"to the minute", "2026-06-01 10:07", "2026-06-01 10:07", "2026-06-01 10:07"},
		{"before noon", "2026-06-01 10:08", "2026-06-01 11:07", "2026-06-02 10:07"},
		{"in the afternoon", "2026-06-01 16:30", "2026-06-01 17:07", "2026-06-02 10:07"},
		{"near the end", "2026-06-01 17:30", "2026-06-02 10:07", "2026-06-02 10:07"},
		{"late at night", "2026-06-04 23:50", "2026-06-05 10:07", "2026-06-05 10:07"},
		{"before a weekend", "2026-06-05 23:50", "2026-06-08 10:07", "2026-06-08 10:07"},
		{"before a holiday", "2026-09-30 23:50", "2026-10-08 10:07", "2026-10-08 10:07"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for rule, want := range map[JoinersRule]string{JoinersAuto: tt.auto, JoinersAsk: tt.ask} {
				p := workPolicy()
				p.Campaign.Joiners = rule
				if got := p.JoinersAt(chinaTime(t, tt.at)); !got.Equal(chinaTime(t, want)) {
					t.Errorf("%s: got %s, want %s", rule, got.In(ChinaTime), want)
				}
			}
		})
	}
}

// TestEmploymentAfter: what is older changes nothing, and what comes twice follows once.
func TestEmploymentAfter(t *testing.T) {
	p := workPolicy()
	p.Campaign.Joiners = JoinersAuto
	at := func(hours int) time.Time { return SampleTime.Add(time.Duration(hours) * time.Hour) }
	yes, no := true, false
	joined := StaffChange{Kind: StaffJoined, At: at(1)}
	left := StaffChange{Kind: StaffLeft, At: at(2)}
	frozen := StaffChange{Kind: StaffChanged, At: at(1), Suspended: &yes}
	thawed := StaffChange{Kind: StaffChanged, At: at(2), Suspended: &no}
	for _, tt := range []struct {
		name               string
		events             []StaffChange
		left, joins        int // how often it follows
		present, reachable bool
		joiner             JoinerState
	}{
		{"joined", []StaffChange{joined}, 0, 1, true, true, JoinerWaiting},
		{"joined twice", []StaffChange{joined, joined}, 0, 1, true, true, JoinerWaiting},
		{"joined by two events", []StaffChange{joined, {Kind: StaffJoined, At: at(3)}}, 0, 1, true, true, JoinerWaiting},
		{"left", []StaffChange{left}, 1, 0, false, false, ""},
		{"left twice", []StaffChange{left, left}, 1, 0, false, false, ""},
		{"joined and left", []StaffChange{joined, left}, 1, 1, false, false, JoinerLeftOut},
		{"the other way round", []StaffChange{left, joined}, 1, 0, false, false, ""},
		{"back again", []StaffChange{joined, left, {Kind: StaffJoined, At: at(4)}}, 1, 2, true, true, JoinerWaiting},
		{"suspended", []StaffChange{frozen}, 0, 0, true, false, ""},
		{"suspended and back", []StaffChange{frozen, thawed}, 0, 0, true, true, ""},
		{"back, and the suspension late", []StaffChange{thawed, frozen}, 0, 0, true, true, ""},
		{"suspended, renamed without a status", []StaffChange{frozen, {Kind: StaffChanged, At: at(3), Renamed: true}}, 0, 0,
			true, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e Employment
			lefts, joins := 0, 0
			for _, n := range tt.events {
				var f StaffEffects
				e, f = e.After(n, p, at(5))
				if f.Left {
					lefts++
				}
				if f.Joins {
					joins++
				}
			}
			if lefts != tt.left || joins != tt.joins || e.LeftAt.IsZero() != tt.present || e.Reachable() != tt.reachable ||
				e.Joiner != tt.joiner {
				t.Errorf("got %d left, %d joined, %+v", lefts, joins, e)
			}
		})
	}
	p.Campaign.Joiners = JoinersOff
	if e, f := (Employment{}).After(joined, p, at(5)); f.Joins || e.Joiner != "" || !e.JoinedAt.Equal(at(1)) {
		t.Errorf("got %+v without a rule for joiners, want the time alone", e)
	}
}

// TestJoinsLater: the first working day of the directory counts, unless it is implausible.
func TestJoinsLater(t *testing.T) {
	p := workPolicy()
	p.Campaign.Joiners = JoinersAsk
	for _, tt := range []struct{ on, want string }{
		{"2026-06-15 00:00", "2026-06-15 10:07"}, {"2026-01-01 00:00", "2026-06-02 10:07"},
		{"2036-06-15 00:00", "2026-06-02 10:07"},
	} {
		joined := StaffChange{Kind: StaffJoined, At: SampleTime, JoinsOn: chinaTime(t, tt.on)}
		e, _ := (Employment{}).After(joined, p, SampleTime)
		if !e.InviteAt.Equal(chinaTime(t, tt.want)) {
			t.Errorf("got %s for the first day %s, want %s", e.InviteAt.In(ChinaTime), tt.on, tt.want)
		}
	}
}

// workPolicy is a policy with the calendar of mainland China and working hours from nine to six.
func workPolicy() *Policy {
	p := SamplePolicy()
	p.Work = workday.Schedule{
		Calendar: workday.Mainland(),
		Hours:    workday.Hours{Begin: 9 * time.Hour, End: 18 * time.Hour},
	}
	return p
}

func chinaTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, ChinaTime)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
