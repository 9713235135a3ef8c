package privacy

import "slices"

// Part is a part of the consent text. The comments name the family of texts that its codes belong to.
type Part string

// Parts of the consent text.
const (
	PartWhat    Part = "what"    // categories of data ("category.<code>")
	PartWhy     Part = "why"     // purposes ("purpose.<code>")
	PartWho     Part = "who"     // recipients ("recipient.<code>")
	PartWhere   Part = "where"   // places ("place.<code>")
	PartKept    Part = "kept"    // what a deletion leaves ("kept.<code>")
	PartViewers Part = "viewers" // who may see it ("viewer.<code>")
	PartRights  Part = "rights"  // of the person ("right.<code>")
)

// Parts lists them.
var Parts = []Part{PartWhat, PartWhy, PartWho, PartWhere, PartKept, PartViewers, PartRights}

// Condition is something that the settings of an installation make true or false.
type Condition string

// Conditions on which a sentence of the consent text depends.
const (
	Checks          Condition = "checks"               // somebody is verified, and evidence is filed
	Codes           Condition = "codes"                // a code may be sent to the mobile
	ThreeElements   Condition = "three_elements"       // the check by mobile is in use
	BankCard        Condition = "bank_card"            // the check by bank card is in use
	Face            Condition = "face"                 // the check by face is in use
	Page            Condition = "page"                 // the consent is given on the agreement page
	Login           Condition = "login"                // that page asks for Feishu's web login
	HandsOver       Condition = "handover"             // another system is told of evidence points
	Signing         Condition = "signing"              // a signing account is opened
	ReviewDesks     Condition = "review_desks"         // HR reviews at desks
	ReviewCards     Condition = "review_cards"         // a card of each case, in HR's group if there is one
	OnRequest       Condition = "originals_on_request" // originals are shown to whoever asks
	OnWarning       Condition = "originals_on_warning" // and unasked with a finding
	Always          Condition = "originals_always"     // unasked
	SecondLook      Condition = "second_look"          // another admin has to agree
	TellLooks       Condition = "tell_looks"           // the person is told of each look at originals
	AnnounceMasked  Condition = "announce_masked"      // the announcement shows masked names
	AnnounceAvatars Condition = "announce_avatars"     // the announcement shows avatars
	DPO             Condition = "dpo"                  // somebody may see the privacy report
)

// Conditions lists them.
var Conditions = []Condition{
	Checks, Codes, ThreeElements, BankCard, Face, Page, Login, HandsOver, Signing, ReviewDesks, ReviewCards, OnRequest,
	OnWarning, Always, SecondLook, TellLooks, AnnounceMasked, AnnounceAvatars, DPO,
}

// Said is a sentence of the consent text that a fact makes necessary: its part, its code, and the conditions under
// which the fact holds, all of them; none: always.
type Said struct {
	Part Part        `json:"part"`
	Code string      `json:"code"`
	When []Condition `json:"when,omitempty"`
}

// said lists every sentence once, in the order of the table.
var said = func() (all []Said) {
	lists := [][]Said{table.Consent}
	for _, f := range table.Data {
		lists = append(lists, f.Consent)
	}
	for _, v := range table.Viewers {
		lists = append(lists, v.Consent)
	}
	for _, r := range table.Recipients {
		lists = append(lists, r.Consent)
	}
	for _, s := range slices.Concat(lists...) {
		if !slices.ContainsFunc(all, func(o Said) bool { return o.Part == s.Part && o.Code == s.Code }) {
			all = append(all, s)
		}
	}
	return all
}()

// Sentences returns every sentence of the consent text, under any settings.
func Sentences() []Said { return slices.Clone(said) }

// Consent returns the codes of a part of the consent text under the conditions that hold.
func Consent(part Part, holds map[Condition]bool) (codes []string) {
	for _, s := range said {
		if s.Part != part || slices.ContainsFunc(s.When, func(c Condition) bool { return !holds[c] }) {
			continue
		}
		codes = append(codes, s.Code)
	}
	return codes
}
