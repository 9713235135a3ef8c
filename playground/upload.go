package playground

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"

	"shiming/sim"
	"shiming/sim/specimen"
)

// mostPhoto is the largest picture that Feishu takes in a chat (上传图片: 10 MB).
const mostPhoto = 10 << 20

// variants that are not a way to take a photo.
const (
	variantExpired = "expired" // a good photo of a card that has run out
	variantBroken  = "broken"  // a file that ends in the middle
)

// shownVariants are the choices of the page, in order.
var shownVariants = []string{"good", "glare", "blurred", "cut", "rotated", "tilted", "sideways", "photocopy", "dark",
	"small", variantExpired, variantBroken}

// take draws a picture of a side of an employee's card and remembers that it is one of ours.
func (pg *Server) take(e *sim.Employee, side, variant string) ([]byte, error) {
	p, v, broken := e.Person, specimen.Variants["good"], false
	switch variant = cmp.Or(variant, "good"); variant {
	case variantExpired:
		p = p.Expired()
	case variantBroken:
		broken = true
	default:
		var known bool
		if v, known = specimen.Variants[variant]; !known {
			return nil, bad("no such variant; see GET /")
		}
	}
	if side != sim.SideFront && side != sim.SideBack {
		return nil, bad("side must be front or back")
	}
	img, err := sim.Photo(p, side, v)
	if err != nil {
		return nil, err
	}
	if broken {
		img = img[:len(img)/3]
	}
	pg.issued.add(img)
	return img, nil
}

// postUpload takes a picture of the player's own. What might be a photo of a real card is neither kept nor passed on.
func (pg *Server) postUpload(rw http.ResponseWriter, r *http.Request) (any, error) {
	who := r.PathValue("who")
	if pg.World.Employee(who) == nil {
		return nil, missing("employee")
	}
	tooLarge := &refusal{http.StatusRequestEntityTooLarge,
		fmt.Sprintf("the picture is larger than %d MB, which is Feishu's limit; nothing was sent", mostPhoto>>20)}
	if r.ContentLength > mostPhoto {
		rw.Header().Set("Connection", "close") // the rest is not even read
		return nil, tooLarge
	}
	img, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, mostPhoto))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge
	case err != nil:
		return nil, bad("the picture did not arrive whole")
	case len(img) == 0:
		return nil, bad("the picture is empty; Feishu sends no empty file (234010)")
	}
	if !pg.issued.has(img) && !pg.World.Harmless(img) {
		return nil, &refusal{http.StatusUnprocessableEntity,
			"this playground takes no photos of real cards: the picture looks like a photo and is not one of the playground's own. It was not kept"}
	}
	sent, err := pg.World.Feishu.SendImage(r.Context(), who, bytes.Clone(img))
	return sentMessage(sent), err
}
