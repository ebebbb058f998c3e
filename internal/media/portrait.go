package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"

	"golang.org/x/image/draw"

	"trialog/internal/chat"
)

// PortraitSize is the side of a portrait in pixels.
const PortraitSize = 256

const portraitQuality = 88

var errNoPhoto = chat.RefuseField("file", "photo_type", "This is not a picture that can be used as a photo.")

// Portrait makes a square JPEG of a photo: its middle, upright, scaled, drawn anew, so that nothing else of the file is left. Whatever is
// no PNG, JPEG, GIF or WebP is refused with "photo_type". It fails when ctx ends while other pictures are being decoded.
func Portrait(ctx context.Context, photo []byte) ([]byte, error) {
	square, err := redraw(ctx, bytes.NewReader(photo), middle, draw.CatmullRom)
	if errors.Is(err, errPicture) {
		return nil, errNoPhoto
	}
	if err != nil {
		return nil, fmt.Errorf("draw portrait: %w", err)
	}
	portrait, err := encode(square, portraitQuality)
	if err != nil {
		return nil, fmt.Errorf("draw portrait: %w", err)
	}
	return portrait, nil
}

// middle plans the largest square in the middle.
func middle(b image.Rectangle) (image.Rectangle, dimensions) {
	side := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	return image.Rectangle{corner, corner.Add(image.Pt(side, side))}, dimensions{PortraitSize, PortraitSize}
}
