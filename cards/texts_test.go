package cards

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sources parses the package without its tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if out[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// literals returns all string literals of the package.
func literals(t *testing.T) map[string]bool {
	out := map[string]bool{}
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out[s] = true
			}
			return true
		})
	}
	return out
}

// families lists the codes of the catalogues that other packages, stored rows or people choose from. Other packages may
// use the codes that are listed here.
var families = map[string][]string{
	"step":      {"consent", "photos", "confirm", "bank_card", "code", "face", "review", "record", "evidence", "done", "other"},
	"side":      {"front", "back", "document", "other"},
	"sidestate": {"missing", "waiting", "reading", "read", "other"},
	"photo": {
		"empty", "too_large", "not_picture", "heic", "unsupported_format", "truncated", "too_small", "too_many_pixels",
		"nothing", "bad_file", "duplicate_front", "duplicate_back", "other_person", "expired_card", "sides_mismatch",
		"download_failed", "deleted", "restricted", "too_many", "too_many_day", "document_nothing", "document_not_picture",
		"document_too_small", "document_photo_dark", "document_photo_glare", "document_photo_blurred",
		"document_photo_low_contrast", "document_photo_small", "document_photo_grey", "document_too_many_day",
		"document_too_many", "other",
	},
	"field": {"required", "length", "characters", "check_digit", "date", "future", "name_characters", "name_length",
		"mobile_format", "document_number", "resident_number", "bound_identity_name", "bound_identity_code", "bound_mobile",
		"card_characters", "card_length", "card_check_digit", "card_invalid", "card_unusable", "card_credit", "card_prepaid",
		"card_quasi_credit", "bank_name", "other"},
	"desk":         append(slices.Clone(DeskFilters), "other"),
	"question":     append(slices.Clone(Questions), "other"),
	"hold":         append(slices.Clone(Holds), "other"),
	"answer_photo": {"waiting", "stored", "refused", "gone", "other"},
	"four_eyes":    {"red", "name", "number", "bound", "other"},
	"document":     append(slices.Clone(DocumentKinds), "other"),
	"document_ask": {"hkm_travel_permit", "tw_travel_permit", "passport", "other"},
	"cause": append(slices.Clone(Reasons), "note", "bound_differs", "empty", "too_large", "not_picture", "heic",
		"unsupported_format", "truncated", "too_small", "too_many_pixels", "nothing", "bad_file", "no_key_field",
		"both_sides_unclear", "photo_dark", "photo_glare", "photo_blurred", "photo_low_contrast", "photo_small", "photo_grey",
		"other_person", "two_cards", "expired_card", "sides_mismatch", "download_failed", "deleted", "restricted"),
	"campaign_state": {"resolving", "preview", "running", "paused", "ended", "stopped", "discarded", "other"},
	"campaign_kind":  {"list", "everyone", "department", "group", "named", "joiners", "other"},
	"campaign_list": {"empty", "too_large", "too_many", "too_wide", "no_column", "two_columns", "unreadable", "old_format",
		"bad_character", "gone", "other"},
	"campaign_why": {"list", "nobody", "no_target", "scope", "too_many", "same", "forgotten", "over", "permission", "quota",
		"ocr_quota", "platform", "other"},
	"campaign_status": {"invite", "registered", "begun", "recent", "unreachable", "taken_out", "other"},
	"campaign_code": {"outside_availability", "left", "unknown_id", "blocked", "refused", "unsure", "no_such_person", "ambiguous",
		"unreadable", "duplicate", "no_directory", "other"},
	"campaign_person": {"outside_availability", "left", "unknown_id", "blocked", "refused", "taken_out", "other"},
	"campaign_part":   append(slices.Clone(CampaignParts), "other"),
	"campaign_step":   {"sent", "read", "started", "submitted", "done", "begun", "missing", "other"},
	"board_campaign":  {"start", "half", "end", "other"},
	"end":             append(slices.Clone(Outcomes), "other"),
	"outcome":         append(slices.Clone(Outcomes), "other"),
	"reason":          append(slices.Concat(Reasons, Overrides), "bound_differs"),
	"redo":            append(slices.Clone(Sides), "other"),
	"answer": append([]string{"identity_name", "identity_code", "mobile", "three_elements", "bank_card_four", "card_invalid",
		"card_unusable", "no_record", "face", "face_no_record", "face_declined"}, faceProblems...),
	"mismatch": {"identity_name", "identity_code", "mobile", "three_elements", "bank_card_four", "no_record", "codes_used_up",
		"face", "face_no_record", "other"},
	"face_problem":  faceProblems,
	"method_button": append(slices.Clone(Methods), "other"),
	"code": {
		"wrong", "expired", "too_many_tries", "mobile_invalid", "mobile_unsupported", "mobile_blocked", "too_many_codes",
		"too_many_codes_hour", "too_many_codes_today",
		"other",
	},
	"sms.state":      {"sending", "waiting", "delayed", "sent", "failed", "unknown", "other"},
	"method":         {"three_elements", "bank_card_four", "face", "none", "other"},
	"progress":       {"checking", "review", "review_on_file", "help", "help_photos", "recording", "filing", "attention", "other"},
	"progress_title": {"checking", "review", "review_on_file", "help", "help_photos", "recording", "filing", "attention", "other"},
	"closed": {"on_file", "rejected", "rejected_not_employee", "rejected_duplicate", "rejected_not_id_card",
		"declined", "withdrawn", "expired", "hr_delay", "left", "uninstalled",
		"closed", "other"},
	"look_up_turn":   {"applicant", "hr", "bot", "other"},
	"renamed_answer": {"kept", "again", "other"},
	"closed_title": {"on_file", "rejected", "declined", "withdrawn", "expired", "hr_delay", "left", "uninstalled",
		"closed", "other"},
	"disclosed": {"feishu_ocr", "tencent_sms", "tencent_faceid", "tencent_bank", "tencent_bankcard", "tencent_face",
		"feishu_identity", "esign", "esign_bank", "esign_face", "esign_sdk", "other"},
	"deleted": {"photo_grace", "unfinished_retention", "field_retention", "leaver_retention", "uninstalled", "request",
		"restored", "other"},
	"looked":      {"review", "photos", "evidence", "evidence_full", "export", "group", "other"},
	"peek_reason": append(slices.Clone(PeekReasons), "policy"),
	"reminder":    {"consent", "reading", "photos", "document_photo", "confirm", "bank_card", "face", "code", "other"},
	"notice": {
		"campaign_list_long", "campaign_list_cut", "campaign_exists", "campaign_no_lead", "desk_sent", "renamed_again", "not_understood",
		"nothing_open", "already_done", "too_many_cases", "photo_in_group", "photo_not_needed",
		"unsupported", "no_reviewer", "no_admin", "applicant_unreached", "document_quota", "document_permission",
		"handover_stopped", "account_stopped",
		"document_unread", "many_looks", "desk_over", "away_when", "away_past",
		"away_too_far", "away_nobody", "not_away", "original_kept", "original_emptied", "original_not_shown",
		"export_private", "export_empty", "export_too_large", "export_failed", "export_unknown", "export_left", "many_exports",
		"code_expected", "bank_card_expected", "bank_card_in_chat", "human", "ask_about", "ask_in_private",
		"cannot_cancel", "not_hr",
		"group_lost", "group_external", "only_in_group", "review_chat_set", "announce_chat_set", "not_staff", "not_sure_meant",
		"late", "late_menu", "transferred", "answer_received", "answer_cut", "desk_closed", "other",
	},
	"did": {
		"approved", "sent_back", "on_file", "rejected", "withdrawn", "expired", "hr_delay", "left", "uninstalled",
		"closed", "retried", "resumed", "resolved",
		"submitted", "consented",
		"declined", "cancelled", "confirmed", "editing", "finished", "other",
	},
	"held": {"first", "refused", "other"},
	"after": {
		"handover", "account_other", "account_erased", "account_unnamed", "account_unknown_outcome", "account_unavailable",
		"account_config", "account_refused", "account_bug", "other",
	},
	"order":         {"first", "refused", "held_first", "held_refused", "other"},
	"progress_held": {"first", "refused", "other"},
	"stage": {"pending", "checking", "recording", "filing", "done", "done_filed",
		"done_unfiled", "attention", "applicant", "closed", "other", "reading"},
	"attention_step": {"photos", "code", "check", "identity", "upload", "evidence", "other"},
	"trouble": {
		"allow_list", "too_many_checks", "stalled", "not_set_up",
		"evidence_field", "evidence_reading", "upload_changed", "upload_host", "sms_package", "sms_day_limit", "sms_template", "arrears",
		"face_rule", "face_live_score",
		"bound_identity_name", "bound_identity_code", "bound_mobile",
		"permission", "credentials", "config", "quota", "refused", "supplier", "supplier_refused", "incomplete",
		"unknown_outcome",
		"mismatch", "no_record", "unavailable", "photo_lost", "gone", "dlp", "too_many_photos", "clock", "duplicate", "bug",
		"other",
	},
	"evidence_field": {"certAgreementReadTitle", "certAgreementReadVersion", "certAgreementReadHash",
		"certAgreementReadTime", "certAgreementReadType", "certAgreementReadIP", "other"},
	"state":   append(slices.Clone(States), "other"),
	"asked":   {"esign", "feishu", "other"},
	"diff":    diffs,
	"diff_do": diffs,
	"recipient": {"feishu", "tencent_sms", "tencent_faceid", "tencent_bankcard", "tencent_face", "esign", "esign_bankcard",
		"esign_face", "esign_sdk",
		"other"},
	"chip": append(slices.Clone(checkCodes), "other"),

	"export_people":   append(slices.Clone(ExportPeople), "other"),
	"export_language": append(slices.Clone(ExportLanguages), "other"),
	"column": {"sheet", "name", "department", "state", "opened", "submitted", "decided", "done", "method",
		"evidence_point", "case", "open_id", "campaign_sheet", "numbers_sheet", "progress", "invited", "read", "reminded",
		"to_invite", "n_sent", "n_read", "n_started", "n_submitted", "n_done", "no_department", "total", "other"},
	"column_status": {"invite", "sent", "started", "done", "registered", "begun", "recent", "unreachable", "taken_out",
		"other"},
}

// faceProblems are why a check by face gave no answer about the person.
var faceProblems = []string{
	"face_again", "face_light", "face_distance", "face_network", "face_not_live", "face_document", "face_other_person",
	"face_too_often", "face_too_often_today", "face_expired", "face_lost", "face_supplier", "face_unknown", "face_undecided",
	"face_no_score", "other",
}

var diffs = []string{
	"evidence_unknown", "identity_unknown", "stalled", "evidence_missing", "identity_missing", "photo_lost", "person_gone",
	"chain", "other",
}

var checkCodes = []string{
	"number_valid", "sides_match", "validity", "edited", "duplicate_number", "name_vs_feishu", "three_elements",
	"four_elements", "face", "quality",
	"ocr_consistency", "age", "document", "reading",
}

// helperFamilies lists the catalogues whose ids helpers build from a literal, e.g. button("cancel", …).
var helperFamilies = []string{"button", "ask", "label", "hint", "missing", "gender"}

func TestTextsComplete(t *testing.T) {
	for id, x := range texts {
		if strings.TrimSpace(x.zh) == "" || strings.TrimSpace(x.en) == "" {
			t.Errorf("%s: got an empty language, want both", id)
		}
		zh, en := placeholder.FindAllString(x.zh, -1), placeholder.FindAllString(x.en, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(zh, en) {
			t.Errorf("%s: got placeholders %v and %v, want the same", id, zh, en)
		}
		if strings.Count(x.zh, "{") != len(zh) || strings.Count(x.en, "{") != len(en) {
			t.Errorf("%s: got a brace outside a placeholder, want none", id)
		}
	}
	for family, codes := range families {
		for _, code := range codes {
			if !HasText(family + "." + code) {
				t.Errorf("got no text %s.%s, want one", family, code)
			}
		}
		if !HasText(family + ".other") {
			t.Errorf("catalogue %s: got no text other, want one", family)
		}
	}
	for _, code := range checkCodes {
		for level := range tagLooks {
			for _, family := range []string{"check", "chip"} {
				if !HasText(family + "." + code + "." + string(level)) {
					t.Errorf("got no text %s.%s.%s, want one", family, code, level)
				}
			}
		}
	}
	for id := range toastTypes {
		if !HasText("toast." + id) {
			t.Errorf("got no text toast.%s, want one", id)
		}
	}
}

// TestTextsUsed checks that every text id appears in the code or belongs to a catalogue or to a helper.
func TestTextsUsed(t *testing.T) {
	used := literals(t)
	inFamily := func(id string) bool {
		for family, codes := range families {
			if code, ok := strings.CutPrefix(id, family+"."); ok && slices.Contains(codes, code) {
				return true
			}
		}
		return false
	}
	for id := range texts {
		family, rest, _ := strings.Cut(id, ".")
		switch {
		case used[id], inFamily(id):
		case slices.Contains(helperFamilies, family) && used[rest]:
		case family == "ask" && used[strings.TrimSuffix(strings.TrimSuffix(rest, ".title"), ".text")]:
		case family == "button" && strings.HasPrefix(rest, "retake_"):
		case family == "missing":
		case family == "toast" && toastTypes[rest] != "":
		case (family == "check" || family == "chip") && checkOf(rest):
		default:
			t.Errorf("got no use of %s, want one", id)
		}
	}
}

func checkOf(rest string) bool {
	code, level, _ := strings.Cut(rest, ".")
	_, known := tagLooks[Level(level)]
	return known && slices.Contains(checkCodes, code)
}

// TestTextsExist checks that every id in a call of tr, codeText or a helper has a text.
func TestTextsExist(t *testing.T) {
	prefix := map[string]string{"tr": "", "button": "button.", "askFirst": "button.", "fact": "label.", "bilingual": ""}
	calls := 0
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name, ok := call.Fun.(*ast.Ident)
			if !ok {
				return true
			}
			literal := func(i int) string {
				if i >= len(call.Args) {
					return ""
				}
				lit, ok := call.Args[i].(*ast.BasicLit)
				if !ok {
					return ""
				}
				s, _ := strconv.Unquote(lit.Value)
				return s
			}
			var ids []string
			if p, ok := prefix[name.Name]; ok && literal(0) != "" {
				ids = append(ids, p+literal(0))
			}
			switch name.Name {
			case "codeText":
				if literal(0) != "" {
					ids = append(ids, literal(0)+".other")
				}
			case "withDialog", "askFirst": // withDialog takes the button first
				if id := literal(0) + literal(1); id != "" {
					ids = append(ids, "ask."+id+".title", "ask."+id+".text")
				}
			}
			for _, id := range ids {
				calls++
				if !HasText(id) {
					t.Errorf("%s: got id %s without a text, want one", name.Name, id)
				}
			}
			return true
		})
	}
	if calls < 150 {
		t.Errorf("got %d calls, want at least 150; the test no longer sees the code", calls)
	}
	for _, name := range []string{"identity_name", "identity_code", "mobile", "sms_code", "note", "evi_point_id"} {
		if !HasText("label."+name) || !HasText("hint."+name) {
			t.Errorf("input %s: got no label or no hint, want both", name)
		}
	}
}

// TestTextsOnce checks that no id appears twice in the file, because encoding/json silently keeps the last one.
func TestTextsOnce(t *testing.T) {
	dec := json.NewDecoder(bytes.NewReader(textsFile))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		if seen[key.(string)] {
			t.Errorf("got id %s twice, want once", key)
		}
		seen[key.(string)] = true
		var x struct{ ZH, EN string }
		if err := dec.Decode(&x); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != len(texts) {
		t.Errorf("got %d ids for %d texts, want the same number", len(seen), len(texts))
	}
}

func TestButtonTextsAreShort(t *testing.T) {
	for id, x := range texts {
		if strings.HasPrefix(id, "button.") && (len([]rune(x.zh)) > 20 || len([]rune(x.en)) > 50) {
			t.Errorf("%s: got a long text, want at most 20 or 50 characters", id)
		}
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		got    text
		zh, en string
		ours   bool
	}{
		{tr("tag.round", intArg("n", 2)), "第 2 次提交", "Submission 2", true},
		{tr("hr_says", quotedArg("note", "<at id=all></at>")), "HR 的话：<at id=all></at>", "HR says: <at id=all></at>", false},
		{codeText("did", "approved", intArg("n", 1)), "已通过", "approved", true},
		{tr("toast.late", textArg("what", tr("did.approved"))), "刚刚 同事已通过，卡片已更新",
			"A colleague: approved, a moment ago. This is the current card", true},
		{tr("code.wrong"), "验证码不对，还可以试 – 次。", "That code is not right. Tries left: –.", true},
		{codeText("photo", "invented_later"), texts["photo.other"].zh, texts["photo.other"].en, true},
		{codeText("reason", ""), "其他原因", "Another reason", true},
		{join(sameText("，"), tr("tag.done"), text{}, quotedArg("x", "李*").val), "已完成，李*", "Done，李*", false},
	} {
		t.Run(c.en, func(t *testing.T) {
			if c.got.zh != c.zh || c.got.en != c.en || c.got.trusted != c.ours {
				t.Errorf("got %+v, want %q, %q, %v", c.got, c.zh, c.en, c.ours)
			}
		})
	}
}

func TestMarkdownShowsOnlyOurWords(t *testing.T) {
	if got := markdown(tr("hr_says", quotedArg("note", "**bold**")))["tag"]; got != "div" {
		t.Errorf("a person's words are shown as %v, want %q", got, "div")
	}
	if got := markdown(tr("tag.done"))["tag"]; got != "markdown" {
		t.Errorf("our words are shown as %v, want %q", got, "markdown")
	}
}

func TestTimes(t *testing.T) {
	utc := time.Date(2026, 11, 21, 18, 5, 30, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Stamp(utc), "2026-11-22 02:05"},
		{Clock(utc), "02:05:30"},
		{Stamp(time.Time{}), "–"},
		{Clock(time.Time{}), "–"},
		{durationText(0).zh, "马上"},
		{durationText(-time.Second).zh, "马上"},
		{durationText(time.Millisecond).zh, "1 秒"},
		{durationText(59 * time.Second).zh, "59 秒"},
		{durationText(time.Minute).zh, "1 分钟"},
		{durationText(119 * time.Minute).zh, "119 分钟"},
		{durationText(24 * time.Hour).zh, "24 小时"},
		{durationText(72 * time.Hour).zh, "3 天"},
	} {
		t.Run(c.got, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}
