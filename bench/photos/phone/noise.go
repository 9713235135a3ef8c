package phone

import (
	"math"
	"math/rand/v2"
)

// noise is smooth noise between -1 and 1 on a lattice of random values that repeats after 64.
type noise [64 * 64]float32

func newNoise(r *rand.Rand) *noise {
	n := new(noise)
	for i := range n {
		n[i] = float32(2*r.Float64() - 1)
	}
	return n
}

func (n *noise) at(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	dx, dy := float32(x-fx), float32(y-fy)
	dx, dy = dx*dx*(3-2*dx), dy*dy*(3-2*dy)
	x0, y0 := int(fx)&63, int(fy)&63
	x1, y1 := (x0+1)&63, (y0+1)&63
	top := n[y0*64+x0] + (n[y0*64+x1]-n[y0*64+x0])*dx
	bottom := n[y1*64+x0] + (n[y1*64+x1]-n[y1*64+x0])*dx
	return float64(top + (bottom-top)*dy)
}
