package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"trialog/internal/chat"
)

// corner is a picture whose upper left quarter is red and whose rest is blue.
func corner(w, h int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.RGBA{0, 0, 255, 255}, color.RGBA{255, 0, 0, 255}})
	for y := range h / 2 {
		for x := range w / 2 {
			m.SetColorIndex(x, y, 1)
		}
	}
	return m
}

func encoded(t *testing.T, kind string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case "png":
		err = png.Encode(&b, m)
	case "gif":
		err = gif.Encode(&b, m, nil)
	default:
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPortraitIsASquareAndNothingElse(t *testing.T) {
	const secret = "Musterweg 7, 48.13N 11.57E"
	for kind, photo := range map[string][]byte{"png": encoded(t, "png", corner(600, 300)), "gif": encoded(t, "gif", corner(300, 900)), "jpeg": encoded(t, "jpeg", corner(40, 40))} {
		if kind == "jpeg" {
			photo = after(photo, 2, segment(0xfe, secret), segment(0xe1, exifData(binary.BigEndian, "MM", 1)))
		}
		out, err := Portrait(t.Context(), photo)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		size, format, err := image.DecodeConfig(bytes.NewReader(out))
		if err != nil || format != "jpeg" || size.Width != PortraitSize || size.Height != PortraitSize {
			t.Errorf("%s became %s of %dx%d, %v", kind, format, size.Width, size.Height, err)
		}
		if bytes.Contains(out, []byte(secret)) || bytes.Contains(out, []byte("Exif")) {
			t.Errorf("%s keeps its metadata", kind)
		}
	}
}

// TestPortraitIsUpright: the red quarter comes to lie where a viewer that knows EXIF shows it.
func TestPortraitIsUpright(t *testing.T) {
	plain := encoded(t, "jpeg", corner(64, 64))
	for how, want := range map[uint16][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}} {
		out, err := Portrait(t.Context(), after(plain, 2, segment(0xe1, exifData(binary.LittleEndian, "II", how))))
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := image.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		for y := range 2 {
			for x := range 2 {
				r, _, _, _ := m.At(64+128*x, 64+128*y).RGBA()
				if red := r > 0x8000; red != (want == [2]int{x, y}) {
					t.Errorf("orientation %d: quarter %d,%d red: %v", how, x, y, red)
				}
			}
		}
	}
}

func TestPortraitRefuses(t *testing.T) {
	bomb := encoded(t, "png", image.NewPaletted(image.Rect(0, 0, 8000, 8000), color.Palette{color.White}))
	for what, photo := range map[string][]byte{"nothing": nil, "text": []byte("<svg onload=alert(1)>"), "a broken picture": encoded(t, "png", corner(9, 9))[:60], "a huge one": bomb} {
		if _, err := Portrait(t.Context(), photo); !chat.IsKind(err, chat.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestPicturesAreDecodedOneAtATime: a small file can unfold to hundreds of megabytes, so that nobody decodes while somebody else does.
func TestPicturesAreDecodedOneAtATime(t *testing.T) {
	photo := encoded(t, "png", corner(40, 40))
	drawings := map[string]func(context.Context) error{
		"portrait": func(ctx context.Context) error { _, err := Portrait(ctx, photo); return err },
		"preview":  func(ctx context.Context) error { _, err := Preview(ctx, bytes.NewReader(photo), 1<<20); return err },
	}
	for what, draw := range drawings {
		decoding <- struct{}{} // as if somebody did
		ctx, giveUp := context.WithCancel(t.Context())
		giveUp()
		if err := draw(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s while another picture is decoded: %v", what, err)
		}
		<-decoding
		if err := draw(t.Context()); err != nil {
			t.Errorf("%s afterwards: %v", what, err)
		}
	}
	for what, broken := range map[string][]byte{"text": []byte("no picture"), "half a picture": photo[:60]} {
		if _, err := Portrait(t.Context(), broken); !chat.IsKind(err, chat.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
		if len(decoding) > 0 {
			t.Fatalf("%s: nobody else may decode any more", what)
		}
	}
}
