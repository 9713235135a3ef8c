package phone

import (
	"math"
	"math/rand/v2"
)

// camera looks at the table. A pixel becomes a ray through the lens, and meets the table.
type camera struct {
	w, h   int
	focal  float64 // in pixels
	k1     float64 // of the lens: radial distortion
	eye    [3]float64
	axes   [3][3]float64 // right, down and forward, in millimetres of the table
	shiftX float64       // of the middle of the picture, in pixels
	shiftY float64

	exposure float64
	iso      float64 // of the noise, in grey levels at mid-grey
	blur     float64 // sigma in pixels
	motion   [2]float64
	vignette float64
	sharpen  float64
}

// newCamera points a camera at the card of a scene.
func newCamera(r *rand.Rand, s *scene, fault Fault) *camera {
	size := oneOf(r, [2]int{1280, 960}, [2]int{1600, 1200}, [2]int{1440, 1080}, [2]int{2016, 1512}, [2]int{1280, 720})
	c := &camera{w: size[0], h: size[1], k1: between(r, -0.06, 0.05), exposure: between(r, 0.72, 1.08),
		iso: between(r, 0.8, 4), vignette: between(r, 0.05, 0.32), sharpen: between(r, 0, 1.1)}
	share := between(r, 0.5, 0.84) // of the picture's width that the card takes
	portrait := r.IntN(3) == 0
	if fault == Turned && math.Abs(math.Sin(s.angle)) > 0.7 {
		portrait = true
	}
	if portrait && fault != Turned {
		c.w, c.h = c.h, c.w
		share = between(r, 0.62, 0.88)
	}
	if fault == Turned && portrait {
		share = between(r, 0.3, 0.44)
	}
	if fault == Small {
		share = math.Min(between(r, 0.1, 0.2), between(r, 140, 240)/float64(c.w))
	}
	if fault == NotCard {
		share = between(r, 0.3, 0.9)
	}
	c.focal = float64(max(c.w, c.h)) * between(r, 0.72, 0.95)
	distance := c.focal * cardWide / (share * float64(c.w))
	c.point(between(r, -0.32, 0.32), between(r, -0.32, 0.32), between(r, -0.1, 0.1), distance)
	c.frame(r, s, fault)

	pixels := math.Hypot(c.corners(s)[1][0]-c.corners(s)[0][0], c.corners(s)[1][1]-c.corners(s)[0][1])
	digit := pixels * 0.036 // height of a digit in pixels
	c.blur = digit * between(r, 0.005, 0.05)
	switch fault {
	case Blurred:
		if r.IntN(3) == 0 {
			a, l := between(r, 0, 2*math.Pi), digit*between(r, 0.75, 1.5)
			c.motion = [2]float64{l * math.Cos(a), l * math.Sin(a)}
		} else {
			c.blur = digit * between(r, 0.18, 0.45)
		}
	case Dark:
		c.exposure, c.iso = between(r, 0.04, 0.15), between(r, 3, 7)
	case Small:
		c.blur = 0.4
	}
	return c
}

// point turns the camera by yaw, pitch and roll in radians and moves it back from the middle of the card.
func (c *camera) point(yaw, pitch, roll, distance float64) {
	turn := func(v [3]float64) [3]float64 {
		s, k := math.Sincos(roll)
		v = [3]float64{v[0]*k - v[1]*s, v[0]*s + v[1]*k, v[2]}
		s, k = math.Sincos(pitch)
		v = [3]float64{v[0], v[1]*k - v[2]*s, v[1]*s + v[2]*k}
		s, k = math.Sincos(yaw)
		return [3]float64{v[0]*k + v[2]*s, v[1], -v[0]*s + v[2]*k}
	}
	c.axes = [3][3]float64{turn([3]float64{1, 0, 0}), turn([3]float64{0, 1, 0}), turn([3]float64{0, 0, 1})}
	for i := range c.eye {
		c.eye[i] = -distance * c.axes[2][i]
	}
}

// frame moves the picture so that the card lies inside, or so that a strip of it lies outside.
func (c *camera) frame(r *rand.Rand, s *scene, fault Fault) {
	if s.card == nil {
		return
	}
	left, top, right, bottom := c.bounds(s)
	w, h := float64(c.w), float64(c.h)
	if fault == Cut {
		lost := between(r, 0.09, 0.35)
		c.shiftX, c.shiftY = (left+right)/2-w/2, (top+bottom)/2-h/2
		switch r.IntN(5) {
		case 0:
			c.shiftX = left + lost*(right-left)
		case 1:
			c.shiftX = right - lost*(right-left) - w
		case 2:
			c.shiftY = top + lost*(bottom-top)
		case 3:
			c.shiftY = bottom - lost*(bottom-top) - h
		default:
			c.shiftX, c.shiftY = left+lost*(right-left), bottom-lost*(bottom-top)-h
		}
		return
	}
	margin := 0.015 * math.Max(w, h)
	if over := (right - left + 2*margin) / w; over > 1 {
		c.focal /= over
	}
	if over := (bottom - top + 2*margin) / h; over > 1 {
		c.focal /= over
	}
	left, top, right, bottom = c.bounds(s)
	c.shiftX += slack(r, left-margin, right+margin, w)
	c.shiftY += slack(r, top-margin, bottom+margin, h)
}

// slack returns a shift that keeps the range from low to high inside of 0 to size, mostly near the middle.
func slack(r *rand.Rand, low, high, size float64) float64 {
	least, most := high-size, low
	if least > most {
		return (least + most) / 2
	}
	return least + (most-least)*(0.5+0.45*(r.Float64()-r.Float64()))
}

// corners returns the card's corners in the picture, clockwise from its own upper left.
func (c *camera) corners(s *scene) (out [4][2]float64) {
	for i, at := range [4][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
		x, y := s.offCard(at[0], at[1])
		out[i][0], out[i][1] = c.project(x, y)
	}
	return out
}

func (c *camera) bounds(s *scene) (left, top, right, bottom float64) {
	left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range c.corners(s) {
		left, right = math.Min(left, p[0]), math.Max(right, p[0])
		top, bottom = math.Min(top, p[1]), math.Max(bottom, p[1])
	}
	return left, top, right, bottom
}

// project returns where a place of the table is seen, in pixels.
func (c *camera) project(x, y float64) (px, py float64) {
	d := [3]float64{x - c.eye[0], y - c.eye[1], -c.eye[2]}
	dot := func(a [3]float64) float64 { return a[0]*d[0] + a[1]*d[1] + a[2]*d[2] }
	depth := dot(c.axes[2])
	u, v := dot(c.axes[0])/depth, dot(c.axes[1])/depth
	k := 1.0
	for range 6 { // the lens maps a bent place k·u to the straight u
		k = 1 / (1 + c.k1*(u*u+v*v)*k*k)
	}
	return u*k*c.focal + float64(c.w)/2 - c.shiftX, v*k*c.focal + float64(c.h)/2 - c.shiftY
}

// meets returns the place of the table that a pixel shows, and how large the pixel is there, in millimetres.
func (c *camera) meets(px, py float64) (x, y, size float64) {
	u, v := (px-float64(c.w)/2+c.shiftX)/c.focal, (py-float64(c.h)/2+c.shiftY)/c.focal
	k := 1 + c.k1*(u*u+v*v)
	u, v = u*k, v*k
	var ray [3]float64
	for i := range ray {
		ray[i] = c.axes[0][i]*u + c.axes[1][i]*v + c.axes[2][i]
	}
	t := -c.eye[2] / ray[2]
	return c.eye[0] + t*ray[0], c.eye[1] + t*ray[1], t / c.focal
}
