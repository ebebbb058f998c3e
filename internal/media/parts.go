package media

import "errors"

// cleaner takes the metadata out of a picture and reads its size in pixels from the header. It parses the container only; pixels
// stay as they are. What it does not know it drops; what does not parse is no picture.
type cleaner func(p *parts) (dimensions, error)

var errPicture = errors.New("not a whole picture")

// dimensions are a picture's pixels.
type dimensions struct{ width, height int }

// maxPixels bounds what a browser or a thumbnail is asked to decode: 33 bytes can claim 50,000 × 50,000.
const maxPixels = 40_000_000

func (d dimensions) sane() bool {
	return d.width > 0 && d.height > 0 && int64(d.width)*int64(d.height) <= maxPixels
}

// upright is the size of the picture when it is turned as its EXIF orientation asks: from 5 on, it lies on its side.
func (d dimensions) upright(how int) dimensions {
	if how >= 5 {
		return dimensions{d.height, d.width}
	}
	return d
}

// reach widens d so that a frame at that place fits.
func (d dimensions) reach(x, y, width, height int) dimensions {
	return dimensions{max(d.width, x+width), max(d.height, y+height)}
}

// maxFrames bounds an animation.
const maxFrames = 2000

// maxParts bounds into how many pieces a file may fall when its metadata is left out.
const maxParts = 8192

// parts is a picture and the pieces of it that stay, in order. Pieces share the picture's memory.
type parts struct {
	b    []byte
	list [][]byte
	end  int  // where the newest piece ends in b; 0 if it is not from b
	over bool // too many pieces
}

// keep adds b[from:to].
func (p *parts) keep(from, to int) {
	if n := len(p.list); n > 0 && p.end == from && from > 0 {
		last := p.list[n-1]
		p.list[n-1] = p.b[p.end-len(last) : to : to]
		p.end = to
		return
	}
	p.add(p.b[from:to:to])
	p.end = to
}

// add adds a piece that is not in the file.
func (p *parts) add(piece []byte) {
	if len(p.list) >= maxParts {
		p.over = true
		return
	}
	p.list, p.end = append(p.list, piece), 0
}
