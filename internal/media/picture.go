package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// cleaner takes the metadata out of a picture and reads its size in pixels from the header. It parses the container only; pixels
// stay as they are.
type cleaner func(b []byte) (cleaned []byte, width, height int, err error)

var cleaners = map[string]cleaner{"image/png": cleanPNG, "image/jpeg": cleanJPEG, "image/gif": cleanGIF, "image/webp": cleanWebP}

var errPicture = errors.New("not a whole picture")

// cleanPNG keeps the chunks that make the picture and drops text, time and EXIF; what stands behind the end is cut.
// https://www.w3.org/TR/png-3/#11Chunks
func cleanPNG(b []byte) ([]byte, int, int, error) {
	if len(b) < 33 || string(b[12:16]) != "IHDR" {
		return nil, 0, 0, errPicture
	}
	width, height := int(binary.BigEndian.Uint32(b[16:])), int(binary.BigEndian.Uint32(b[20:]))
	out := bytes.NewBuffer(slices.Clone(b[:8]))
	for at := 8; at+12 <= len(b); {
		size := int(binary.BigEndian.Uint32(b[at:]))
		if size < 0 || size > len(b)-at-12 {
			return nil, 0, 0, errPicture
		}
		kind, chunk := string(b[at+4:at+8]), b[at:at+12+size]
		if !slices.Contains([]string{"tEXt", "zTXt", "iTXt", "tIME", "eXIf"}, kind) {
			out.Write(chunk)
		}
		if kind == "IEND" {
			return out.Bytes(), width, height, nil
		}
		at += 12 + size
	}
	return nil, 0, 0, errPicture
}

// cleanJPEG keeps what makes the picture (JFIF, ICC profile, Adobe colour transform) and drops EXIF, XMP, IPTC and comments; of EXIF
// the orientation stays, without which phones' pictures lie on their side. What stands behind the end is cut.
func cleanJPEG(b []byte) ([]byte, int, int, error) {
	out := bytes.NewBuffer([]byte{0xff, 0xd8})
	width, height := 0, 0
	for at := 2; at+4 <= len(b); {
		if b[at] != 0xff {
			return nil, 0, 0, errPicture
		}
		marker := b[at+1]
		if marker == 0xff { // fill byte
			at++
			continue
		}
		size := int(binary.BigEndian.Uint16(b[at+2:]))
		if size < 2 || at+2+size > len(b) {
			return nil, 0, 0, errPicture
		}
		segment := b[at : at+2+size]
		if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && size >= 7 {
			height, width = int(binary.BigEndian.Uint16(segment[5:])), int(binary.BigEndian.Uint16(segment[7:]))
		}
		switch {
		case marker == 0xda: // the pixels follow
			end := bytes.LastIndex(b, []byte{0xff, 0xd9})
			if end < at || width == 0 {
				return nil, 0, 0, errPicture
			}
			out.Write(b[at : end+2])
			return out.Bytes(), width, height, nil
		case marker == 0xe1:
			if o := orientation(segment[4:]); o > 1 {
				out.Write(orientationSegment(o))
			}
		case marker == 0xfe || marker > 0xe2 && marker <= 0xef && marker != 0xee || marker == 0xe2 && !bytes.HasPrefix(segment[4:], []byte("ICC_PROFILE\x00")):
		default:
			out.Write(segment)
		}
		at += 2 + size
	}
	return nil, 0, 0, errPicture
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
	ifd := int(order.Uint32(tiff[4:]))
	if ifd < 8 || ifd+2 > len(tiff) {
		return 0
	}
	for i := range int(order.Uint16(tiff[ifd:])) {
		at := ifd + 2 + 12*i
		if at+12 > len(tiff) {
			return 0
		}
		if order.Uint16(tiff[at:]) == 0x0112 {
			if o := int(order.Uint16(tiff[at+8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 0
}

// orientationSegment is an APP1 segment that holds nothing but the orientation.
func orientationSegment(o int) []byte {
	return []byte{0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(o), 0, 0, 0, 0, 0, 0}
}

// cleanGIF keeps the picture and the loop count and drops comments and other applications' data; what stands behind the trailer is
// cut, so that a picture is never also something else.
func cleanGIF(b []byte) ([]byte, int, int, error) {
	if len(b) < 13 {
		return nil, 0, 0, errPicture
	}
	width, height := int(binary.LittleEndian.Uint16(b[6:])), int(binary.LittleEndian.Uint16(b[8:]))
	at := 13
	if b[10]&0x80 != 0 {
		at += 3 << (b[10]&7 + 1)
	}
	if at > len(b) {
		return nil, 0, 0, errPicture
	}
	out := bytes.NewBuffer(slices.Clone(b[:at]))
	for frames := 0; at < len(b); {
		start, keep := at, true
		switch b[at] {
		case 0x3b:
			out.WriteByte(0x3b)
			return out.Bytes(), width, height, nil
		case 0x21:
			if at+3 > len(b) {
				return nil, 0, 0, errPicture
			}
			loop := b[at+1] == 0xff && bytes.HasPrefix(b[at+2:], []byte("\x0bNETSCAPE2.0"))
			keep = loop || b[at+1] == 0xf9
			at += 2
		case 0x2c:
			if frames++; at+10 > len(b) || frames > maxFrames {
				return nil, 0, 0, errPicture
			}
			flags := b[at+9]
			at += 10
			if flags&0x80 != 0 {
				at += 3 << (flags&7 + 1)
			}
			at++ // LZW code size
		default:
			return nil, 0, 0, errPicture
		}
		if at = skipBlocks(b, at); at < 0 {
			return nil, 0, 0, errPicture
		}
		if keep {
			out.Write(b[start:at])
		}
	}
	return nil, 0, 0, errPicture
}

// maxFrames bounds an animation.
const maxFrames = 2000

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

// cleanWebP drops the EXIF and XMP chunks. https://developers.google.com/speed/webp/docs/riff_container
func cleanWebP(b []byte) ([]byte, int, int, error) {
	if len(b) < 20 {
		return nil, 0, 0, errPicture
	}
	end := min(int(binary.LittleEndian.Uint32(b[4:]))+8, len(b))
	out := bytes.NewBuffer([]byte("RIFF\x00\x00\x00\x00WEBP"))
	width, height := 0, 0
	for at := 12; at+8 <= end; {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		padded := size + size&1
		if size < 0 || padded < 0 || at+8+size > end {
			return nil, 0, 0, errPicture
		}
		kind, chunk := string(b[at:at+4]), slices.Clone(b[at:min(at+8+padded, end)])
		switch kind {
		case "VP8X":
			if size < 10 {
				return nil, 0, 0, errPicture
			}
			chunk[8] &^= 0x0c // no EXIF, no XMP any more
			width, height = 1+int24(chunk[12:]), 1+int24(chunk[15:])
		case "VP8 ":
			if size >= 10 && width == 0 {
				width, height = int(binary.LittleEndian.Uint16(chunk[14:]))&0x3fff, int(binary.LittleEndian.Uint16(chunk[16:]))&0x3fff
			}
		case "VP8L":
			if size >= 5 && width == 0 {
				v := binary.LittleEndian.Uint32(chunk[9:])
				width, height = int(v&0x3fff)+1, int(v>>14&0x3fff)+1
			}
		}
		if kind != "EXIF" && kind != "XMP " {
			out.Write(chunk)
		}
		at += 8 + padded
	}
	cleaned := out.Bytes()
	binary.LittleEndian.PutUint32(cleaned[4:], uint32(len(cleaned)-8))
	return cleaned, width, height, nil
}

func int24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
