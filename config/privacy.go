package config

// WorkingDays is the deadline of a request of a person about the own data.
type WorkingDays int

// Limits of the deadline. GB/T 35273-2020 (8.7) asks for an answer within thirty days, of which 22 are working days;
// holidays may still move the end, so that 20 keep within them at most times.
const (
	minRequestDays = 1
	maxRequestDays = 20
)

// UnmarshalText accepts a whole number of working days.
func (d *WorkingDays) UnmarshalText(text []byte) error {
	return numberIn(d, text, minRequestDays, maxRequestDays)
}
