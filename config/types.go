package config

import (
	"slices"
	"strconv"
	"strings"

	"shiming/flows"
	"shiming/workday"
)

// AppType is the type of the Feishu app.
type AppType string

const (
	SelfBuilt   AppType = "self_built"  // app of one company
	Marketplace AppType = "marketplace" // app that many companies install
)

// UnmarshalText accepts the constants.
func (t *AppType) UnmarshalText(text []byte) error { return oneOf(t, text, SelfBuilt, Marketplace) }

// Transport says how the bot receives events of Feishu.
type Transport string

const (
	Webhook   Transport = "webhook"
	WebSocket Transport = "websocket" // the long connection
)

// UnmarshalText accepts the constants.
func (t *Transport) UnmarshalText(text []byte) error { return oneOf(t, text, Webhook, WebSocket) }

// UserIDType is the kind of id by which the identity is recorded for a person.
type UserIDType string

const (
	OpenID  UserIDType = "open_id"  // of the person in this app
	UnionID UserIDType = "union_id" // of the person in all apps of one developer
	UserID  UserIDType = "user_id"  // of the person in the company; needs contact:user.employee_id:readonly
)

// UnmarshalText accepts the constants.
func (t *UserIDType) UnmarshalText(text []byte) error { return oneOf(t, text, OpenID, UnionID, UserID) }

// Review says which cases HR has to approve.
type Review string

const (
	ReviewAlways   Review = "always"
	ReviewWarnings Review = "warnings" // only cases with a finding that is not green
)

// UnmarshalText accepts the constants.
func (r *Review) UnmarshalText(text []byte) error {
	return oneOf(r, text, ReviewAlways, ReviewWarnings)
}

// Ladder lists methods of verification in the order in which they follow each other.
type Ladder []flows.Method

// UnmarshalText accepts methods with commas between them.
func (l *Ladder) UnmarshalText(text []byte) error {
	out := Ladder{}
	for name := range strings.SplitSeq(string(text), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		m, err := methodOf(name, flows.ThreeElements, flows.BankCardFour, flows.Face)
		if err != nil {
			return err
		}
		out = append(out, m)
	}
	*l = out
	return nil
}

// FaceLiveScore says what stands for the score of the liveness check in the evidence of a face.
type FaceLiveScore string

const (
	FaceLiveStatus FaceLiveScore = "status" // the supplier's status, as it came
	FaceLiveStop   FaceLiveScore = "stop"   // nothing: nobody is asked for the face
)

// UnmarshalText accepts the constants.
func (s *FaceLiveScore) UnmarshalText(text []byte) error {
	return oneOf(s, text, FaceLiveStatus, FaceLiveStop)
}

// Revision is the revision of e签宝's evidence request.
type Revision string

const (
	Revision202510 Revision = "2025-10" // of today; people read the certificate agreement on a page
	Revision2024   Revision = "2024"    // outdated
)

// UnmarshalText accepts the constants.
func (r *Revision) UnmarshalText(text []byte) error {
	return oneOf(r, text, Revision202510, Revision2024)
}

// ReviewStyle says how HR gets the cases to review.
type ReviewStyle string

const (
	StyleQueue ReviewStyle = "queue" // a review desk for each admin, a board in the review group
	StyleCards ReviewStyle = "cards" // a card of each case
)

// UnmarshalText accepts the constants.
func (s *ReviewStyle) UnmarshalText(text []byte) error { return oneOf(s, text, StyleQueue, StyleCards) }

// ReviewPhotos says when an admin who opens a case at the desk gets its original photos without asking.
type ReviewPhotos string

const (
	PhotosOnRequest ReviewPhotos = "on_request" // never
	PhotosOnWarning ReviewPhotos = "on_warning" // with a finding that is amber or red
	PhotosAlways    ReviewPhotos = "always"
)

// UnmarshalText accepts the constants.
func (p *ReviewPhotos) UnmarshalText(text []byte) error {
	return oneOf(p, text, PhotosOnRequest, PhotosOnWarning, PhotosAlways)
}

// AnnouncePeople says how the announcement in a group shows the people who finished last.
type AnnouncePeople string

const (
	PeopleNone    AnnouncePeople = "none"
	PeopleMasked  AnnouncePeople = "masked"  // masked names
	PeopleAvatars AnnouncePeople = "avatars" // pictures, with which Feishu shows who it is
)

// UnmarshalText accepts the constants.
func (p *AnnouncePeople) UnmarshalText(text []byte) error {
	return oneOf(p, text, PeopleNone, PeopleMasked, PeopleAvatars)
}

// SecondLook says where a second admin has to agree before the first one sees something.
type SecondLook string

const (
	SecondLookNever     SecondLook = "never"
	SecondLookOriginals SecondLook = "originals" // of the original photos of a case
)

// UnmarshalText accepts the constants.
func (s *SecondLook) UnmarshalText(text []byte) error {
	return oneOf(s, text, SecondLookNever, SecondLookOriginals)
}

// PageLogin says how the agreement page learns who reads it.
type PageLogin string

const (
	LoginFeishu PageLogin = "feishu" // Feishu's web login
	LoginNone   PageLogin = "none"   // whoever has the link is believed
)

// UnmarshalText accepts the constants.
func (l *PageLogin) UnmarshalText(text []byte) error { return oneOf(l, text, LoginFeishu, LoginNone) }

// ReadType says how people accept the agreements; e签宝's certAgreementReadType.
type ReadType string

const (
	ReadCheck ReadType = "CHECK" // they tick a box below the text
	ReadClick ReadType = "CLICK" // they open the text by a click
)

// UnmarshalText accepts the constants.
func (t *ReadType) UnmarshalText(text []byte) error { return oneOf(t, text, ReadCheck, ReadClick) }

// Sync is the durability of the SQLite database.
type Sync string

const (
	SyncFull   Sync = "full"   // commits survive a power cut
	SyncNormal Sync = "normal" // commits survive a killed process
)

// UnmarshalText accepts the constants.
func (s *Sync) UnmarshalText(text []byte) error { return oneOf(s, text, SyncFull, SyncNormal) }

// Level is the minimum level of log entries.
type Level string

const (
	LevelDebug Level = "debug"
	LevelInfo  Level = "info"
	LevelWarn  Level = "warn"
	LevelError Level = "error"
)

// UnmarshalText accepts the constants.
func (l *Level) UnmarshalText(text []byte) error {
	return oneOf(l, text, LevelDebug, LevelInfo, LevelWarn, LevelError)
}

// oneOf sets to if text is exactly one of values.
func oneOf[T ~string](to *T, text []byte, values ...T) error {
	if !slices.Contains(values, T(text)) {
		return &Mistake{Code: NotOneOf, Args: []string{list(values)}}
	}
	*to = T(text)
	return nil
}

func list[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// YesNo is true or false.
type YesNo bool

// UnmarshalText accepts true and false, and yes and no as the same.
func (y *YesNo) UnmarshalText(text []byte) error {
	var word string
	if err := oneOf(&word, text, "true", "false", "yes", "no"); err != nil {
		return err
	}
	*y = word == "true" || word == "yes"
	return nil
}

// WorkHours are the working hours of a day, such as 09:00-18:00.
type WorkHours string

// UnmarshalText accepts what workday.ParseHours does.
func (h *WorkHours) UnmarshalText(text []byte) error {
	if _, err := workday.ParseHours(string(text)); err != nil {
		return &Mistake{Code: NotHours}
	}
	*h = WorkHours(text)
	return nil
}

// Percent is a whole number from 0 to 100.
type Percent int

// UnmarshalText accepts a whole number from 0 to 100.
func (p *Percent) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 0 || n > 100 {
		return &Mistake{Code: NotInRange, Args: []string{"0", "100"}}
	}
	*p = Percent(n)
	return nil
}

// PerSecond is a rate in calls a second.
type PerSecond int

const maxPerSecond = 100

// UnmarshalText accepts a whole number from 1 to maxPerSecond.
func (p *PerSecond) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > maxPerSecond {
		return &Mistake{Code: NotInRange, Args: []string{"1", strconv.Itoa(maxPerSecond)}}
	}
	*p = PerSecond(n)
	return nil
}
