package web

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"shiming/flows"
)

// MAC returns keyed hashes of at least macLen bytes: first the one to give out, then those under former keys, which are
// still recognised. They depend on where one part ends and the next begins.
type MAC func(purpose string, data ...string) [][]byte

// macLen is the length of the hashes in links, cookies and forms. 128 bits cannot be guessed.
const macLen = 16

// Purposes of hashes, so that one never passes for another.
const (
	purposeLink    = "agreement-link"
	purposeState   = "agreement-login"
	purposeSession = "agreement-session"
	purposeShown   = "agreement-shown"
	purposeOpened  = "agreement-opened"

	purposeFace      = "face-return"
	purposeFaceOwner = "face-return-owner"
)

// sum returns a truncated hash, to be given out.
func (m MAC) sum(purpose string, data ...string) []byte { return m(purpose, data...)[0][:macLen] }

// holds compares in constant time.
func (m MAC) holds(got []byte, purpose string, data ...string) bool {
	return slices.ContainsFunc(m(purpose, data...), func(want []byte) bool { return hmac.Equal(got, want[:macLen]) })
}

// coding has one text for each value, without line breaks: decode checks both.
var coding = base64.RawURLEncoding.Strict()

// decode reads a value of exactly n bytes.
func decode(s string, n int) ([]byte, bool) {
	if len(s) != coding.EncodedLen(n) {
		return nil, false
	}
	b, err := coding.DecodeString(s)
	return b, err == nil && len(b) == n // the decoder skips line breaks
}

// Layout of a token: the case, its revision, the end of the link's life in Unix seconds, the hash.
const (
	idLen   = 16
	linkLen = idLen + 8 + 8
)

// Prefix is the path below which the pages are.
const Prefix = "/agreement/"

// Links makes the links of the cards. It is what flows.AgreementPage.Link needs.
func Links(publicURL string, mac MAC) func(flows.AgreementLink, time.Time) string {
	return func(l flows.AgreementLink, until time.Time) string {
		token, err := makeToken(mac, l, until)
		if err != nil {
			return "" // the ids of cases are UUIDs
		}
		return publicURL + Prefix + token
	}
}

func makeToken(mac MAC, l flows.AgreementLink, until time.Time) (string, error) {
	b, err := appendLink(nil, l, until)
	if err != nil {
		return "", err
	}
	return coding.EncodeToString(append(b, mac.sum(purposeLink, string(b))...)), nil
}

func appendLink(b []byte, l flows.AgreementLink, until time.Time) ([]byte, error) {
	id, err := uuid.Parse(l.CaseID)
	if err != nil || id.String() != l.CaseID {
		return nil, errors.New("web: a case without a UUID has no link")
	}
	b = append(b, id[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(l.Rev))
	return binary.BigEndian.AppendUint64(b, uint64(until.Unix())), nil
}

// linkOf is the inverse of appendLink.
func linkOf(b []byte) (l flows.AgreementLink, until time.Time) {
	l.CaseID = uuid.UUID(b[:idLen]).String()
	l.Rev = int64(binary.BigEndian.Uint64(b[idLen:]))
	return l, time.Unix(int64(binary.BigEndian.Uint64(b[idLen+8:])), 0)
}

// link is an authentic link.
type link struct {
	flows.AgreementLink
	token string
	until time.Time
}

// openToken returns the link of a token, or false if the token was not made here.
func openToken(mac MAC, token string) (link, bool) {
	b, ok := decode(token, linkLen+macLen)
	if !ok || !mac.holds(b[linkLen:], purposeLink, string(b[:linkLen])) {
		return link{}, false
	}
	l, until := linkOf(b)
	return link{AgreementLink: l, token: token, until: until}, true
}

func (l link) expired(now time.Time) bool { return !now.Before(l.until) }
