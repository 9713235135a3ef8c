package idcard

import "time"

// Status is the status of a card's validity.
type Status string

// Values of Status.
const (
	StatusValid       Status = "valid"
	StatusExpiring    Status = "expiring" // fewer than ExpiringDays left
	StatusExpired     Status = "expired"
	StatusNotYetValid Status = "not_yet_valid"
	StatusLongTerm    Status = "long_term" // 长期
	StatusUnknown     Status = "unknown"   // the end was not read
)

// ExpiringDays is the number of days before its end in which a card counts as expiring.
const ExpiringDays = 90

// Validity returns the status of a back at the time now, by the day in China. The card is valid on its last day.
// daysLeft is 0 on that day, negative afterwards, and 0 if there is no end (long_term, unknown).
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

// longTermYears represents 长期 as a number of years.
const longTermYears = 1000

// validityYears returns the years of validity. ok is false if it is no whole number of years. A difference of one day
// is allowed, because validities end on the anniversary or on the day before.
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

// usualYears returns the years of validity by the age at issue (居民身份证法 art. 5).
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
