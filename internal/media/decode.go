package media

import (
	"bytes"
	"context"
	"image"
	_ "image/gif" // decoders for photos and previews
	"image/jpeg"
	_ "image/png"
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// decoding is held by whoever decodes a picture. A small file can unfold to hundreds of megabytes (maxPixels, of 8 bytes in a PNG and of up to
// 24 in a progressive JPEG), and strangers send as many as they like: so all wait for one another, and what is in use at a time is one picture.
var decoding = make(chan struct{}, 1)

// plan says which part of a picture is drawn anew, and how large.
type plan func(whole image.Rectangle) (part image.Rectangle, size dimensions)

// redraw decodes a picture when no other is being decoded and draws it anew, upright, as planned. It is made small before it is turned, and
// only the small one is left when redraw returns. It fails with errPicture for what can't be decoded, and with ctx's error when that ends the wait.
func redraw(ctx context.Context, r io.Reader, as plan, by draw.Scaler) (*image.RGBA, error) {
	select {
	case decoding <- struct{}{}:
		defer func() { <-decoding }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	whole, how, err := decodeLying(r)
	if err != nil {
		return nil, err
	}
	part, size := as(whole.Bounds())
	return upright(scaled(whole, part, size, by), how), nil
}

// decodeLying decodes a picture as it lies in its file, and says how it is to be turned. One with more than maxPixels is refused by its header.
func decodeLying(r io.Reader) (image.Image, int, error) {
	var start bytes.Buffer
	header, _, err := image.DecodeConfig(io.TeeReader(r, &start))
	if err != nil || !(dimensions{header.Width, header.Height}).sane() {
		return nil, 0, errPicture
	}
	how := orientationOf(start.Bytes())
	whole, _, err := image.Decode(io.MultiReader(&start, r))
	if err != nil {
		return nil, 0, errPicture
	}
	return whole, how, nil
}

// scaled draws a part of a picture in another size, on white where it is transparent.
func scaled(whole image.Image, part image.Rectangle, size dimensions, by draw.Scaler) *image.RGBA {
	drawn := image.NewRGBA(image.Rect(0, 0, size.width, size.height))
	draw.Draw(drawn, drawn.Bounds(), image.White, image.Point{}, draw.Src)
	by.Scale(drawn, drawn.Bounds(), whole, part, draw.Over, nil)
	return drawn
}

// upright turns and mirrors a picture as the EXIF orientation asks. [EXIF 2.32, tag 0x0112]
func upright(m *image.RGBA, how int) *image.RGBA {
	lying := dimensions{m.Bounds().Dx(), m.Bounds().Dy()}
	right, bottom := lying.width-1, lying.height-1
	from := map[int]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return right - x, y },
		3: func(x, y int) (int, int) { return right - x, bottom - y },
		4: func(x, y int) (int, int) { return x, bottom - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, bottom - x },
		7: func(x, y int) (int, int) { return right - y, bottom - x },
		8: func(x, y int) (int, int) { return right - y, x },
	}[how]
	if from == nil {
		return m
	}
	size := lying.upright(how)
	turned := image.NewRGBA(image.Rect(0, 0, size.width, size.height))
	for y := range size.height {
		for x := range size.width {
			turned.SetRGBA(x, y, m.RGBAAt(from(x, y)))
		}
	}
	return turned
}

// encode makes a JPEG.
func encode(m image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}
