package idcard

// newView makes the finder's view of a picture, upright. luma is the picture's, scaled down already.
func newView(luma plane, pic *picture, orientation int) view {
	w, h := luma.w, luma.h
	if long := max(w, h); long > viewSide {
		w, h = max(3, w*viewSide/long), max(3, h*viewSide/long)
	}
	upright := func(p plane) plane {
		if orientation == 1 {
			return p
		}
		return makePlaneUpright(p, orientation)
	}
	v := view{y: upright(resample(luma, w, h))}
	v.smooth = smooth(v.y)
	if pic.grey {
		v.cb = flatPlane(v.y.w, v.y.h)
		v.cr = v.cb
		return v
	}
	v.cb = smooth(upright(sample(pic.cb, w, h)))
	v.cr = smooth(upright(sample(pic.cr, w, h)))
	return v
}

func flatPlane(w, h int) plane {
	p := newPlane(w, h)
	for i := range p.pix {
		p.pix[i] = 128
	}
	return p
}

// sample scales a colour plane to w×h from four of the samples around each place: colours are smooth, and averaging
// all of a large plane takes longer than everything else that looks at it.
func sample(src plane, w, h int) plane {
	dst := newPlane(w, h)
	dx, dy := min(1, (src.w-1)/w), min(1, (src.h-1)/h)
	for y := range h {
		sy := min((2*y+1)*src.h/(2*h), src.h-1-dy)
		upper, lower := src.row(sy), src.row(sy+dy)
		row := dst.row(y)
		for x := range row {
			sx := min((2*x+1)*src.w/(2*w), src.w-1-dx)
			row[x] = byte((int(upper[sx]) + int(upper[sx+dx]) + int(lower[sx]) + int(lower[sx+dx]) + 2) / 4)
		}
	}
	return dst
}
