package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/draw"
)

// Limits of a preview: its longer side in pixels.
const (
	largestPreview  = 1280
	smallestPreview = 320
	previewQuality  = 82
)

var errTooDetailed = errors.New("even the smallest preview has too many bytes")

// Preview makes a JPEG of a picture that has at most so many bytes: all of it, upright, scaled, drawn anew. It fails for what can't be decoded,
// and when ctx ends while others are being decoded.
func Preview(ctx context.Context, picture io.Reader, most int) ([]byte, error) {
	drawn, err := redraw(ctx, picture, within(largestPreview), draw.ApproxBiLinear)
	if err != nil {
		return nil, fmt.Errorf("make preview: %w", err)
	}
	for side := largestPreview; side >= smallestPreview; side /= 2 {
		part, size := within(side)(drawn.Bounds())
		if size.width < drawn.Bounds().Dx() || size.height < drawn.Bounds().Dy() {
			drawn = scaled(drawn, part, size, draw.ApproxBiLinear) // out of the one before: the picture itself is gone
		}
		preview, err := encode(drawn, previewQuality)
		if err != nil {
			return nil, fmt.Errorf("make preview: %w", err)
		}
		if len(preview) <= most {
			return preview, nil
		}
	}
	return nil, fmt.Errorf("make preview: %w", errTooDetailed)
}

// within plans all of a picture, so that neither side is longer than that.
func within(side int) plan {
	return func(whole image.Rectangle) (image.Rectangle, dimensions) {
		size := dimensions{whole.Dx(), whole.Dy()}
		if longest := max(size.width, size.height); longest > side {
			size = dimensions{max(1, size.width*side/longest), max(1, size.height*side/longest)}
		}
		return whole, size
	}
}
