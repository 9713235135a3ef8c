package flows

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/cards"
)

// A Figure is something that is counted by day. The store adds the counts of a change in the change's transaction, so
// that no card has to count cases. Each kind of end is a figure of its own, and nothing adds them together.
type Figure string

// Figures of a day.
const (
	FigureStarted Figure = "started"
	FigureDone    Figure = "done"
	// FigureSidesRead counts the cases of which both sides of the card were read for the first time, FigureFirstPhotos
	// those of them without any photo that could not be used.
	FigureSidesRead   Figure = "sides_read"
	FigureFirstPhotos Figure = "first_photos"
	// FigureOCRPages counts the photos that the OCR has read.
	FigureOCRPages Figure = "ocr_pages"
)

// Prefixes of figures with a parameter.
const (
	figureEnd      = "end/"       // and Case.Outcome, for each end but done
	figurePhoto    = "photo/"     // and Photo.Problem
	figureSentBack = "sent_back/" // and Review.Reason
	figureRejected = "rejected/"  // and Review.Reason
	figureSpan     = "span/"      // and a Span, "/", seconds of RoundSpan
)

// ReasonNote is the reason of a review without one: HR has written a note only.
const ReasonNote = "note"

// reasonBound is the reason of a case that goes back because Feishu has something else bound, if HR names none.
const reasonBound = "bound_differs"

// Outcomes lists the ends that are not done, in the order of cards.
var Outcomes = []string{"on_file", "rejected", "closed", "declined", "withdrawn", "expired", OutcomeHRDelay,
	OutcomeLeft, OutcomeUninstalled}

// FigureEnd counts the cases that have ended with an outcome, one of Outcomes.
func FigureEnd(outcome string) Figure { return Figure(figureEnd + outcome) }

// A Span is a time that is measured from case to case.
type Span string

// Spans.
const (
	SpanToDone Span = "to_done" // from the start of a case until it is done
	SpanReview Span = "review"  // from the submission to HR until HR's decision
)

// figureOfSpan counts the cases with a duration, as RoundSpan gives it.
func figureOfSpan(s Span, d time.Duration) Figure {
	return Figure(figureSpan + string(s) + "/" + strconv.Itoa(int(RoundSpan(d)/time.Second)))
}

// RoundSpan rounds a duration as cards show it: up to seconds below a minute, to minutes below 2 hours, to hours below
// 72 hours, and to days. A longer duration is never rounded to less than a shorter one, so that a quantile of rounded
// durations is the rounded quantile. Counting the rounded ones takes at most some hundred counters.
func RoundSpan(d time.Duration) time.Duration {
	switch {
	case d <= 0:
		return 0
	case d < time.Minute:
		return (d + time.Second - 1).Truncate(time.Second)
	case d < 2*time.Hour:
		return d.Round(time.Minute)
	case d < 72*time.Hour:
		return d.Round(time.Hour)
	}
	return d.Round(24 * time.Hour)
}

// Figures holds the counts of one or more days.
type Figures map[Figure]int

// Ends returns how many cases have ended with each of Outcomes.
func (f Figures) Ends() map[string]int {
	out := map[string]int{}
	for _, o := range Outcomes {
		if n := f[FigureEnd(o)]; n > 0 {
			out[o] = n
		}
	}
	return out
}

// A Quantile is a duration that a share of cases does not exceed, and the number of cases that it is of.
type Quantile struct {
	Span  time.Duration // a value of RoundSpan
	Cases int
}

// Quantile returns the duration that p (0 < p ≤ 1) of the cases do not exceed, by the nearest rank: a duration of one
// of the cases. The median is that of p = 0.5.
func (f Figures) Quantile(s Span, p float64) Quantile {
	type bucket struct{ seconds, n int }
	var buckets []bucket
	total := 0
	for name, n := range f {
		seconds, ok := strings.CutPrefix(string(name), figureSpan+string(s)+"/")
		if !ok || n <= 0 {
			continue
		}
		if value, err := strconv.Atoi(seconds); err == nil {
			buckets = append(buckets, bucket{value, n})
			total += n
		}
	}
	slices.SortFunc(buckets, func(a, b bucket) int { return cmp.Compare(a.seconds, b.seconds) })
	rank := int(math.Ceil(p * float64(total)))
	for _, b := range buckets {
		if rank -= b.n; rank <= 0 {
			return Quantile{Span: time.Duration(b.seconds) * time.Second, Cases: total}
		}
	}
	return Quantile{}
}

// A Tally is how often a code was counted.
type Tally struct {
	Code string
	N    int
}

// PhotoProblems returns why photos could not be used, the most frequent first.
func (f Figures) PhotoProblems() []Tally { return f.tally(figurePhoto) }

// SentBackFor returns the reasons for which HR has sent cases back, RejectedFor those for which HR has rejected cases,
// the most frequent first.
func (f Figures) SentBackFor() []Tally { return f.tally(figureSentBack) }

// RejectedFor is the same as SentBackFor, of rejected cases.
func (f Figures) RejectedFor() []Tally { return f.tally(figureRejected) }

// tally returns the counts of a prefix, the largest first; equal ones by their code.
func (f Figures) tally(prefix string) (out []Tally) {
	for name, n := range f {
		if code, ok := strings.CutPrefix(string(name), prefix); ok && n > 0 {
			out = append(out, Tally{code, n})
		}
	}
	slices.SortFunc(out, func(a, b Tally) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Code, b.Code)) })
	return out
}

// count adds 1 to a figure of the day of the event.
func (d *decision) count(f Figure) {
	if d.change.Figures == nil {
		d.change.Figures = Figures{}
	}
	d.change.Figures[f]++
}

// countReview counts HR's decision when it takes effect, with the reason of those that people dispute. The audit row of
// this event names both.
func (d *decision) countReview(prefix string) {
	reason := cmp.Or(d.c.Review.Reason, ReasonNote)
	if reason != ReasonNote && reason != reasonBound && !slices.Contains(cards.Reasons, reason) {
		reason = "other" // a form can bring anything
	}
	d.count(Figure(prefix + reason))
	d.detail("effect", string(d.c.Review.What))
	d.detail("effect_reason", reason)
}

// EndFigures returns what the end of a case adds to its day. The store counts done cases themselves, by their state.
func EndFigures(c *Case) Figures {
	if c.State == Done {
		return Figures{figureOfSpan(SpanToDone, c.EnteredAt.Sub(c.CreatedAt)): 1}
	}
	return Figures{FigureEnd(c.Outcome): 1}
}

// countSidesRead counts a case when both sides of its card are read for the first time.
func (d *decision) countSidesRead() {
	if d.c.SidesRead {
		return
	}
	d.c.SidesRead = true
	d.count(FigureSidesRead)
	refused := strconv.Itoa(d.c.BadPhotos)
	d.detail("refused_before", refused)
	if d.c.BadPhotos == 0 {
		d.count(FigureFirstPhotos)
	}
}
