package web

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"shiming/engine"
	"shiming/flows"
)

// A form proves what its page showed, so that nobody accepts what was not before their eyes: neither because a text has
// changed meanwhile, nor by a form made by hand.

// shownLen is the length of the digest in a proof.
const shownLen = 16

// digest identifies a consent and the texts that belong to it.
func digest(c engine.AgreementCase) []byte {
	h := sha256.New()
	part := func(s string) {
		h.Write([]byte(strconv.Itoa(len(s)) + ":" + s))
	}
	part(c.Consent.Hash())
	for _, f := range c.Files {
		part(f.Title)
		part(f.Version)
		part(f.SHA256)
	}
	return h.Sum(nil)[:shownLen]
}

// proofOfShown proves which texts and which consent a page showed.
func (p *Pages) proofOfShown(l link, c engine.AgreementCase) string {
	d := digest(c)
	return coding.EncodeToString(append(d, p.mac.sum(purposeShown, l.token, string(d))...))
}

// wasShown reports whether a proof is ours, and whether it is for the present texts.
func (p *Pages) wasShown(l link, c engine.AgreementCase, proof string) (ours, present bool) {
	b, ok := decode(proof, shownLen+macLen)
	if !ok || !p.mac.holds(b[shownLen:], purposeShown, l.token, string(b[:shownLen])) {
		return false, false
	}
	return true, slices.Equal(b[:shownLen], digest(c))
}

// opened are the indexes of the texts that were opened by a click, in ascending order.
type opened []int

func (o opened) with(i int) opened {
	at, has := slices.BinarySearch(o, i)
	if has {
		return o
	}
	return slices.Insert(slices.Clone(o), at, i)
}

// next returns the first of n texts that was not opened; n if all were.
func (o opened) next(n int) int {
	for i := range n {
		if _, has := slices.BinarySearch(o, i); !has {
			return i
		}
	}
	return n
}

func (o opened) String() string {
	words := make([]string, len(o))
	for i, n := range o {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, "-")
}

// proofOfOpened proves that the link's page was shown, and which texts were opened on it.
func (p *Pages) proofOfOpened(l link, files []flows.AgreementFile, o opened) string {
	return o.String() + "." + coding.EncodeToString(p.mac.sum(purposeOpened, openedParts(l, files, o)...))
}

func openedParts(l link, files []flows.AgreementFile, o opened) []string {
	parts := []string{l.token, o.String()}
	for _, i := range o {
		parts = append(parts, files[i].Title, files[i].Version, files[i].SHA256)
	}
	return parts
}

// wasOpened reads a proof. It is no proof if it is not ours, or if a text has changed since.
func (p *Pages) wasOpened(l link, files []flows.AgreementFile, proof string) (o opened, ok bool) {
	list, sum, _ := strings.Cut(proof, ".")
	b, ok := decode(sum, macLen)
	if !ok {
		return nil, false
	}
	for word := range strings.SplitSeq(list, "-") {
		if list == "" {
			break
		}
		i, err := strconv.Atoi(word)
		if err != nil || i < 0 || i >= len(files) || len(o) > 0 && i <= o[len(o)-1] {
			return nil, false
		}
		o = append(o, i)
	}
	if o.String() != list || !p.mac.holds(b, purposeOpened, openedParts(l, files, o)...) {
		return nil, false
	}
	return o, true
}
