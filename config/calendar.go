package config

import (
	"errors"
	"io"
	"os"
	"strconv"

	"shiming/workday"
)

// maxCalendar is the largest size of the file. A year of notices has about 1 KB.
const maxCalendar = 1 << 20

// calendar reads the operator's calendar, whose days replace the built-in ones.
func (v *validator) calendar() {
	v.Review.calendar = workday.Mainland()
	if v.Review.Calendar == "" {
		return
	}
	own, wrong := readCalendar(v.Review.Calendar)
	if wrong != nil {
		v.wrong("review.calendar", wrong.Code, wrong.Args...)
		return
	}
	v.Review.calendar = v.Review.calendar.With(own)
}

// readCalendar returns the calendar in a file, or what is wrong with it.
func readCalendar(path string) (workday.Calendar, *Mistake) {
	f, err := os.Open(path)
	if err != nil {
		return workday.Calendar{}, fileMistake(err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxCalendar+1))
	switch {
	case err != nil:
		return workday.Calendar{}, fileMistake(err)
	case len(text) > maxCalendar:
		return workday.Calendar{}, &Mistake{Code: CalendarTooLarge}
	}
	own, err := workday.Parse(string(text))
	if bad, ok := errors.AsType[*workday.LineError](err); ok {
		return own, &Mistake{Code: NotCalendar, Args: []string{strconv.Itoa(bad.Line)}}
	}
	return own, nil
}
