package flows

import (
	"encoding/json"
	"slices"
	"time"
)

// SettingAbsences is the key of a tenant's Absences.
const SettingAbsences = "absences"

// Absences maps an admin who is away to the moment at which the absence ends.
type Absences map[string]time.Time

// ParseAbsences reads a setting; "" is nobody.
func ParseAbsences(raw string) (Absences, error) {
	a := Absences{}
	if raw == "" {
		return a, nil
	}
	return a, json.Unmarshal([]byte(raw), &a)
}

// Encoded returns the setting. Absences that are over by now are left out.
func (a Absences) Encoded(now time.Time) string {
	raw, err := json.Marshal(a.At(now))
	if err != nil {
		panic(err) // a map of times
	}
	return string(raw)
}

// At returns the absences that are not over.
func (a Absences) At(now time.Time) Absences {
	out := Absences{}
	for who, until := range a {
		if until.After(now) {
			out[who] = until
		}
	}
	return out
}

// SettingDeparted is the key of a tenant's admins and stand-ins who have left the company, as a JSON list of open_ids.
// Under the tenant "" it holds those whom the settings name without a tenant.
const SettingDeparted = "former_staff"

// Staff are the people who may decide on a tenant's cases at a moment. Who has left the company is none of them.
type Staff struct {
	Admins   []string // hr.admins
	StandIns []string // review.stand_ins who stand in now
	Away     Absences
}

// StaffOf returns the tenant's staff. Stand-ins belong to it while an admin is away or has left, and where there is no
// admin.
func (p *Policy) StaffOf(tenantKey string, absences Absences, departed []string, now time.Time) Staff {
	hasLeft := func(openID string) bool { return slices.Contains(departed, openID) }
	all := p.AdminsOf(tenantKey)
	s := Staff{Admins: slices.DeleteFunc(slices.Clone(all), hasLeft), Away: absences.At(now)}
	if len(s.Admins) == 0 || len(s.Admins) < len(all) || slices.ContainsFunc(s.Admins, s.isAway) {
		s.StandIns = slices.DeleteFunc(p.StandInsOf(tenantKey), hasLeft)
	}
	return s
}

// staff returns who may decide on the case now.
func (d *decision) staff() Staff {
	if d.event.Staff != nil {
		return *d.event.Staff
	}
	return d.policy.StaffOf(d.c.TenantKey, nil, nil, d.event.At)
}

func (s Staff) isAway(openID string) bool { return !s.Away[openID].IsZero() }

// All returns everybody who may decide: also who is away.
func (s Staff) All() []string { return slices.Concat(s.Admins, s.StandIns) }

// MayDecide reports whether the person may decide.
func (s Staff) MayDecide(openID string) bool { return slices.Contains(s.All(), openID) }

// OnDuty returns who may decide and is not away: those whom messages may disturb.
func (s Staff) OnDuty() []string { return slices.DeleteFunc(s.All(), s.isAway) }

// Told returns who is told of a case of an applicant, or of something that concerns no applicant (""): those on duty.
// If the applicant is the only one of them, those who are away are told, since the case would wait unseen.
func (s Staff) Told(applicant string) []string {
	except := func(id string) bool { return id == applicant }
	if told := slices.DeleteFunc(s.OnDuty(), except); len(told) > 0 {
		return told
	}
	return slices.DeleteFunc(s.All(), except)
}
