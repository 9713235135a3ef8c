package idcard

import "math"

// A rectified card is flatWide × flatHigh pixels, 7.5 to the millimetre (ISO/IEC 7810 ID-1: 85.6 × 54 mm).
const (
	flatWide = 640
	flatHigh = 404
)

// homography maps places of a flat card to places of the picture.
type homography [9]float64

// homographyTo returns the map from a rectangle of w × h, clockwise from its upper left corner, to the corners.
func homographyTo(q quad, w, h float64) homography {
	// The square's projective map in closed form (Heckbert, Fundamentals of Texture Mapping, 1989, page 19).
	dx1, dy1 := q[1].x-q[2].x, q[1].y-q[2].y
	dx2, dy2 := q[3].x-q[2].x, q[3].y-q[2].y
	sx, sy := q[0].x-q[1].x+q[2].x-q[3].x, q[0].y-q[1].y+q[2].y-q[3].y
	det := dx1*dy2 - dx2*dy1
	g, k := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return homography{
		(q[1].x - q[0].x + g*q[1].x) / w, (q[3].x - q[0].x + k*q[3].x) / h, q[0].x,
		(q[1].y - q[0].y + g*q[1].y) / w, (q[3].y - q[0].y + k*q[3].y) / h, q[0].y,
		g / w, k / h, 1,
	}
}

func (m *homography) at(x, y float64) point {
	d := m[6]*x + m[7]*y + m[8]
	return point{(m[0]*x + m[1]*y + m[2]) / d, (m[3]*x + m[4]*y + m[5]) / d}
}

// flatten returns the part of a plane inside the corners as a flat picture of w × h.
func flatten(src plane, q quad, w, h int) plane {
	m := homographyTo(q, float64(w), float64(h))
	dst := newPlane(w, h)
	limitX, limitY := float64(src.w-1)-0.001, float64(src.h-1)-0.001
	for y := range h {
		row := dst.row(y)
		fy := float64(y) + 0.5
		bx, by, bd := m[1]*fy+m[2], m[4]*fy+m[5], m[7]*fy+m[8]
		for x := range row {
			fx := float64(x) + 0.5
			d := 1 / (m[6]*fx + bd)
			px := math.Max(0, math.Min(limitX, (m[0]*fx+bx)*d-0.5))
			py := math.Max(0, math.Min(limitY, (m[3]*fx+by)*d-0.5))
			ix, iy := int(px), int(py)
			kx, ky := int((px-float64(ix))*256), int((py-float64(iy))*256)
			p := src.pix[iy*src.stride+ix:]
			n := p[src.stride:]
			top := int(p[0])*(256-kx) + int(p[1])*kx
			bottom := int(n[0])*(256-kx) + int(n[1])*kx
			row[x] = byte((top*(256-ky) + bottom*ky + 1<<15) >> 16)
		}
	}
	return dst
}

// turned returns the corners so that the card's upper left one comes first, for a card that was found with the corner n
// at its upper left.
func (q quad) turned(n int) quad {
	return quad{q[n%4], q[(n+1)%4], q[(n+2)%4], q[(n+3)%4]}
}
