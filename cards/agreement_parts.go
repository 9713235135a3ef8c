package cards

// AgreementParts is the agreement in one language, for a page with headings of its own.
type AgreementParts struct {
	Title, Version, Intro string
	Sections              []AgreementSection
}

// AgreementSection is a headed paragraph. Body may have line breaks.
type AgreementSection struct{ Title, Body string }

// Parts returns the agreement in English or in Chinese. Together the parts of both languages are Text.
func (a Agreement) Parts(english bool) AgreementParts {
	side := func(t text) string {
		if english {
			return t.en
		}
		return t.zh
	}
	p := AgreementParts{
		Title:   side(tr("agreement.title")),
		Version: side(a.versionText()),
		Intro:   side(a.introText()),
	}
	for _, s := range a.sections() {
		p.Sections = append(p.Sections, AgreementSection{Title: side(s.title), Body: side(s.body)})
	}
	return p
}
