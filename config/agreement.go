package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"shiming/flows"
)

// AgreementFile is an agreement that people read on the page.
type AgreementFile struct {
	Title   string `koanf:"title"`
	Version string `koanf:"version"`
	Path    string `koanf:"path"`

	text []byte // of the file, once validated
}

// certAgreement is the name of e签宝's agreement, which one of the files must contain (evidence_3/gftptngu8s79lgg6,
// certAgreementReadTitle).
const certAgreement = "数字证书服务协议"

// maxAgreement is the largest size of a file. 60 pages of Chinese text have about 200 KB.
const maxAgreement = 1 << 20

// String names the agreement.
func (f AgreementFile) String() string { return f.Title + " " + f.Version }

// Text returns the bytes of the file, as they were when the configuration was loaded.
func (f AgreementFile) Text() []byte { return f.text }

// Identity returns title, version and hash of the file.
func (f AgreementFile) Identity() flows.AgreementFile {
	sum := sha256.Sum256(f.text)
	return flows.AgreementFile{Title: f.Title, Version: f.Version, SHA256: hex.EncodeToString(sum[:])}
}

// Agreements returns the files in the order of the page: the certificate agreement first, which is the one whose title,
// or else whose text, has its name.
func (c *Config) Agreements() []AgreementFile {
	files := c.Agreement.Files
	at := slices.IndexFunc(files, func(f AgreementFile) bool { return strings.Contains(f.Title, certAgreement) })
	if at < 0 {
		at = slices.IndexFunc(files, func(f AgreementFile) bool { return bytes.Contains(f.text, []byte(certAgreement)) })
	}
	if at < 0 {
		return nil
	}
	first := append([]AgreementFile{files[at]}, files[:at]...)
	return append(first, files[at+1:]...)
}

// NeedsPage reports whether new cases need the agreement page.
func (c *Config) NeedsPage() bool {
	return c.Esign.EvidenceRevision == Revision202510 && c.Verification.Method != flows.MethodNone
}

// HasPage reports whether the agreement page can be served.
func (c *Config) HasPage() bool { return c.Server.PublicURL != "" && len(c.Agreement.Files) > 0 }

// agreement checks the files of the agreements, and that there is a page if one is needed.
func (v *validator) agreement() {
	if v.NeedsPage() && !v.undecoded["esign.evidence_revision"] && !v.undecoded["verification.method"] {
		if v.Server.PublicURL == "" {
			v.wrong("server.public_url", PageWithoutURL)
		}
		if len(v.Agreement.Files) == 0 {
			v.wrong("agreement.files", NoAgreement)
		}
	}
	seen := map[[2]string]bool{}
	readable := true
	for i := range v.Agreement.Files {
		f := &v.Agreement.Files[i]
		path := entryPath(i)
		v.require(path+".title", f.Title)
		v.require(path+".version", f.Version)
		v.require(path+".path", f.Path)
		v.oneLine(path+".title", f.Title, maxAgreementName)
		v.oneLine(path+".version", f.Version, maxAgreementName)
		name := [2]string{f.Title, f.Version}
		if f.Title != "" && f.Version != "" && seen[name] {
			v.wrong(path+".version", SameAgreement)
		}
		seen[name] = true
		if f.Path == "" {
			readable = false
			continue
		}
		var wrong *Mistake
		if f.text, wrong = readAgreement(f.Path); wrong != nil {
			v.wrong(path+".path", wrong.Code, wrong.Args...)
			readable = false
		}
	}
	if readable && len(v.Agreement.Files) > 0 && v.Agreements() == nil {
		v.wrong("agreement.files", NoCertAgreement)
	}
}

// maxAgreementName is the largest number of characters of a title or a version. e签宝 names no limit.
const maxAgreementName = 100

// oneLine checks a text that the evidence quotes and cards show, of at most most characters.
func (v *validator) oneLine(path, text string, most int) {
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
	}):
		v.wrong(path, NotOneLine)
	case utf8.RuneCountInString(text) > most:
		v.wrong(path, TooLong, strconv.Itoa(most))
	}
}

// readAgreement returns the bytes of a file, or what is wrong with it.
func readAgreement(path string) ([]byte, *Mistake) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileMistake(err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxAgreement+1))
	switch {
	case err != nil:
		return nil, fileMistake(err)
	case len(text) > maxAgreement:
		return nil, &Mistake{Code: AgreementTooLarge}
	case !utf8.Valid(text) || bytes.ContainsFunc(text, binary):
		return nil, &Mistake{Code: NotPlainText}
	case len(bytes.TrimFunc(text, blank)) == 0:
		return nil, &Mistake{Code: AgreementEmpty}
	}
	return text, nil
}

// binary reports whether no plain text has the character.
func binary(r rune) bool {
	return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\f", r)
}

// blank reports whether the character is a space or the byte order mark.
func blank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }
