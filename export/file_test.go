package export_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"shiming/export"
	"shiming/flows"
)

var asked = time.Date(2026, 11, 30, 1, 5, 0, 0, time.UTC)

// write makes a file and reads it back.
func write(t *testing.T, lang string, people ...flows.ExportRow) (name string, rows [][]string) {
	t.Helper()
	var out bytes.Buffer
	f, err := export.NewFile(&out, lang)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Add(people...); err != nil || f.Rows() != len(people) {
		t.Fatalf("%d rows, %v", f.Rows(), err)
	}
	sum, err := f.Close()
	if err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256(out.Bytes()); sum != hex.EncodeToString(want[:]) {
		t.Errorf("hash %s, want that of the file", sum)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	name = book.GetSheetName(0)
	rows, err = book.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, rows
}

var person = flows.ExportRow{
	CaseID: "019a1b2c-3d4e-7f50-8a61-0123456789ab", OpenID: "ou_1", MaskedName: "张**", Department: "销售部",
	State: flows.Done, Method: flows.ThreeElements, OpenedAt: asked, SubmittedAt: asked.Add(time.Hour),
	DecidedAt: asked.Add(2 * time.Hour), DoneAt: asked.Add(20 * time.Hour), EvidencePoint: "P1",
}

// TestColumns: headings and codes in either language, times of China.
func TestColumns(t *testing.T) {
	for lang, want := range map[string][]string{
		"zh": {
			"姓名（打码） 部门 状态 开始时间 提交时间 审核时间 完成时间 核验方式 存证点 登记编号 飞书 open_id",
			"张** 销售部 已完成 2026-11-30 09:05 2026-11-30 10:05 2026-11-30 11:05 2026-12-01 05:05 姓名、身份证号、手机号三要素 P1 " +
				person.CaseID + " ou_1", "实名名单", "实名名单-20261130-0905.xlsx",
		},
		"en": {
			"Name (masked) Department State Started Submitted Decided Done Verification Evidence point Case id Feishu open_id",
			"张** 销售部 Done 2026-11-30 09:05 2026-11-30 10:05 2026-11-30 11:05 2026-12-01 05:05 " +
				"name, ID number and mobile number P1 " + person.CaseID + " ou_1", "Registrations",
			"Registrations-20261130-0905.xlsx",
		},
	} {
		t.Run(lang, func(t *testing.T) {
			name, rows := write(t, lang, person)
			got := []string{strings.Join(rows[0], " "), strings.Join(rows[1], " "), name,
				export.Name(&flows.Export{AskedAt: asked, Language: lang})}
			if !slices.Equal(got, want) {
				t.Errorf("got %q\nwant %q", got, want)
			}
		})
	}
}

// TestHostileRows: what people and other systems wrote stays text and in its cell.
func TestHostileRows(t *testing.T) {
	for name, text := range map[string]string{
		"formula":   "=cmd|'/c calc'!A0",
		"plus":      "+1",
		"at":        "@SUM(A1)",
		"rare":      "𠮷㐂龘·买买提",
		"long":      strings.Repeat("长", 40_000),
		"markup":    "<b>&amp;</b>",
		"multiline": "a\nb\tc",
	} {
		t.Run(name, func(t *testing.T) {
			_, rows := write(t, "zh", flows.ExportRow{MaskedName: text, Department: text, EvidencePoint: text}, person)
			if len(rows) != 3 || rows[2][0] != person.MaskedName || rows[2][10] != "ou_1" {
				t.Fatalf("got %d rows, want the next one untouched", len(rows))
			}
			for _, i := range []int{0, 1, 8} {
				got := strings.TrimPrefix(rows[1][i], "'")
				if !strings.HasPrefix(text, got) || len([]rune(got)) < min(len([]rune(text)), 32_000) {
					t.Errorf("column %d: got %.40q, want the text", i, rows[1][i])
				}
				if strings.ContainsAny(rows[1][i][:1], "=+@") {
					t.Errorf("column %d: %.20q could be a formula", i, rows[1][i])
				}
			}
		})
	}
}

// TestNobody: a file without people has its headings.
func TestNobody(t *testing.T) {
	if _, rows := write(t, "zh"); len(rows) != 1 {
		t.Errorf("got %d rows, want the headings", len(rows))
	}
}
