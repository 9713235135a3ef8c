package specimen

import (
	"image"
	"image/color"

	"golang.org/x/image/vector"
)

// drawSilhouette draws a head and shoulders without a face.
func drawSilhouette(img *image.RGBA, box image.Rectangle, gender string) {
	w, h := float32(box.Dx()), float32(box.Dy())
	layer := func(c color.RGBA, path func(r *vector.Rasterizer)) {
		r := vector.NewRasterizer(box.Dx(), box.Dy())
		path(r)
		r.Draw(img, box, image.NewUniform(c), image.Point{})
	}
	backdrop, hair := color.RGBA{224, 229, 234, 255}, color.RGBA{84, 94, 106, 255}
	skin, coat := color.RGBA{158, 168, 178, 255}, color.RGBA{108, 120, 134, 255}
	layer(backdrop, func(r *vector.Rasterizer) { roundRect(r, 0, 0, w, h, 14) })
	if gender == "女" {
		layer(hair, func(r *vector.Rasterizer) {
			roundRect(r, 0.25*w, 0.26*h, 0.75*w, 0.76*h, 0.1*w)
			ellipse(r, 0.5*w, 0.36*h, 0.25*w, 0.24*h, true)
		})
	} else {
		layer(hair, func(r *vector.Rasterizer) { ellipse(r, 0.5*w, 0.335*h, 0.205*w, 0.2*h, true) })
	}
	layer(skin, func(r *vector.Rasterizer) {
		roundRect(r, 0.42*w, 0.5*h, 0.58*w, 0.78*h, 8)
		ellipse(r, 0.5*w, 0.41*h, 0.175*w, 0.2*h, true)
	})
	layer(coat, func(r *vector.Rasterizer) {
		r.MoveTo(0.07*w, h)
		r.CubeTo(0.08*w, 0.80*h, 0.2*w, 0.755*h, 0.41*w, 0.70*h)
		r.LineTo(0.5*w, 0.79*h)
		r.LineTo(0.59*w, 0.70*h)
		r.CubeTo(0.8*w, 0.755*h, 0.92*w, 0.80*h, 0.93*w, h)
		r.ClosePath()
	})
}

// drawSeal draws a plain disc in place of the emblem.
func drawSeal(img *image.RGBA, pen *pen, cx, cy, radius float32) {
	box := image.Rect(int(cx-radius), int(cy-radius), int(cx+radius), int(cy+radius))
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	ellipse(r, radius, radius, radius, radius, true)
	ellipse(r, radius, radius, radius*0.9, radius*0.9, false)
	ellipse(r, radius, radius, radius*0.82, radius*0.82, true)
	r.Draw(img, box, image.NewUniform(inkRed), image.Point{})
	size := float64(radius) * 1.05
	x := float64(cx) - pen.width(size, 0, "样")/2
	pen.write(img, x, float64(cy)+size*0.37, size, 0, color.RGBA{238, 226, 220, 255}, "样")
}
