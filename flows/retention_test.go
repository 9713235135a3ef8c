package flows

import (
	"slices"
	"testing"
	"time"
)

// TestDeletions: by which rule and when photos and fields of a case are deleted, for every kind of end and every setting.
func TestDeletions(t *testing.T) {
	const hour, day, yr = time.Hour, 24 * time.Hour, 365 * 24 * time.Hour
	ended := SampleTime
	for _, tt := range []struct {
		name   string
		state  State
		policy func(*Policy)
		gone   Departure
		want   []Deletion
	}{
		{"rejected", Rejected, nil, Departure{}, []Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)},
			{PurgeAll, RuleUnfinished, ended.Add(30 * day)}}},
		{"expired, at once", Expired, func(p *Policy) { p.UnfinishedRetention = 0 }, Departure{},
			[]Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)}, {PurgeAll, RuleUnfinished, ended}}},
		{"done, still employed", Done, nil, Departure{}, []Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)}}},
		{"done, left", Done, nil, Departure{Left: ended.Add(day)},
			[]Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)}, {PurgeAll, RuleLeaver, ended.Add(day + 3*yr)}}},
		{"on file, uninstalled", OnFile, nil, Departure{Uninstalled: ended},
			[]Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)}, {PurgeAll, RuleUninstalled, ended.Add(3 * yr)}}},
		{"done, a year", Done, func(p *Policy) { p.FieldRetention = yr }, Departure{},
			[]Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)}, {PurgeAll, RuleFields, ended.Add(yr)}}},
		{"done, a year, left before", Done, func(p *Policy) { p.FieldRetention, p.LeaverRetention = yr, day },
			Departure{Left: ended.Add(day)},
			[]Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)}, {PurgeAll, RuleLeaver, ended.Add(2 * day)}}},
		{"done, without a limit, left", Done, func(p *Policy) { p.LeaverRetention = 0 }, Departure{Left: ended},
			[]Deletion{{PurgePhotos, RulePhotoGrace, ended.Add(hour)}}},
		{"done, photos at once", Done, func(p *Policy) { p.PhotoGrace = 0 }, Departure{},
			[]Deletion{{PurgePhotos, RulePhotoGrace, ended}}},
		{"open, left", AwaitingReview, nil, Departure{Left: ended}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := SamplePolicy()
			if tt.policy != nil {
				tt.policy(p)
			}
			c := SampleCase(tt.state)
			c.EnteredAt, c.Erased, c.PhotosGoneAt = ended, time.Time{}, time.Time{}
			if len(c.Photos) == 0 {
				c.Photos = SampleCase(AwaitingReview).Photos
			}
			if got := p.Deletions(c, tt.gone); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			c.Erased = ended
			if got := p.Deletions(c, tt.gone); got != nil {
				t.Errorf("erased: got %v, want nothing", got)
			}
		})
	}
}

// TestDeletionIsNoted: each deletion says by which rule it happened, in the audit row and for the report.
func TestDeletionIsNoted(t *testing.T) {
	for _, tt := range []struct {
		name string
		at   State
		e    Event
		want Deletion
	}{
		{"asked", Done, Event{Kind: Erase}, Deletion{Scope: PurgeAll, Rule: RuleRequest}},
		{"asked, open", AwaitingReview, Event{Kind: Erase}, Deletion{Scope: PurgeAll, Rule: RuleRequest}},
		{"photos", Done, Event{Kind: PhotosPurged, Field: "photos", Deletion: RulePhotoGrace},
			Deletion{Scope: PurgePhotos, Rule: RulePhotoGrace}},
		{"a leaver", Done, Event{Kind: PhotosPurged, Field: "all", Deletion: RuleLeaver},
			Deletion{Scope: PurgeAll, Rule: RuleLeaver}},
		{"job of an older version", Done, Event{Kind: PhotosPurged, Field: "all"},
			Deletion{Scope: PurgeAll, Rule: RuleFields}},
		{"restored, ended", Done, Event{Kind: ErasedBefore, Field: "all"},
			Deletion{Scope: PurgeAll, Rule: RuleRestored}},
		{"restored, open", Filing, Event{Kind: ErasedBefore, Field: "all"},
			Deletion{Scope: PurgeAll, Rule: RuleRestored}},
		{"restored, photos of an open case", AwaitingReview, Event{Kind: ErasedBefore, Field: "photos"},
			Deletion{Scope: PurgePhotos, Rule: RuleRestored}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := decide(t, SampleCase(tt.at), tt.e)
			tt.want.At = SampleTime
			if d.Deleted == nil || *d.Deleted != tt.want || d.Detail["deletion_rule"] != string(tt.want.Rule) {
				t.Fatalf("got %+v (%v), want %+v", d.Deleted, d.Detail, tt.want)
			}
			if tt.want.Scope == PurgeAll {
				checkErased(t, d)
				return
			}
			if len(d.DropPictures) == 0 || d.Case.Personal.Empty() {
				t.Errorf("got %d pictures deleted, fields deleted %t; want the pictures only",
					len(d.DropPictures), d.Case.Personal.Empty())
			}
		})
	}
	// What is deleted from an open case that was restored ends it, so that nobody is asked for anything.
	decide(t, SampleCase(AwaitingCode), Event{Kind: ErasedBefore, Field: "all"}).wantState(Withdrawn)
}

// TestVerificationEndsWithTheCase: the code and the bank card are needed for the evidence alone, so that no end keeps them.
func TestVerificationEndsWithTheCase(t *testing.T) {
	c := SampleCase(AwaitingReview)
	c.Personal.SMSCode, c.Personal.BankCard, c.Personal.OpeningBank = "123456", SampleBankCard, "样本银行"
	for _, e := range []Event{{Kind: Cancelled}, {Kind: ExpiryDue, At: c.EnteredAt.Add(MaxHRWait)},
		{Kind: ApplicantLeft, Field: OutcomeLeft}} {
		p := decide(t, c, e).Case.Personal
		if p.SMSCode+p.BankCard+p.OpeningBank != "" || p.Name == "" {
			t.Errorf("%s: got a code or a bank card, or no name; want only the name kept", e.Kind)
		}
	}
}
