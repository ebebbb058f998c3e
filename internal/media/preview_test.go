package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand"
	"testing"
)

// TestPreviewIsUpright: the red quarter comes to lie where a viewer that knows EXIF shows it, and the sides are those that such a viewer shows.
func TestPreviewIsUpright(t *testing.T) {
	plain := encoded(t, "jpeg", corner(2000, 1000))
	for how, want := range map[uint16][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}} {
		out, err := Preview(t.Context(), bytes.NewReader(after(plain, 2, segment(0xe1, exifData(binary.LittleEndian, "II", how)))), 1<<20)
		must(t, err)
		m, err := jpeg.Decode(bytes.NewReader(out))
		must(t, err)
		size := image.Pt(1280, 640)
		if how >= 5 {
			size = image.Pt(640, 1280)
		}
		if m.Bounds().Size() != size {
			t.Errorf("orientation %d: is %v, want %v", how, m.Bounds().Size(), size)
		}
		for y := range 2 {
			for x := range 2 {
				r, _, _, _ := m.At(size.X/4+x*size.X/2, size.Y/4+y*size.Y/2).RGBA()
				if red := r > 0x8000; red != (want == [2]int{x, y}) {
					t.Errorf("orientation %d: quarter %d,%d red: %v", how, x, y, red)
				}
			}
		}
		if bytes.Contains(out, []byte("Exif")) {
			t.Errorf("orientation %d: is turned, and asks to be turned again", how)
		}
	}
}

// TestPreviewFits: it is as large as it may have bytes, never larger than the picture, and there is none if no size will do.
func TestPreviewFits(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 1500, 1500))
	rand.New(rand.NewSource(1)).Read(noise.Pix)
	noisy := encoded(t, "png", noise)
	for most, side := range map[int]int{4 << 20: 1280, 300_000: 640, 100_000: 320, 1000: 0} {
		out, err := Preview(t.Context(), bytes.NewReader(noisy), most)
		if side == 0 {
			if err == nil {
				t.Errorf("in %d bytes: has %d", most, len(out))
			}
			continue
		}
		must(t, err)
		size, err := jpeg.DecodeConfig(bytes.NewReader(out))
		if err != nil || size.Width != side || size.Height != side || len(out) > most {
			t.Errorf("in %d bytes: is %d × %d of %d bytes, %v", most, size.Width, size.Height, len(out), err)
		}
	}
	for _, lying := range []image.Point{{24, 16}, {5000, 1}, {1, 5000}} {
		out, err := Preview(t.Context(), bytes.NewReader(encoded(t, "png", image.NewPaletted(image.Rectangle{Max: lying}, color.Palette{color.Transparent}))), 1<<20)
		must(t, err)
		m, err := jpeg.Decode(bytes.NewReader(out))
		must(t, err)
		if s := m.Bounds().Size(); s.X > min(lying.X, 1280) || s.Y > min(lying.Y, 1280) {
			t.Errorf("%v becomes %v", lying, s)
		}
		if r, _, _, _ := m.At(0, 0).RGBA(); r < 0xf000 {
			t.Errorf("what is transparent in %v is not white", lying)
		}
	}
	if _, err := Preview(t.Context(), bytes.NewReader(noisy[:len(noisy)/2]), 1<<20); err == nil {
		t.Error("half a picture has a preview")
	}
}
