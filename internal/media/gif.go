package media

import (
	"bytes"
	"encoding/binary"
)

// cleanGIF keeps the picture and the loop count and drops comments, captions and other applications' data; what stands behind the
// trailer is cut, so that a picture is never also something else.
func cleanGIF(p *parts) (dimensions, error) {
	b := p.b
	if len(b) < 13 {
		return dimensions{}, errPicture
	}
	size := dimensions{int(binary.LittleEndian.Uint16(b[6:])), int(binary.LittleEndian.Uint16(b[8:]))}
	bounds := size // frames may reach beyond the screen
	at := 13 + colours(b[10])
	if at > len(b) {
		return size, errPicture
	}
	p.keep(0, at)
	for frames := 0; at < len(b); {
		start, keep := at, true
		switch b[at] {
		case 0x3b:
			p.keep(at, at+1)
			if frames == 0 || !bounds.sane() {
				return size, errPicture
			}
			return size, nil
		case 0x21:
			keep = gifExtension(b[at:])
			at += 2
		case 0x2c:
			if frames++; at+10 > len(b) || frames > maxFrames {
				return size, errPicture
			}
			f := b[at+1 : at+10]
			bounds = bounds.reach(int(binary.LittleEndian.Uint16(f)), int(binary.LittleEndian.Uint16(f[2:])),
				int(binary.LittleEndian.Uint16(f[4:])), int(binary.LittleEndian.Uint16(f[6:])))
			at += 10 + colours(f[8]) + 1 // the last is the LZW code size
		default:
			return size, errPicture
		}
		if at = skipBlocks(b, at); at < 0 {
			return size, errPicture
		}
		if keep {
			p.keep(start, at)
		}
	}
	return size, errPicture
}

// colours is the size in bytes of the colour table that a flag byte announces.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// gifExtension reports whether an extension makes the picture: graphic control and the loop count.
func gifExtension(b []byte) bool {
	return len(b) > 2 && (b[1] == 0xf9 || b[1] == 0xff && bytes.HasPrefix(b[2:], []byte("\x0bNETSCAPE2.0")))
}

// skipBlocks returns the position behind a chain of GIF data blocks, or -1.
func skipBlocks(b []byte, at int) int {
	for at < len(b) {
		size := int(b[at])
		at += 1 + size
		if size == 0 {
			return at
		}
	}
	return -1
}
