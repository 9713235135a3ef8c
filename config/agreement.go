package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
	if v.NeedsPage() && !v.undecoded["esign.evidence_revision"] {
		if v.Server.PublicURL == "" {
			v.wrong("server.public_url", PageWithoutURL)
		}
		if len(v.Agreement.Files) == 0 {
			v.wrong("agreement.files", NoAgreement)
		}
	}
	seen := map[string]bool{}
	readable := true
	for i := range v.Agreement.Files {
		f := &v.Agreement.Files[i]
		path := fmt.Sprintf("agreement.files[%d]", i)
		v.require(path+".title", f.Title)
		v.require(path+".version", f.Version)
		v.require(path+".path", f.Path)
		if key := f.Title + "\x00" + f.Version; seen[key] {
			v.wrong(path+".version", SameAgreement)
		} else {
			seen[key] = true
		}
		if f.Path == "" {
			readable = false
			continue
		}
		var code Code
		var args []string
		if f.text, code, args = readAgreement(f.Path); code != "" {
			v.wrong(path+".path", code, args...)
			readable = false
		}
	}
	if readable && len(v.Agreement.Files) > 0 && v.Agreements() == nil {
		v.wrong("agreement.files", NoCertAgreement)
	}
}

// readAgreement returns the bytes of a file, or what is wrong with it.
func readAgreement(path string) (text []byte, wrong Code, args []string) {
	f, err := os.Open(path)
	if err == nil {
		defer func() { _ = f.Close() }()
		text, err = io.ReadAll(io.LimitReader(f, maxAgreement+1))
	}
	var system *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, FileMissing, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, FileDenied, nil
	case errors.As(err, &system):
		return nil, FileUnreadable, []string{system.Err.Error()}
	case err != nil:
		return nil, FileUnreadable, []string{err.Error()}
	case len(text) > maxAgreement:
		return nil, AgreementTooLarge, nil
	case !utf8.Valid(text) || bytes.ContainsFunc(text, binary):
		return nil, NotPlainText, nil
	case len(bytes.TrimSpace(text)) == 0:
		return nil, AgreementEmpty, nil
	}
	return text, "", nil
}

// binary reports whether no plain text has the character.
func binary(r rune) bool {
	return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\f", r)
}
