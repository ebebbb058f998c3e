package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // decoders for photos
	"image/jpeg"
	_ "image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"trialog/internal/chat"
)

// PortraitSize is the side of a portrait in pixels.
const PortraitSize = 256

const (
	maxPortraitPixels = 40_000_000 // of the photo it is made of: a small file can be a huge picture
	portraitQuality   = 88
)

var errNoPhoto = chat.RefuseField("file", "photo_type", "This is not a picture that can be used as a photo.")

// Portrait makes a square JPEG of a photo: its middle, upright, scaled, drawn anew, so that nothing else of the file is left. Whatever is
// no PNG, JPEG, GIF or WebP is refused with "photo_type".
func Portrait(photo []byte) ([]byte, error) {
	size, kind, err := image.DecodeConfig(bytes.NewReader(photo))
	if err != nil || size.Width < 1 || size.Height < 1 || size.Width*size.Height > maxPortraitPixels {
		return nil, errNoPhoto
	}
	m, _, err := image.Decode(bytes.NewReader(photo))
	if err != nil {
		return nil, errNoPhoto
	}
	square := image.NewRGBA(image.Rect(0, 0, PortraitSize, PortraitSize))
	draw.Draw(square, square.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src) // behind what is transparent
	draw.CatmullRom.Scale(square, square.Bounds(), m, middle(m.Bounds()), draw.Over, nil)
	if kind == "jpeg" {
		square = upright(square, orientationOf(photo))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, square, &jpeg.Options{Quality: portraitQuality}); err != nil {
		return nil, fmt.Errorf("draw portrait: %w", err)
	}
	return out.Bytes(), nil
}

// middle is the largest square in the middle.
func middle(b image.Rectangle) image.Rectangle {
	side := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	return image.Rectangle{corner, corner.Add(image.Pt(side, side))}
}

// orientationOf finds how a JPEG lies, by its EXIF; 1 is upright.
func orientationOf(photo []byte) int {
	i := bytes.Index(photo[:min(len(photo), 1<<16)], []byte("Exif\x00\x00"))
	if i < 0 {
		return 1
	}
	return max(1, orientation(photo[i:]))
}

// upright turns and mirrors a square as the EXIF orientation asks. [EXIF 2.32, tag 0x0112]
func upright(m *image.RGBA, how int) *image.RGBA {
	last := m.Bounds().Dx() - 1
	from := map[int]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return last - x, y },
		3: func(x, y int) (int, int) { return last - x, last - y },
		4: func(x, y int) (int, int) { return x, last - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, last - x },
		7: func(x, y int) (int, int) { return last - y, last - x },
		8: func(x, y int) (int, int) { return last - y, x },
	}[how]
	if from == nil {
		return m
	}
	turned := image.NewRGBA(m.Bounds())
	for y := range last + 1 {
		for x := range last + 1 {
			sx, sy := from(x, y)
			turned.SetRGBA(x, y, m.RGBAAt(sx, sy))
		}
	}
	return turned
}
