package flows

import (
	"slices"
	"time"
)

// PhotoWindow is the time over which MaxPhotos counts.
const PhotoWindow = 24 * time.Hour

// tooManyPhotos returns the code of the problem if no further photo can be taken, and "" otherwise. Photos count while
// they are to be read and within PhotoWindow: who needs many tries over days is not shut out.
func (d *decision) tooManyPhotos() string {
	unread, recent := 0, 0
	for _, p := range d.c.Photos {
		if p.State == PhotoWaiting || p.State == PhotoStored {
			unread++
		}
		if d.event.At.Sub(p.At) < PhotoWindow {
			recent++
		}
	}
	for _, at := range d.c.PhotosBefore {
		if d.event.At.Sub(at) < PhotoWindow {
			recent++
		}
	}
	switch {
	case unread >= MaxPhotos:
		return "too_many"
	case recent >= MaxPhotos:
		return "too_many_day"
	}
	return ""
}

// forgetOldPhotos removes photos that are neither used nor counted any more, so that a case does not grow without end.
// Their hashes stay in the audit chain.
func (d *decision) forgetOldPhotos() {
	if len(d.c.Photos) < MaxPhotos {
		return
	}
	d.c.Photos = slices.DeleteFunc(d.c.Photos, func(p Photo) bool {
		over := p.State == PhotoRefused || p.State == PhotoReplaced
		return over && d.event.At.Sub(p.At) >= PhotoWindow
	})
}

// CarryPhotos counts the photos of the person's last case for the limit of a new one: starting again does not raise it.
func CarryPhotos(c, last *Case) {
	for _, at := range last.PhotosBefore {
		if c.CreatedAt.Sub(at) < PhotoWindow {
			c.PhotosBefore = append(c.PhotosBefore, at)
		}
	}
	for _, p := range last.Photos {
		if c.CreatedAt.Sub(p.At) < PhotoWindow {
			c.PhotosBefore = append(c.PhotosBefore, p.At)
		}
	}
}
