package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"shiming/e2e/files"
	"shiming/flows"
)

// certText is the shortest text of a certificate agreement.
const certText = "《数字证书服务协议》\n第一条……\n"

// completeWithPage returns the smallest complete configuration of revision 2025-10, whose agreement is the file.
func completeWithPage(path string) string {
	return strings.Replace(files.CompleteConfig, `"2024"`, `"2025-10"`, 1) + `
server: {public_url: "https://shiming.example.com"}
agreement: {files: ` + listed(path, "e签宝数字证书服务协议") + "}\n"
}

// listed returns a list with an entry for each title, all of the same version and file.
func listed(path string, titles ...string) string {
	var entries []string
	for _, title := range titles {
		entries = append(entries, fmt.Sprintf("{title: %s, version: \"20250801\", path: %q}", title, path))
	}
	return "[" + strings.Join(entries, ", ") + "]"
}

// TestAgreementFile checks which bytes are the text of an agreement.
func TestAgreementFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.txt")
	gbk := []byte{0xca, 0xfd, 0xd7, 0xd6, 0xd6, 0xa4, 0xca, 0xe9} // 数字证书
	for _, c := range []struct {
		name string
		text []byte
		path string // of a file that the row does not write
		want Code
	}{
		{name: "text", text: []byte(certText)},
		{name: "text with a byte order mark, tabs, CRLF and form feeds", text: []byte("\ufeff第一条\t……\r\n\f")},
		{name: "exactly 1 MB", text: bytes.Repeat([]byte("x"), 1<<20)},
		{name: "1 MB and a byte", text: bytes.Repeat([]byte("x"), 1<<20+1), want: AgreementTooLarge},
		{name: "5 MB", text: bytes.Repeat([]byte("x"), 5<<20), want: AgreementTooLarge},
		{name: "PDF", text: []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), want: NotPlainText},
		{name: "Word", text: []byte("PK\x03\x04\x14\x00\x06\x00"), want: NotPlainText},
		{name: "colours of a terminal", text: []byte("\x1b[1m第一条\x1b[0m"), want: NotPlainText},
		{name: "UTF-16 with a byte order mark", text: []byte("\xff\xfe\x70\x65\x57\x5b"), want: NotPlainText},
		{name: "UTF-16 without one", text: []byte("a\x00g\x00r\x00e\x00e\x00"), want: NotPlainText},
		{name: "GBK", text: gbk, want: NotPlainText},
		{name: "empty", want: AgreementEmpty},
		{name: "only spaces", text: []byte(" \n\t\u3000\r\n"), want: AgreementEmpty},
		{name: "only a byte order mark", text: []byte("\ufeff\n"), want: AgreementEmpty},
		{name: "no such file", path: missing, want: FileMissing},
		{name: "directory", path: t.TempDir(), want: FileUnreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := c.path
			if path == "" {
				path = files.WriteTemp(t, "agreement.txt", string(c.text))
			}
			got, wrong := readAgreement(path)
			switch {
			case c.want == "" && (wrong != nil || !bytes.Equal(got, c.text)):
				t.Errorf("got %d bytes and %v, want all %d", len(got), wrong, len(c.text))
			case c.want != "" && (wrong == nil || wrong.Code != c.want || got != nil):
				t.Errorf("got %d bytes and %v, want %s", len(got), wrong, c.want)
			}
		})
	}
}

// TestFileMistake checks the mistake for each error of the file system. Root may read every file, so that a test cannot
// make one that nobody may read.
func TestFileMistake(t *testing.T) {
	for cause, want := range map[error]Mistake{
		syscall.ENOENT: {Code: FileMissing},
		syscall.EACCES: {Code: FileDenied},
		syscall.EISDIR: {Code: FileUnreadable, Args: []string{"is a directory"}},
	} {
		t.Run(cause.Error(), func(t *testing.T) {
			got := fileMistake(&fs.PathError{Op: "open", Path: "/secret/place", Err: cause})
			if got.Code != want.Code || !slices.Equal(got.Args, want.Args) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestAgreementMistakes checks the mistakes in agreement.files, each with its path.
func TestAgreementMistakes(t *testing.T) {
	good := files.WriteTemp(t, "agreement.txt", certText)
	other := files.WriteTemp(t, "other.txt", "个人信息处理规则\n")
	missing := filepath.Join(t.TempDir(), "none.txt")
	for _, c := range []struct {
		name, list string
		want       []string // the mistakes, by path and code
	}{
		{"one file", listed(good, "数字证书服务协议"), nil},
		{"title without the name, text with it", listed(good, "证书协议"), nil},
		{"two titles of one version", listed(good, "数字证书服务协议", "电子签名服务协议"), nil},
		{
			"two versions of one title",
			fmt.Sprintf(`[{title: 数字证书服务协议, version: "1", path: %q}, {title: 数字证书服务协议, version: "2", path: %q}]`, good, good),
			nil,
		},
		{
			"the same title and version twice", listed(good, "数字证书服务协议", "数字证书服务协议"),
			[]string{"agreement.files[1].version same_agreement"},
		},
		{
			"spaces around a title", listed(good, "数字证书服务协议", `" 数字证书服务协议 "`),
			[]string{"agreement.files[1].version same_agreement"},
		},
		{"nothing in an entry", `[{}]`, []string{
			"agreement.files[0].path missing", "agreement.files[0].title missing", "agreement.files[0].version missing"}},
		{"empty entries", `[{title: " "}, {title: ""}]`, []string{
			"agreement.files[0].path missing", "agreement.files[0].title missing", "agreement.files[0].version missing",
			"agreement.files[1].path missing", "agreement.files[1].title missing", "agreement.files[1].version missing"}},
		{
			"no title", fmt.Sprintf(`[{version: "1", path: %q}]`, good),
			[]string{"agreement.files[0].title missing"},
		},
		{
			"no version", fmt.Sprintf(`[{title: 数字证书服务协议, version: , path: %q}]`, good),
			[]string{"agreement.files[0].version missing"},
		},
		{
			"no path", `[{title: 数字证书服务协议, version: "1"}]`,
			[]string{"agreement.files[0].path missing"},
		},
		{
			"version as a list", fmt.Sprintf(`[{title: 数字证书服务协议, version: [1], path: %q}]`, good),
			[]string{"agreement.files[0].version not_text"},
		},
		{
			"a line break in a version", fmt.Sprintf(`[{title: 数字证书服务协议, version: "1\n2", path: %q}]`, good),
			[]string{"agreement.files[0].version not_one_line"},
		},
		{
			"a title that runs backwards", fmt.Sprintf(`[{title: "\u202e数字证书服务协议", version: "1", path: %q}]`, good),
			[]string{"agreement.files[0].title not_one_line"},
		},
		{
			"a long title", fmt.Sprintf(`[{title: 数字证书服务协议%s, version: "1", path: %q}]`, strings.Repeat("甲", 93), good),
			[]string{"agreement.files[0].title too_long"},
		},
		{
			"unknown key in an entry", fmt.Sprintf(`[{title: 数字证书服务协议, version: "1", path: %q, lang: zh}]`, good),
			[]string{"agreement.files[0].lang unknown_key"},
		},
		{
			"mistyped key in the second entry",
			fmt.Sprintf(`[{title: 数字证书服务协议, version: "1", path: %q}, {titel: 规则, version: "1", path: %q}]`, good, other),
			[]string{"agreement.files[1].titel unknown_key", "agreement.files[1].title missing"},
		},
		{"missing file", listed(missing, "数字证书服务协议"), []string{"agreement.files[0].path file_missing"}},
		{
			"missing file without the name", listed(missing, "证书协议"),
			[]string{"agreement.files[0].path file_missing"},
		},
		{"no file with the name", listed(other, "个人信息处理规则"), []string{"agreement.files no_cert_agreement"}},
		{"entry that is a text", "[" + good + "]", []string{"agreement.files not_files"}},
		{"a path", good, []string{"agreement.files not_files"}},
		{"one entry", `{title: 数字证书服务协议, version: "1", path: x}`, []string{"agreement.files not_files"}},
		{"not YAML", "[{title: 数字证书服务协议", []string{"agreement.files not_files"}},
		{"a number", "7", []string{"agreement.files not_files"}},
		{"empty list", "[]", []string{"agreement.files no_agreement"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := func(kind string, found []Mistake) {
				t.Helper()
				var got []string
				for _, m := range found {
					got = append(got, m.Path+" "+string(m.Code))
				}
				slices.Sort(got)
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: got %q, want %q", kind, got, c.want)
				}
			}
			page := files.WriteTemp(t, "config.yaml", completeWithPage(good))
			check("variable", mistakes(t, page, "SHIMING_AGREEMENT_FILES="+c.list))
			check("file of a variable", mistakes(t, page, "SHIMING_AGREEMENT_FILES_FILE="+files.WriteTemp(t, "x", c.list+"\n")))
			if c.name != "not YAML" {
				yaml := strings.Replace(completeWithPage(good), listed(good, "e签宝数字证书服务协议"), c.list, 1)
				check("config.yaml", mistakes(t, files.WriteTemp(t, "config.yaml", yaml)))
			}
		})
	}
}

// TestVersionAsWritten: a version is quoted to the letter, also where YAML would read a number or a date.
func TestVersionAsWritten(t *testing.T) {
	text := files.WriteTemp(t, "agreement.txt", certText)
	for _, version := range []string{"20250801", "1.10", "0701", "2025-08-01", "1e3", "true", "0x1F", "1_000", `"20250801"`} {
		t.Run(version, func(t *testing.T) {
			list := fmt.Sprintf(`[{title: 数字证书服务协议, version: %s, path: %q}]`, version, text)
			written := strings.Replace(completeWithPage(text), listed(text, "e签宝数字证书服务协议"), list, 1)
			for kind, environ := range map[string][]string{"config.yaml": nil, "variable": {"SHIMING_AGREEMENT_FILES=" + list}} {
				c, err := Load(files.WriteTemp(t, "config.yaml", written), environ)
				if want := strings.Trim(version, `"`); err != nil || c.Agreement.Files[0].Version != want {
					t.Errorf("%s: got %+v, %v, want %s", kind, c.Agreement.Files, err, want)
				}
			}
		})
	}
}

// TestAgreementsOfYAML checks the list over many lines, in config.yaml and in the file of a variable.
func TestAgreementsOfYAML(t *testing.T) {
	text := files.WriteTemp(t, "agreement.txt", certText)
	rules := files.WriteTemp(t, "rules.txt", "个人信息处理规则\n")
	lines := `- title: 个人信息处理规则
  version: "1.10"
  path: ` + rules + `
- title: e签宝数字证书服务协议
  version: "20250801"
  path: ` + text
	page := completeWithPage(text)
	inFile := strings.Replace(page, "agreement: {files: "+listed(text, "e签宝数字证书服务协议")+"}",
		"agreement:\n  login: none\n  read_type: CLICK\n  files:\n    "+strings.ReplaceAll(lines, "\n", "\n    "), 1)
	for name, load := range map[string]func() (Config, error){
		"config.yaml": func() (Config, error) { return Load(files.WriteTemp(t, "config.yaml", inFile), nil) },
		"file of a variable": func() (Config, error) {
			return Load(files.WriteTemp(t, "config.yaml", page), []string{
				"SHIMING_AGREEMENT_FILES_FILE=" + files.WriteTemp(t, "list", lines+"\n"),
				"SHIMING_AGREEMENT_LOGIN=none", "SHIMING_AGREEMENT_READ_TYPE=CLICK"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := load()
			if err != nil {
				t.Fatal(err)
			}
			var got []flows.AgreementFile
			for _, f := range c.Agreements() {
				got = append(got, f.Identity())
			}
			want := []flows.AgreementFile{ // the certificate agreement first
				{Title: "e签宝数字证书服务协议", Version: "20250801", SHA256: sha256Hex(certText)},
				{Title: "个人信息处理规则", Version: "1.10", SHA256: sha256Hex("个人信息处理规则\n")},
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if !c.HasPage() || !c.NeedsPage() || c.Agreement.Login != LoginNone || c.Agreement.ReadType != ReadClick {
				t.Errorf("got a page: %t, needed: %t, %s, %s; want true, true, none, CLICK",
					c.HasPage(), c.NeedsPage(), c.Agreement.Login, c.Agreement.ReadType)
			}
		})
	}
}

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TestAgreementIsReadOnce checks that a file that changes later does not change the text.
func TestAgreementIsReadOnce(t *testing.T) {
	path := files.WriteTemp(t, "agreement.txt", certText)
	c, err := Load(files.WriteTemp(t, "config.yaml", completeWithPage(path)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("另一份"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := c.Agreements()[0]
	if got := string(f.Text()); got != certText || f.Identity().SHA256 != sha256Hex(certText) {
		t.Errorf("got %q with %s, want the text that was loaded", got, f.Identity().SHA256)
	}
}

// TestWhatAPageNeeds checks when a public address and an agreement are required, and that both ways out are named.
func TestWhatAPageNeeds(t *testing.T) {
	path := files.WriteTemp(t, "agreement.txt", certText)
	page := files.WriteTemp(t, "config.yaml", completeWithPage(path))
	for _, c := range []struct {
		name string
		env  []string
		want []string
	}{
		{"2025-10 with both", nil, nil},
		{"2025-10 without an address", []string{"SERVER_PUBLIC_URL="}, []string{"server.public_url page_without_url"}},
		{"2025-10 without an agreement", []string{"AGREEMENT_FILES="}, []string{"agreement.files no_agreement"}},
		{"2025-10 without either", []string{"SERVER_PUBLIC_URL=", "AGREEMENT_FILES="}, []string{
			"agreement.files no_agreement", "server.public_url page_without_url"}},
		{"2025-10 with the long connection", []string{"FEISHU_TRANSPORT=websocket"}, nil},
		{"wrong address", []string{"SERVER_PUBLIC_URL=x"}, []string{"server.public_url not_url"}},
		{"wrong list", []string{"AGREEMENT_FILES=x"}, []string{"agreement.files not_files"}},
		{"2024 without either", []string{"ESIGN_EVIDENCE_REVISION=2024", "SERVER_PUBLIC_URL=", "AGREEMENT_FILES="}, nil},
		{"2024 with both, for cases of 2025-10", []string{"ESIGN_EVIDENCE_REVISION=2024"}, nil},
		{"no evidence", []string{"VERIFICATION_METHOD=none", "SERVER_PUBLIC_URL=", "AGREEMENT_FILES="}, nil},
		{"another revision", []string{"ESIGN_EVIDENCE_REVISION=2026", "SERVER_PUBLIC_URL="}, []string{
			"esign.evidence_revision not_one_of"}},
		{"another method", []string{"VERIFICATION_METHOD=trust", "SERVER_PUBLIC_URL="}, []string{
			"verification.method not_one_of"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var env, got []string
			for _, v := range c.env {
				env = append(env, "SHIMING_"+v)
			}
			for _, m := range mistakes(t, page, env...) {
				got = append(got, m.Path+" "+string(m.Code))
				if m.Code == PageWithoutURL || m.Code == NoAgreement {
					if text := m.String(); !m.Absent() || !strings.Contains(text, `esign.evidence_revision: "2024"`) {
						t.Errorf("got %q (absent: %t), want a missing value and the other way out", text, m.Absent())
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestTrustedProxies checks the forms of server.trusted_proxies.
func TestTrustedProxies(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"none", "[]", ""},
		{"list", `[10.0.0.7, "fd00::/8"]`, "10.0.0.7/32 fd00::/8"},
		{"text", `"10.0.0.7, fd00::1 ,,192.168.0.0/16"`, "10.0.0.7/32 fd00::1/128 192.168.0.0/16"},
		{"bits of the host", "10.1.2.3/8", "10.0.0.0/8"},
		{"IPv4 in IPv6", `"::ffff:10.0.0.7"`, "10.0.0.7/32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, err := Load(files.WriteTemp(t, "config.yaml",
				files.CompleteConfig+"server: {trusted_proxies: "+c.yaml+"}"), nil)
			if err != nil {
				t.Fatal(err)
			}
			var want []netip.Prefix
			for _, p := range strings.Fields(c.want) {
				want = append(want, netip.MustParsePrefix(p))
			}
			if got := config.Server.TrustedProxies; !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
