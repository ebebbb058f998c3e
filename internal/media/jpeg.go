package media

import (
	"bytes"
	"encoding/binary"
)

// cleanJPEG keeps what makes the picture (JFIF, ICC profile, Adobe colour transform) and drops EXIF, XMP, IPTC, thumbnails and
// comments; of EXIF the orientation stays, without which phones' pictures lie on their side. What stands behind the end is cut. The size is that
// of the picture as browsers show it, upright.
func cleanJPEG(p *parts) (dimensions, error) {
	var size dimensions
	b := p.b
	p.keep(0, 2)
	how, told := orientationOf(b), false
	for at := 2; at+2 <= len(b); {
		if b[at] != 0xff {
			return size, errPicture
		}
		marker := b[at+1]
		if marker == 0xff { // fill byte
			at++
			continue
		}
		if marker == 0xd9 {
			p.keep(at, at+2)
			return size.upright(how), nil
		}
		next := segmentEnd(b, at)
		if next < 0 {
			return size, errPicture
		}
		segment := b[at:next]
		switch kind := jpegSegment(segment); {
		case kind == frameHeader:
			if size.width != 0 || len(segment) < 9 {
				return size, errPicture
			}
			size = dimensions{int(binary.BigEndian.Uint16(segment[7:])), int(binary.BigEndian.Uint16(segment[5:]))}
			p.keep(at, next)
		case kind == scanHeader:
			next = scanEnd(b, next)
			p.keep(at, next)
		case kind == exif && how > 1 && !told:
			told = true
			p.add(orientationSegment(how))
		case kind == essential:
			p.keep(at, next)
		}
		at = next
	}
	return size, errPicture
}

// segmentEnd returns where the segment at that place ends, or -1 if there is none.
func segmentEnd(b []byte, at int) int {
	marker := b[at+1]
	if marker < 0xc0 || marker >= 0xd0 && marker <= 0xd8 || at+4 > len(b) {
		return -1
	}
	size := int(binary.BigEndian.Uint16(b[at+2:]))
	if size < 2 || at+2+size > len(b) {
		return -1
	}
	return at + 2 + size
}

// scanEnd returns where the entropy-coded data of a scan ends: at the next marker that is neither a stuffed byte nor a restart.
func scanEnd(b []byte, at int) int {
	for at < len(b) {
		i := bytes.IndexByte(b[at:], 0xff)
		if i < 0 || at+i+1 >= len(b) {
			break
		}
		at += i
		if m := b[at+1]; m != 0 && m != 0xff && (m < 0xd0 || m > 0xd7) {
			return at
		}
		at++
		if b[at] != 0xff {
			at++
		}
	}
	return len(b)
}

type segmentKind int

const (
	metadata segmentKind = iota
	essential
	frameHeader
	scanHeader
	exif
)

// jpegSegment says what a segment is good for.
func jpegSegment(s []byte) segmentKind {
	switch m := s[1]; {
	case m == 0xda:
		return scanHeader
	case m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc:
		return frameHeader
	case m == 0xe0 && bytes.HasPrefix(s[4:], []byte("JFIF\x00")), m == 0xe2 && bytes.HasPrefix(s[4:], []byte("ICC_PROFILE\x00")),
		m == 0xee && bytes.HasPrefix(s[4:], []byte("Adobe")):
		return essential
	case m == 0xe1 && bytes.HasPrefix(s[4:], []byte("Exif\x00\x00")):
		return exif
	case m >= 0xe0 && m <= 0xef, m == 0xfe:
		return metadata
	}
	return essential // tables
}

// orientationOf finds how a picture lies; 1 is upright, and so is whatever is no JPEG. EXIF counts where it is meant to stand, before the frame's header,
// so that the beginning of the file up to there is enough.
func orientationOf(b []byte) int {
	if !bytes.HasPrefix(b, []byte("\xff\xd8")) {
		return 1
	}
	for at := 2; at+2 <= len(b) && b[at] == 0xff; {
		if b[at+1] == 0xff { // fill byte
			at++
			continue
		}
		next := segmentEnd(b, at)
		if next < 0 {
			break
		}
		switch jpegSegment(b[at:next]) {
		case frameHeader, scanHeader:
			return 1
		case exif:
			if o := orientation(b[at+4 : next]); o > 1 {
				return o
			}
		}
		at = next
	}
	return 1
}

// orientation reads EXIF tag 0x0112 of an APP1 payload, or returns 0.
func orientation(app1 []byte) int {
	tiff, ok := bytes.CutPrefix(app1, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	start := int64(order.Uint32(tiff[4:]))
	if start < 8 || start+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[start+2:]
	for range order.Uint16(tiff[start:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}

// orientationSegment is an APP1 segment that holds nothing but the orientation.
func orientationSegment(o int) []byte {
	return []byte{0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(o), 0, 0, 0, 0, 0, 0}
}
