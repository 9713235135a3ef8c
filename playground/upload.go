package playground

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"shiming/sim"
)

// maxPhoto is the largest picture that Feishu takes in a chat, in bytes (上传图片: 10 MB).
const maxPhoto = 10 << 20

// shownVariants are the choices of the page, in its order.
var shownVariants = []string{"good", "glare", "blurred", "cut", "rotated", "tilted", "sideways", "photocopy", "dark",
	"small", "progressive", sim.VariantNoEnd, sim.VariantExpired, sim.VariantBroken}

// drawPhoto draws one side of an employee's card and registers the picture as the playground's own.
func (pg *Server) drawPhoto(e *sim.Employee, side, variant string) ([]byte, error) {
	if side != sim.SideFront && side != sim.SideBack {
		return nil, bad("side must be front or back")
	}
	img, known, err := sim.Shot{Side: side, Variant: variant}.Take(e.Person)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return nil, bad("no such variant; see GET /")
	}
	pg.issued.add(img)
	return img, nil
}

// postUpload sends a picture of the player's. A picture that may show a real card is neither kept nor passed on.
func (pg *Server) postUpload(rw http.ResponseWriter, r *http.Request) (any, error) {
	who := r.PathValue("who")
	if pg.World.Employee(who) == nil {
		return nil, missing("employee")
	}
	tooLarge := &refusal{http.StatusRequestEntityTooLarge,
		fmt.Sprintf("the picture is larger than %d MB, which is Feishu's limit; nothing was sent", maxPhoto>>20)}
	if r.ContentLength > maxPhoto {
		rw.Header().Set("Connection", "close") // the body is not read
		return nil, tooLarge
	}
	img, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxPhoto))
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
		return nil, &refusal{http.StatusUnprocessableEntity, "this playground takes no photos of real cards: " +
			"the picture is not one of the playground's own and not certainly drawn by a computer. It was not kept"}
	}
	sent, err := pg.World.Feishu.SendImage(r.Context(), who, bytes.Clone(img))
	return sentMessage(sent), err
}
