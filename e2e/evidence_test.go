package e2e

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim/esign"
)

// evidenceRow is a row of the table in docs/evidence.md.
type evidenceRow struct{ field, event, detail string }

var evidenceCells = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| `(\\w+)`(?: `(\\w+)`)? \\| [^|]+ \\| [^|]+ \\|$")

// evidenceRows reads the table of a page.
func evidenceRows(t *testing.T, page string) (rows []evidenceRow) {
	t.Helper()
	table := files.Between(t, files.Read(t, page), "<!-- evidence:begin -->\n", "<!-- evidence:end -->")
	for _, m := range evidenceCells.FindAllStringSubmatch(table, -1) {
		rows = append(rows, evidenceRow{m[1], m[2], m[3]})
	}
	if lines := strings.Count(table, "\n") - 2; len(rows) != lines {
		t.Fatalf("%s: got %d rows of the right form, want %d", page, len(rows), lines)
	}
	return rows
}

// evidenceField is what e签宝 received in a field, what the record says, and what the detail of the audit row says if it is
// not the same.
type evidenceField struct{ received, record, detail string }

var methodNames = map[flows.Method]string{
	flows.ThreeElements: "THREEELEMENTS", flows.BankCardFour: "BANKCARDFOUR", flows.Face: "FACE",
}

// methodObjects names the object of a method's fields.
var methodObjects = map[flows.Method]string{
	flows.ThreeElements: "threeElements", flows.BankCardFour: "bankCardFour", flows.Face: "face",
}

// evidenceFields puts side by side what e签宝 received and the record of the same case, one line a field. of is what the
// record had before the filing: a part of it is deleted then.
func evidenceFields(p esign.Point, c *flows.Case, of flows.Personal) map[string]evidenceField {
	checked := c.Check.At.In(flows.ChinaTime)
	at := flows.AuditTime(checked)
	second := checked.Format(time.DateTime)
	stamp, verified := strconv.FormatInt(checked.UnixMilli(), 10), checked.Format("20060102")
	if strings.Contains(p.TimeStamp, "-") { // revision 2025-10
		stamp, verified = second, second
	}
	day := func(t time.Time) string { return t.In(flows.ChinaTime).Format(time.DateOnly) }
	name := "员工实名认证 " + day(c.Confirmed)
	object := methodObjects[c.Method] + "."
	fields := map[string]evidenceField{
		"eviName":                     {p.EviName, name, ""},
		"customBizId":                 {p.CustomBizID, c.ID, ""},
		"realNameMethod":              {p.Method, methodNames[c.Method], string(flows.CheckMatch)},
		"timeStamp":                   {p.TimeStamp, stamp, at},
		"name":                        {p.Name, of.Name, ""},
		"cardNo":                      {p.CardNo, of.Number, ""},
		"cardType":                    {p.CardType, "CRED_PSN_CH_IDCARD", ""},
		"mark":                        {p.Mark, "样本科技有限公司 " + day(c.Confirmed) + " " + c.ID, ""},
		"cardPortrait":                {p.CardPortrait, c.Uploads["front"], ""},
		"cardNationalEmblem":          {p.CardNationalEmblem, c.Uploads["back"], ""},
		object + "infoVerifySupplier": {p.Detail["infoVerifySupplier"], c.Check.Supplier, ""},
		object + "verifyTime":         {p.Detail["verifyTime"], verified, at},
		object + "verifySerialNumber": {p.Detail["verifySerialNumber"], c.Check.Serial, ""},
	}
	if c.Method == flows.Face {
		fields[object+"faceImage"] = evidenceField{p.Detail["faceImage"], c.Uploads["face"], ""}
		fields[object+"faceImageSimilarScore"] = evidenceField{p.Detail["faceImageSimilarScore"], c.Check.Similarity, ""}
		fields[object+"faceLiveDetectScore"] = evidenceField{p.Detail["faceLiveDetectScore"], c.Check.Liveness, ""}
	} else {
		fields[object+"mobile"] = evidenceField{p.Detail["mobile"], of.Mobile, ""}
		fields[object+"smsCode"] = evidenceField{p.Detail["smsCode"], of.SMSCode, ""}
		fields[object+"smsSupplier"] = evidenceField{p.Detail["smsSupplier"], c.Code.Supplier, ""}
	}
	if c.Method == flows.BankCardFour {
		fields[object+"openingBank"] = evidenceField{p.Detail["openingBank"], of.OpeningBank, ""}
		fields[object+"bankCard"] = evidenceField{p.Detail["bankCard"], of.BankCard, ""}
	}
	if c.Revision == flows.Revision202510 {
		read, agreement := p.Agreement, c.Reading.Files[0]
		maps.Copy(fields, map[string]evidenceField{
			agreementFields + "Title":   {read.Title, agreement.Title, ""},
			agreementFields + "Version": {read.Version, agreement.Version, ""},
			agreementFields + "Hash":    {read.Hash, agreement.SHA256, ""},
			agreementFields + "Time": {
				read.Time, c.Reading.At.In(flows.ChinaTime).Format(time.DateTime), flows.AuditTime(c.Reading.At),
			},
			agreementFields + "Type": {read.Type, string(c.Reading.Type), ""},
			agreementFields + "IP":   {read.IP, of.ReadIP, ""},
		})
	}
	return fields
}

// agreementFields is the prefix of the fields that revision 2024 does not have.
const agreementFields = "certAgreementRead"

// rowsOf returns the rows of the page for a case.
func rowsOf(c *flows.Case, page []evidenceRow) []evidenceRow {
	return slices.DeleteFunc(slices.Clone(page), func(r evidenceRow) bool {
		object, _, ofMethod := strings.Cut(r.field, ".")
		return ofMethod && object != methodObjects[c.Method] ||
			c.Revision != flows.Revision202510 && strings.HasPrefix(r.field, agreementFields)
	})
}

// TestEvidenceAgainstTheRecord walks the table of docs/evidence.md over finished cases: what e签宝 received is what the
// record says, and the audit trail has the row and the value that the table names.
func TestEvidenceAgainstTheRecord(t *testing.T) {
	rows := evidenceRows(t, "docs/evidence.md")
	if chinese := evidenceRows(t, "docs/evidence.zh.md"); !slices.Equal(rows, chinese) {
		t.Errorf("got %v in Chinese, want %v", chinese, rows)
	}
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"evidence.mark": "{company} {date} {case}"}})
	for name, tt := range map[string]struct {
		variant string
		cut     int // bytes cut off at the end
		changes string
	}{
		"as sent":       {"good", 0, flows.UnchangedPhoto},
		"on its side":   {"sideways", 0, "re_encoded turned_upright"},
		"no end marker": {"good", 2, "end_marker_added"},
	} {
		p := h.Hire()
		sent := map[string][]byte{}
		for _, side := range []string{"front", "back"} {
			photo := h.Photo(p.Person, side, tt.variant)
			sent[side] = photo[:len(photo)-tt.cut]
		}
		p.ToPhotos()
		p.SendImage(sent["front"])
		p.SendImage(sent["back"])
		p.See("confirmation")
		p.Press("confirm")
		p.See("code", "验证码已在")
		p.TypeCode()
		p.See("review")
		before := h.CaseOf(p.OpenID)
		h.Admin(0).Decides(p, "approve", nil)
		p.CheckFiled()
		c := h.CaseOf(p.OpenID)
		var trail []flows.AuditRow
		h.ReadStore(func(v flows.View) (err error) {
			trail, err = v.AuditOf(h.Ctx, c.ID)
			return err
		})
		t.Run(name, func(t *testing.T) {
			points := h.World.ESign.PointsFor(c.ID)
			if len(points) != 1 {
				t.Fatalf("got %d points, want 1", len(points))
			}
			checkEvidence(t, rowsOf(c, rows), evidenceFields(points[0], c, before.Personal), trail)
			for _, side := range []string{"front", "back"} {
				checkPicture(t, h, side, c.Uploads[side], sent[side], tt.changes, trail)
			}
		})
	}
}

// checkEvidence compares every field with the record and with the audit trail.
func checkEvidence(t *testing.T, table []evidenceRow, fields map[string]evidenceField, trail []flows.AuditRow) {
	t.Helper()
	if len(table) != len(fields) {
		t.Errorf("got %d rows on the page, want one for each of %d fields", len(table), len(fields))
	}
	for _, row := range table {
		f, known := fields[row.field]
		if !known || f.received == "" || f.received != f.record {
			t.Errorf("%s: what e签宝 received is not what the record says, or is empty", row.field)
		}
		want := f.record
		if f.detail != "" {
			want = f.detail
		}
		if !slices.ContainsFunc(trail, func(a flows.AuditRow) bool {
			return a.Event == row.event && (row.detail == "" || a.Detail[row.detail] == want)
		}) {
			t.Errorf("%s: got no audit row %s with the %s %q", row.field, row.event, row.detail, want)
		}
	}
}

// checkPicture compares the audit row of an upload with the picture that was sent and with the bytes that e签宝 received.
func checkPicture(
	t *testing.T, h *harness.Harness, side, fileID string, sent []byte, changes string, trail []flows.AuditRow,
) {
	t.Helper()
	at := slices.IndexFunc(trail, func(a flows.AuditRow) bool {
		return a.Event == string(flows.PhotoUploaded) && a.Detail["file_id"] == fileID
	})
	all := h.World.ESign.Files()
	received := slices.IndexFunc(all, func(f esign.File) bool { return f.ID == fileID })
	if at < 0 || received < 0 {
		t.Fatalf("%s: got no audit row or no file", side)
	}
	got, file := trail[at].Detail, all[received]
	declared, err := base64.StdEncoding.DecodeString(file.MD5)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"side":            side,
		"sha256":          fmt.Sprintf("%x", sha256.Sum256(sent)),
		"md5":             fmt.Sprintf("%x", md5.Sum(sent)),
		"format":          "jpeg",
		"changes":         changes,
		"sha256_uploaded": file.SHA256,
		"md5_uploaded":    hex.EncodeToString(declared),
	} {
		if got[key] != want {
			t.Errorf("%s: got %s %q, want %q", side, key, got[key], want)
		}
	}
}
