package idcard

import "time"

// Status of a card's validity.
type Status string

const (
	StatusValid       Status = "valid"
	StatusExpiring    Status = "expiring" // fewer than ExpiringDays left
	StatusExpired     Status = "expired"
	StatusNotYetValid Status = "not_yet_valid"
	StatusLongTerm    Status = "long_term" // 长期
	StatusUnknown     Status = "unknown"   // the end was not read
)

// ExpiringDays is how long before its end a card counts as expiring.
const ExpiringDays = 90

// Validity judges a back at the moment now, by the day in China. The last day of validity
// still counts. daysLeft is 0 on that day, negative afterwards, and 0 when
// there is no end to count to (long_term, unknown).
func Validity(r Reading, now time.Time) (status Status, daysLeft int) {
	today := DateOf(now)
	if !r.ValidTo.IsZero() {
		daysLeft = today.DaysUntil(r.ValidTo)
	}
	switch {
	case !r.ValidFrom.IsZero() && today.Before(r.ValidFrom):
		return StatusNotYetValid, daysLeft
	case r.LongTerm:
		return StatusLongTerm, 0
	case r.ValidTo.IsZero():
		return StatusUnknown, 0
	case daysLeft < 0:
		return StatusExpired, daysLeft
	case daysLeft < ExpiringDays:
		return StatusExpiring, daysLeft
	}
	return StatusValid, daysLeft
}

// forever stands for 长期 among years.
const longTermYears = 1000

// span gives the years of validity, or ok=false when begin and end are not a
// whole number of years apart (a day's difference is allowed, since both 1 January
// to 1 January and to 31 December occur).
func validityYears(r Reading) (years int, ok bool) {
	if r.LongTerm {
		return longTermYears, true
	}
	years = r.ValidTo.Y - r.ValidFrom.Y
	end := time.Date(r.ValidTo.Y, time.Month(r.ValidFrom.M), r.ValidFrom.D, 0, 0, 0, 0, time.UTC)
	off := dateOfUTC(end).DaysUntil(r.ValidTo)
	if off > 300 { // from 1 January to 31 December of the year before the anniversary
		years, off = years+1, off-365
	}
	return years, off >= -1 && off <= 1
}

// usualSpan gives the years of validity by age at issue (居民身份证法 art. 5).
func usualYears(age int) int {
	switch {
	case age < 16:
		return 5
	case age < 26:
		return 10
	case age < 46:
		return 20
	}
	return longTermYears
}

func validityIssues(front, back Reading, now time.Time) (issues []Issue) {
	if back.ValidFrom.IsZero() {
		return nil
	}
	birth := front.Number.BirthDate()
	if birth.IsZero() {
		birth = front.Birth
	}
	if !birth.IsZero() && back.ValidFrom.Before(birth) {
		issues = append(issues, Issue{CodeIssuedBeforeBirth, Error, FieldValidFrom})
	}
	if DateOf(now).Before(back.ValidFrom) {
		issues = append(issues, Issue{CodeIssuedInFuture, Warn, FieldValidFrom})
	}
	if !back.LongTerm && back.ValidTo.IsZero() {
		return issues
	}
	if !back.LongTerm && !back.ValidFrom.Before(back.ValidTo) {
		return append(issues, Issue{CodeValidityReversed, Error, FieldValidTo})
	}
	years, ok := validityYears(back)
	if !ok || years != 5 && years != 10 && years != 20 && years != longTermYears {
		return append(issues, Issue{CodeValiditySpan, Warn, FieldValidTo})
	}
	if len(issues) == 0 && !birth.IsZero() && !front.Number.Permit() && years != usualYears(birth.AgeOn(back.ValidFrom)) {
		issues = append(issues, Issue{CodeValidityAge, Warn, FieldValidTo})
	}
	return issues
}
