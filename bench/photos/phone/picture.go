package phone

import (
	"fmt"
	"math/rand/v2"
)

// Fault is what is wrong with a picture.
type Fault string

// Faults. None is a picture that a person can read without effort.
const (
	None       Fault = "good"
	Cut        Fault = "cut"        // a strip of the card, 8 to 35 %, lies outside the frame
	Blurred    Fault = "blurred"    // out of focus or moved, from a sixth of the height of a digit on
	Glare      Fault = "glare"      // a lamp burns out a part of what is printed
	Dark       Fault = "dark"       // the card's paper is darker than a sixth of white
	Small      Fault = "small"      // the card is less than 260 pixels wide
	Covered    Fault = "covered"    // a finger or a slip of paper lies on what is printed
	Turned     Fault = "turned"     // lies on a side or upside down, and no tag of the file says so
	NotCard    Fault = "not_card"   // a table, a page of text, things
	Screenshot Fault = "screenshot" // of a chat that shows the photo
	GreyCopy   Fault = "grey_copy"  // a photocopy
)

// Faults are all of them, in the order of reports.
var Faults = []Fault{None, Cut, Blurred, Glare, Dark, Small, Covered, Turned, NotCard, Screenshot, GreyCopy}

// Picture is a file as a chat delivers it, and what is true of it.
type Picture struct {
	JPEG  []byte
	Fault Fault
	Front bool // the side, where a card is shown
}

// Take returns the n-th picture of a kind. The same seed gives the same picture.
func Take(seed uint64, fault Fault, n int) Picture {
	r := rand.New(rand.NewPCG(seed, hash(fmt.Sprint(fault, "/", n))))
	s := newScene(r, fault)
	c := newCamera(r, s, fault)
	img := c.expose(r, s)
	orientation := 1
	if fault == None && n%4 == 0 {
		orientation = []int{3, 6, 8}[r.IntN(3)]
	}
	if fault == Screenshot {
		img = screenshot(r, img)
	}
	return Picture{
		JPEG:  file(img, orientation, 68+r.IntN(27)),
		Fault: fault,
		Front: s.front,
	}
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range []byte(s) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}

// between returns a number of the range.
func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

// oneOf returns one of the values.
func oneOf[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }
