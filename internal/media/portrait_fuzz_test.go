package media

import (
	"bytes"
	"errors"
	"image/jpeg"
	"testing"

	"trialog/internal/chat"
)

// FuzzPortrait: whatever comes in as a photo, a square JPEG without anything else in it comes out, or a refusal with words.
func FuzzPortrait(f *testing.F) {
	for _, b := range dirty(f) {
		f.Add(b)
	}
	for _, b := range [][]byte{pngBytes(f), jpegBytes(f), gifBytes(f, 3), webpBytes(f), []byte("<svg/onload=alert(1)>"), {0xff, 0xd8, 0xff, 0xe1, 0, 8, 'E', 'x', 'i', 'f'}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, photo []byte) {
		made, err := Portrait(t.Context(), photo)
		var refused *chat.Error
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("internal error: %v", err)
			}
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(made))
		if err != nil || c.Width != PortraitSize || c.Height != PortraitSize {
			t.Fatalf("%d × %d, %v", c.Width, c.Height, err)
		}
		for _, marker := range []string{"Exif", "<script", "http://ns.adobe.com", "ICC_PROFILE"} {
			if bytes.Contains(made, []byte(marker)) {
				t.Fatalf("the portrait carries %q", marker)
			}
		}
	})
}
