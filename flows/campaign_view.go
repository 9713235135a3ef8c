package flows

import (
	"cmp"
	"slices"
	"strings"

	"shiming/cards"
)

// FunnelOf sums up the people of a campaign.
func FunnelOf(counts []CampaignCount) cards.CampaignFunnel {
	var f cards.CampaignFunnel
	codes := map[PersonCode]int{}
	for _, c := range counts {
		switch c.Status {
		case PersonInvite:
			f.Invited += c.N
			f.Sent += c.Sent
			f.Read += c.Read
			f.Started += c.Started
			f.Submitted += c.Submitted
			f.Done += c.Done
			f.Waiting += c.N - c.Sent
			if c.Code == CodeUnsure {
				f.Unsure += c.N
			}
		case PersonUnreachable:
			codes[c.Code] += c.N
		case PersonTakenOut:
			f.TakenOut += c.N
		}
	}
	// Who has begun without having got the invitation is not waited for either.
	f.Missing = max(f.Sent-f.Started, 0)
	f.ReadKnown = f.Read > 0
	f.Unreachable = talliesOf(codes)
	return f
}

// talliesOf returns the counts in the order of PersonCodes.
func talliesOf(codes map[PersonCode]int) (out []cards.CampaignTally) {
	for _, code := range PersonCodes {
		if codes[code] > 0 {
			out = append(out, cards.CampaignTally{Code: string(code), N: codes[code]})
		}
	}
	return out
}

// CampaignDepartmentsOf sums up the people of a campaign by department, the largest first. names gives the names that
// are known; people of other departments are one, without a name.
func CampaignDepartmentsOf(counts []CampaignCount, names map[string]string) []cards.CampaignDepartment {
	sums := map[string]*cards.CampaignDepartment{}
	for _, c := range counts {
		if c.Status != PersonInvite || c.Sent == 0 {
			continue
		}
		id := c.Department
		if names[id] == "" {
			id = ""
		}
		d, ok := sums[id]
		if !ok {
			d = &cards.CampaignDepartment{ID: id, Name: names[id]}
			sums[id] = d
		}
		d.Sent += c.Sent
		d.Started += c.Started
		d.Done += c.Done
	}
	var out []cards.CampaignDepartment
	for _, d := range sums {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b cards.CampaignDepartment) int {
		return cmp.Or(cmp.Compare(b.Sent, a.Sent), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return out
}

// PreviewOf sums up what was found of the target.
func PreviewOf(counts []CampaignCount, lines map[PersonCode]int) cards.CampaignPreview {
	p := cards.CampaignPreview{Duplicates: lines[CodeDuplicate]}
	status, codes := map[PersonStatus]int{}, map[PersonCode]int{}
	for _, c := range counts {
		status[c.Status] += c.N
		if c.Status == PersonUnreachable {
			codes[c.Code] += c.N
		}
	}
	p.Invite = status[PersonInvite]
	for _, s := range PersonStatuses[1:] {
		if status[s] > 0 {
			p.Others = append(p.Others, cards.CampaignTally{Code: string(s), N: status[s]})
		}
	}
	p.Reasons = talliesOf(codes)
	for _, code := range PersonCodes {
		if code != CodeDuplicate && lines[code] > 0 {
			p.Lines = append(p.Lines, cards.CampaignLines{Code: string(code), N: lines[code]})
		}
	}
	return p
}

// MinAnnounced is the size from which a campaign is announced: the numbers of two people would tell each of them about
// the other.
const MinAnnounced = 3

// milestones gives the order of the milestones.
var milestones = []Milestone{"", MilestoneStart, MilestoneHalf, MilestoneEnd}

// Follows reports whether a milestone comes after another.
func (m Milestone) Follows(other Milestone) bool {
	return slices.Index(milestones, m) > slices.Index(milestones, other)
}

// MilestoneOf returns the farthest milestone that a campaign has reached.
func MilestoneOf(s CampaignState, f cards.CampaignFunnel) Milestone {
	switch {
	case f.Invited < MinAnnounced:
		return ""
	case s == CampaignEnded:
		return MilestoneEnd
	case !s.Confirmed() || f.Sent == 0:
		return ""
	case 2*f.Done >= f.Invited:
		return MilestoneHalf
	}
	return MilestoneStart
}

// Finished reports whether nobody is left for whom a campaign waits.
func Finished(f cards.CampaignFunnel) bool { return f.Waiting == 0 && f.Done >= f.Invited }
