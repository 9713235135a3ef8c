package harness

import (
	"errors"
	"slices"

	"shiming/sim"
	"shiming/sim/specimen"
)

// Draw takes everybody's photos, the front and the back, and reads them for the simulated OCR. It is done beforehand,
// because it takes the processors.
func (h *Harness) Draw(people []*sim.Employee) (shots [][2][]byte, err error) {
	shots = make([][2][]byte, len(people))
	for i, e := range people {
		if shots[i][0], err = h.drawReadable(specimen.Front, e.Person); err != nil {
			return nil, err
		}
		if shots[i][1], err = h.drawReadable(specimen.Back, e.Person); err != nil {
			return nil, err
		}
	}
	return shots, nil
}

// drawReadable draws one side. The simulated OCR cannot read one of some thousand pictures; the person then takes
// another one, a little turned.
func (h *Harness) drawReadable(
	side func(specimen.Person, specimen.Variant) ([]byte, error), p specimen.Person,
) (img []byte, err error) {
	for _, turned := range []float64{0, 1, -1} {
		if img, err = side(p, specimen.Variant{Rotate: turned}); err != nil {
			return nil, err
		}
		if err = h.World.Preload(img); !errors.Is(err, specimen.ErrNothing) {
			return img, err
		}
	}
	return nil, err
}

// RefusedCalls notes the calls that Feishu refuses for a limit until all is called, which returns them: the operation
// and the code.
func (h *Harness) RefusedCalls() (all func() []string) {
	calls, end := h.World.Recorder.Subscribe()
	noted := make(chan []string)
	go func() {
		var out []string
		for call := range calls {
			if call.Upstream == "feishu" && slices.Contains(limitCodes, call.Code) {
				out = append(out, call.Operation+" "+call.Code)
			}
		}
		noted <- out
	}()
	return func() []string {
		end()
		return <-noted
	}
}

// limitCodes are Feishu's codes for too many calls: of an API (page 频控策略), to one receiver or of one message.
var limitCodes = []string{"99991400", "230020"}

// P95 returns the value that 95 of 100 do not exceed. There must be at least one value.
func P95(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)*95+99)/100-1]
}
