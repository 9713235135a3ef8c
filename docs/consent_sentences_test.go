package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/cards"
	"shiming/e2e/files"
	"shiming/privacy"
)

// partFamilies are the families of texts of the parts of the consent text.
var partFamilies = map[privacy.Part]string{
	privacy.PartWhat:    "category",
	privacy.PartWhy:     "purpose",
	privacy.PartWho:     "recipient",
	privacy.PartWhere:   "place",
	privacy.PartKept:    "kept",
	privacy.PartViewers: "viewer",
	privacy.PartRights:  "right",
}

// unsaid are the facts about which the consent text needs no sentence of its own, and why.
var unsaid = map[string]string{
	"agreement_texts": "texts of the operator",
	"number_index":    "a hash of the number, which is named",
	"deletions":       "part of the record of the process, without anything personal",
	"heads":           "hashes over the record",
	"exports":         "of the admin who asked; a copy is one of the requests",
	"pushes":          "what is named elsewhere, on its way into the case",
	"event_keys":      "ids of messages",
	"uses":            "keyed counters against abuse",
	"surprises":       "nothing personal",
	"campaigns":       "of the admins",
	"campaign_lines":  "HR's list, for a day",
	"jobs":            "ids of what is named elsewhere",
	"greeted":         "a keyed hash of the account",
	"chat_settings":   "ids",
	"reconciliation":  "ids",
	"technical":       "nothing personal",
	"logs":            "ids, without anything of the document",
	"metrics":         "counts",
}

// TestEachFactIsInTheConsent: each row of the table of facts has a sentence in the consent text, or a reason why not;
// each sentence has its text, and depends on known conditions only.
func TestEachFactIsInTheConsent(t *testing.T) {
	said := map[string]bool{}
	for _, f := range privacy.Data() {
		said[f.ID] = len(f.Consent) > 0
		if _, reason := unsaid[f.ID]; said[f.ID] == reason {
			t.Errorf("%s: got a sentence %v and a reason for none %v, want one of them", f.ID, said[f.ID], reason)
		}
		if len(f.Personal) > 0 && !said[f.ID] {
			t.Errorf("%s: it holds personal data and no sentence names it", f.ID)
		}
	}
	for id := range unsaid {
		if _, known := said[id]; !known {
			t.Errorf("got a reason for %s, which is no fact", id)
		}
	}
	for _, v := range privacy.Viewers() {
		if len(v.Consent) == 0 && v.ID != "applicant" {
			t.Errorf("%s: no sentence names who may look", v.ID)
		}
	}
	for _, s := range privacy.Sentences() {
		if id := partFamilies[s.Part] + "." + s.Code; !cards.HasText(id) {
			t.Errorf("got no text %s", id)
		}
		for _, c := range s.When {
			if !slices.Contains(privacy.Conditions, c) {
				t.Errorf("%s %s depends on %s, which is no condition", s.Part, s.Code, c)
			}
		}
	}
}

// shownBy names the tests that show each sentence of the consent text to be what happens: directory and name, as many
// as the text has sentences.
var shownBy = map[string][]string{
	"agreement.intro": {"cards/TestAgreementDiffers", "flows/TestConsentToTheTextOfTheCard",
		"flows/TestConsentNeedsTheRightWay"},
	"agreement.impact.body": {"flows/TestTableIsComplete", "store/TestNothingClearIsStored"},
	"agreement.keep.body":   {"workers/TestWithdrawalIsOnRecord"},
	"agreement.refuse.body": {"e2e/TestPhotosWaitForConsent", "e2e/TestDecline"},
	"retention.photos":      {"workers/TestSentencesOfTheConsent"},
	"retention.fields":      {"workers/TestSentencesOfTheConsent"},
	"retention.leavers":     {"workers/TestSentencesOfTheConsent"},
	"retention.first":       {"workers/TestSentencesOfTheConsent"},
	"retention.endless":     {"workers/TestSentencesOfTheConsent"},
	"retention.unfinished":  {"workers/TestSentencesOfTheConsent"},

	"category.card":       {"owncopy/TestCopyHoldsEveryField"},
	"category.document":   {"flows/TestOtherDocument"},
	"category.code":       {"flows/TestConfirmSendsCode"},
	"category.page":       {"e2e/TestAgreementPage"},
	"category.bank_card":  {"e2e/TestBankCardByChoice"},
	"category.face":       {"e2e/TestFaceByChoice"},
	"category.directory":  {"workers/TestContact"},
	"category.talk":       {"e2e/TestTalkWithHR"},
	"category.record":     {"store/TestAuditChain"},
	"category.invitation": {"workers/TestFunnelAgreesWithTheRecord"},

	"purpose.identity":     {"e2e/TestHappyPath"},
	"purpose.evidence":     {"e2e/TestEvidenceAgainstTheRecord"},
	"purpose.handover":     {"e2e/TestHandedOn"},
	"purpose.signing":      {"workers/TestSigningAccountPaths"},
	"purpose.progress":     {"workers/TestRemindAll"},
	"purpose.nothing_else": {"docs/TestImportRules"},

	"recipient.feishu":           {"e2e/TestRecipientsOfEachMethod"},
	"recipient.feishu_login":     {"e2e/browser/TestAgreementOpensAsThePerson"},
	"recipient.tencent_sms":      {"e2e/TestRecipientsOfEachMethod"},
	"recipient.tencent_faceid":   {"e2e/TestRecipientsOfEachMethod"},
	"recipient.tencent_bankcard": {"e2e/TestRecipientsOfEachMethod"},
	"recipient.tencent_face":     {"e2e/TestRecipientsOfEachMethod"},
	"recipient.esign":            {"e2e/TestRecipientsOfEachMethod"},
	"recipient.esign_code":       {"e2e/TestEvidenceAgainstTheRecord"},
	"recipient.esign_page":       {"e2e/TestEvidenceAgainstTheRecord"},
	"recipient.esign_bankcard":   {"e2e/TestRecipientsOfEachMethod"},
	"recipient.esign_face":       {"e2e/TestRecipientsOfEachMethod"},
	"recipient.esign_sdk":        {"flows/TestNoAccountWithoutItsConsent"},
	"recipient.handover":         {"e2e/TestHandedOn"},

	"viewer.hr":                   {"workers/TestShownIsALook"},
	"viewer.group_cards":          {"workers/TestShownIsALook"},
	"viewer.group_queue":          {"e2e/TestDesk"},
	"viewer.originals_on_request": {"e2e/TestOriginals"},
	"viewer.originals_on_warning": {"e2e/TestOriginalsUnasked"},
	"viewer.originals_always":     {"e2e/TestOriginalsUnasked"},
	"viewer.originals_recorded":   {"e2e/TestOriginals"},
	"viewer.second_look":          {"e2e/TestSecondLook"},
	"viewer.tell_looks":           {"e2e/TestOriginals"},
	"viewer.export":               {"workers/TestExport"},
	"viewer.announce_masked":      {"workers/TestBoardPeople"},
	"viewer.announce_avatars":     {"workers/TestBoardPeople"},
	"viewer.campaign":             {"workers/TestLeadIsToldByHR"},
	"viewer.dpo":                  {"e2e/TestPrivacyShell"},
	"viewer.operator":             {"e2e/TestEvidenceInFull"},

	"place.database": {"e2e/TestNothingPersonalIsLeft"},
	"kept.reading":   {"e2e/TestNothingPersonalIsLeft"},
	"kept.face":      {"e2e/TestFaceByChoice"},
	"kept.record":    {"workers/TestNothingOfAForgottenPerson"},

	"right.withdraw": {"engine/TestWithdrawErasesAllCases"},
	"right.see":      {"workers/TestMyData"},
	"right.ask":      {"e2e/TestRights"},
	"right.left":     {"e2e/TestRequestsByLetter"},
	"right.done":     {"flows/TestErase"},
	"right.evidence": {"workers/TestMyData"},
}

// sentencesOf counts the sentences of a Chinese text.
func sentencesOf(text string) int { return max(1, strings.Count(text, "。")) }

// TestEachSentenceOfTheConsentIsShown: each sentence of the consent text has a test that shows it, which exists.
func TestEachSentenceOfTheConsentIsShown(t *testing.T) {
	ids := []string{"agreement.intro", "agreement.impact.body", "agreement.keep.body", "agreement.refuse.body",
		"retention.photos", "retention.fields", "retention.leavers", "retention.first", "retention.endless",
		"retention.unfinished"}
	for _, s := range privacy.Sentences() {
		ids = append(ids, partFamilies[s.Part]+"."+s.Code)
	}
	tests := map[string]string{} // by directory, the text of its tests
	for _, id := range ids {
		family, code, _ := strings.Cut(id, ".")
		if got, want := len(shownBy[id]), sentencesOf(cards.CodeText(family, code, "zh")); got != want {
			t.Errorf("%s: got %d tests, want one for each of its %d sentences", id, got, want)
		}
		for _, name := range shownBy[id] {
			dir, name := path.Split(name)
			if tests[dir] == "" {
				for _, file := range files.Glob(t, dir+"*_test.go") {
					tests[dir] += files.Read(t, file)
				}
			}
			if !regexp.MustCompile(`(?m)^func ` + name + `\(t \*testing\.T\)`).MatchString(tests[dir]) {
				t.Errorf("%s: there is no test %s%s", id, dir, name)
			}
		}
	}
	for id := range shownBy {
		if !slices.Contains(ids, id) {
			t.Errorf("got a row for %s, which is no sentence of the consent text", id)
		}
	}
}
