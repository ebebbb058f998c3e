package media

import (
	"encoding/binary"
	"slices"
)

// cleanWebP keeps the chunks that make the picture and drops EXIF, XMP and whatever it does not know; what stands behind the
// container is cut. https://developers.google.com/speed/webp/docs/riff_container
func cleanWebP(p *parts) (dimensions, error) {
	b := p.b
	if len(b) < 20 {
		return dimensions{}, errPicture
	}
	end := int64(binary.LittleEndian.Uint32(b[4:])) + 8
	if end > int64(len(b)) {
		return dimensions{}, errPicture
	}
	b = b[:end]
	header := []byte("RIFF\x00\x00\x00\x00WEBP")
	p.add(header)
	w := webp{parts: p, length: 4}
	for at := 12; at < len(b); {
		if at+8 > len(b) {
			return w.canvas, errPicture
		}
		size := int64(binary.LittleEndian.Uint32(b[at+4:]))
		if size > int64(len(b)-at-8) {
			return w.canvas, errPicture
		}
		next := min(at+8+int(size+size&1), len(b))
		if err := w.chunk(string(b[at:at+4]), at, next, int(size)); err != nil {
			return w.canvas, err
		}
		at = next
	}
	if !w.pixels || !w.bounds.sane() {
		return w.canvas, errPicture
	}
	binary.LittleEndian.PutUint32(header[4:], uint32(w.length))
	return w.canvas, nil
}

// webp is a WebP file while it is being cleaned.
type webp struct {
	*parts
	canvas, bounds dimensions
	length, frames int
	pixels         bool
}

func (w *webp) chunk(kind string, at, next, size int) error {
	data := w.b[at+8 : at+8+size]
	var d dimensions
	var err error
	switch kind {
	case "VP8X":
		return w.extended(at, next, data)
	case "VP8 ":
		d, err = vp8(data)
	case "VP8L":
		d, err = vp8l(data)
	case "ANMF":
		d, err = w.frame(data)
	case "ALPH", "ANIM", "ICCP":
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if kind[:3] == "VP8" && w.canvas == (dimensions{}) {
		w.canvas = d
	}
	w.bounds = w.bounds.reach(0, 0, d.width, d.height)
	w.pixels = w.pixels || d.sane()
	w.keep(at, next)
	w.length += next - at
	return nil
}

// extended keeps the VP8X chunk without its flags of EXIF and XMP.
func (w *webp) extended(at, next int, data []byte) error {
	if len(data) < 10 || at != 12 {
		return errPicture
	}
	chunk := slices.Clone(w.b[at:next])
	chunk[8] &^= 0x0c
	w.canvas = dimensions{1 + int24(data[4:]), 1 + int24(data[7:])}
	w.bounds = w.canvas
	w.add(chunk)
	w.length += len(chunk)
	return nil
}

func (w *webp) frame(data []byte) (dimensions, error) {
	if w.frames++; len(data) < 16 || w.frames > maxFrames {
		return dimensions{}, errPicture
	}
	return dimensions{1 + int24(data[6:]), 1 + int24(data[9:])}, nil
}

// vp8 reads the size of a lossy picture. https://datatracker.ietf.org/doc/html/rfc6386#section-9.1
func vp8(data []byte) (dimensions, error) {
	if len(data) < 10 || string(data[3:6]) != "\x9d\x01\x2a" {
		return dimensions{}, errPicture
	}
	return dimensions{int(binary.LittleEndian.Uint16(data[6:])) & 0x3fff, int(binary.LittleEndian.Uint16(data[8:])) & 0x3fff}, nil
}

// vp8l reads the size of a lossless picture.
func vp8l(data []byte) (dimensions, error) {
	if len(data) < 5 || data[0] != 0x2f {
		return dimensions{}, errPicture
	}
	v := binary.LittleEndian.Uint32(data[1:])
	return dimensions{int(v&0x3fff) + 1, int(v>>14&0x3fff) + 1}, nil
}

func int24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
