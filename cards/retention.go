package cards

import "time"

// Retention says how long personal data is kept. The agreement, the card 我的资料 and the report of the settings say it
// in the same words.
type Retention struct {
	Photos     time.Duration // from the end of a case to the deletion of its photos; 0: at once
	Unfinished time.Duration // from the end of a case that registered nobody to the deletion of its details; 0: at once
	Fields     time.Duration // the same of a case that is done or on file; 0: no such limit
	Leavers    time.Duration // from the day on which a person leaves the company; 0: no such limit
}

// Endless reports whether the details of a registered person are kept until the person asks, or a request comes.
func (r Retention) Endless() bool { return r.Fields == 0 && r.Leavers == 0 }

// photosText says when the photos are deleted.
func (r Retention) photosText() text {
	return tr("retention.photos", textArg("grace", graceText(r.Photos)))
}

// unfinishedText says when the details of somebody are deleted who was not registered.
func (r Retention) unfinishedText() text {
	return tr("retention.unfinished", textArg("grace", graceText(r.Unfinished)))
}

// graceText continues "deleted …" in front of the end of the process.
func graceText(span time.Duration) text {
	if span == 0 {
		return tr("agreement.at_once")
	}
	return tr("agreement.within", textArg("span", durationText(span)))
}

// fieldsText says when the details of a registered person are deleted.
func (r Retention) fieldsText() text {
	switch {
	case r.Endless():
		return tr("retention.endless")
	case r.Fields == 0:
		return tr("retention.leavers", textArg("span", durationText(r.Leavers)))
	case r.Leavers == 0:
		return tr("retention.fields", textArg("span", durationText(r.Fields)))
	}
	return tr("retention.first", textArg("span", durationText(r.Fields)), textArg("leavers", durationText(r.Leavers)))
}

// text returns the retention in the words of the agreement.
func (r Retention) text() text {
	return join(text{en: " ", trusted: true}, r.photosText(), r.fieldsText(), r.unfinishedText())
}

// Words returns the sentences of the retention in Chinese and in English.
func (r Retention) Words() (zh, en string) {
	t := r.text()
	return t.zh, t.en
}
