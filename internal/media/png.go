package media

import (
	"encoding/binary"
	"hash/crc32"
)

// pngChunk says of a chunk whether it makes the picture. https://www.w3.org/TR/png-3/#11Chunks
func pngChunk(kind string) (keep, known bool) {
	switch kind {
	case "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "hIST", "pHYs",
		"sPLT", "acTL", "fcTL", "fdAT":
		return true, true
	}
	return false, kind[0]&0x20 != 0 // lower case: ancillary, may be left out
}

// cleanPNG keeps the chunks that make the picture and drops text, time, EXIF and whatever it does not know; what stands behind the
// end is cut.
func cleanPNG(p *parts) (dimensions, error) {
	b := p.b
	if len(b) < 33 || string(b[12:16]) != "IHDR" || binary.BigEndian.Uint32(b[8:]) != 13 {
		return dimensions{}, errPicture
	}
	size := dimensions{int(binary.BigEndian.Uint32(b[16:])), int(binary.BigEndian.Uint32(b[20:]))}
	p.keep(0, 8)
	frames, pixels := 0, false
	for at := 8; at+12 <= len(b); {
		length := int64(binary.BigEndian.Uint32(b[at:]))
		if length > int64(len(b)-at-12) {
			return size, errPicture
		}
		next := at + 12 + int(length)
		kind := string(b[at+4 : at+8])
		keep, known := pngChunk(kind)
		if !known {
			return size, errPicture
		}
		if keep {
			if crc32.ChecksumIEEE(b[at+4:next-4]) != binary.BigEndian.Uint32(b[next-4:]) {
				return size, errPicture
			}
			p.keep(at, next)
		}
		switch kind {
		case "fcTL":
			if frames++; frames > maxFrames {
				return size, errPicture
			}
		case "IDAT":
			pixels = true
		case "IEND":
			if !pixels {
				return size, errPicture
			}
			return size, nil
		}
		at = next
	}
	return size, errPicture
}
