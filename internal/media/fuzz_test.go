package media

import (
	"bytes"
	"errors"
	"hash/crc32"
	"image"
	"testing"

	"trialog/internal/chat"
)

func pngSum(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// FuzzInspect: whatever comes in, a refusal has words, a picture is within its bounds and the same when it is cleaned again, and
// everything else comes out as it went in.
func FuzzInspect(f *testing.F) {
	for _, b := range dirty(f) {
		f.Add(b)
	}
	for _, b := range [][]byte{pngBytes(f), jpegBytes(f), gifBytes(f, 3), webpBytes(f), []byte("<svg/onload=alert(1)>"), {0xff, 0xd8, 0xff, 0xe1, 0, 8, 'E', 'x', 'i', 'f'}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		info, err := Inspect("a", bytes.NewReader(b), 1<<20, &out)
		var refused *chat.Error
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("internal error: %v", err)
			}
			return
		}
		if info.Size != int64(out.Len()) {
			t.Fatalf("size %d of %d", info.Size, out.Len())
		}
		if info.Width == 0 {
			if !bytes.Equal(out.Bytes(), b) {
				t.Fatal("a plain file changed")
			}
			return
		}
		if !(dimensions{info.Width, info.Height}).sane() || out.Len() > len(b)+64 {
			t.Fatalf("picture out of bounds: %+v", info)
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(out.Bytes())); err == nil && (dimensions{c.Width, c.Height}).upright(orientationOf(out.Bytes())) != (dimensions{info.Width, info.Height}) {
			t.Fatalf("says %d × %d, is %d × %d, to be turned by %d", info.Width, info.Height, c.Width, c.Height, orientationOf(out.Bytes()))
		}
		var again bytes.Buffer
		second, err := Inspect("a", bytes.NewReader(out.Bytes()), 1<<20, &again)
		if err != nil || second != info || !bytes.Equal(again.Bytes(), out.Bytes()) {
			t.Fatalf("cleaning again changed %+v to %+v (%v)", info, second, err)
		}
	})
}
