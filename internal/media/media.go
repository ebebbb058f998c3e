// Package media looks at what strangers upload: it finds out what a file is by its bytes, never by its name or the type somebody
// claims, takes metadata out of pictures without decoding them anew, and gives names that are safe to show and to store.
//
// Pictures (PNG, JPEG, GIF, WebP) are read whole, up to the caller's limit; everything else streams through. Any file may cross, but
// only what is found to be a picture is ever called one; the rest is for saving, not for showing.
package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/gabriel-vasile/mimetype"

	"trialog/internal/chat"
)

// Info is what a file turned out to be. Size is in bytes after cleaning; Width and Height are pixels, 0 unless it is a picture.
type Info struct {
	Name          string
	Size          int64
	Type          string
	Width, Height int
}

// head is how much of a file its type is judged by.
const head = 3072

// Inspect copies r to dst, cleaned, and says what it is. More than limit bytes are refused with kind TooLarge and code
// "file_too_large", an empty file with "file_empty"; whatever reached dst by then is to be thrown away.
func Inspect(name string, r io.Reader, limit int64, dst io.Writer) (Info, error) {
	start := make([]byte, head)
	n, err := io.ReadFull(r, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Info{}, fmt.Errorf("read file: %w", err)
	}
	start = start[:n]
	if n == 0 {
		return Info{}, chat.RefuseField("file", "file_empty", "The file is empty.")
	}
	info := Info{Name: SafeName(name)}
	whole := io.MultiReader(bytes.NewReader(start), r)
	if clean := cleaners[pictureType(start)]; clean != nil {
		return picture(info, pictureType(start), clean, whole, limit, dst)
	}
	info.Type = plainType(start)
	info.Size, err = copyUpTo(dst, whole, limit)
	return info, err
}

// picture reads a picture whole and cleans it. One that does not parse crosses as a plain file.
func picture(info Info, kind string, clean cleaner, r io.Reader, limit int64, dst io.Writer) (Info, error) {
	var whole bytes.Buffer
	if _, err := copyUpTo(&whole, r, limit); err != nil {
		return Info{}, err
	}
	cleaned, width, height, err := clean(whole.Bytes())
	if err != nil || width < 1 || height < 1 || int64(width)*int64(height) > maxPixels {
		cleaned, kind, width, height = whole.Bytes(), "application/octet-stream", 0, 0
	}
	info.Type, info.Width, info.Height, info.Size = kind, width, height, int64(len(cleaned))
	if _, err := dst.Write(cleaned); err != nil {
		return Info{}, fmt.Errorf("copy picture: %w", err)
	}
	return info, nil
}

// maxPixels bounds what a browser or a thumbnail is asked to decode: 33 bytes can claim 50,000 × 50,000.
const maxPixels = 40_000_000

// copyUpTo copies at most limit bytes; one more is refused.
func copyUpTo(dst io.Writer, r io.Reader, limit int64) (int64, error) {
	n, err := io.Copy(dst, io.LimitReader(r, limit+1))
	if err != nil {
		return n, fmt.Errorf("copy file: %w", err)
	}
	if n > limit {
		return n, &chat.Error{Kind: chat.TooLarge, Code: "file_too_large", Field: "file", Text: fmt.Sprintf("A file may have at most %d MB.", limit>>20)}
	}
	return n, nil
}

// pictureType names the kinds of picture that are shown, by their first bytes.
func pictureType(start []byte) string {
	switch {
	case bytes.HasPrefix(start, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(start, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(start, []byte("GIF87a")), bytes.HasPrefix(start, []byte("GIF89a")):
		return "image/gif"
	case len(start) >= 12 && string(start[:4]) == "RIFF" && string(start[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

// plainType is the type of a file that is not shown. What a browser could run is called plain bytes.
func plainType(start []byte) string {
	found := mimetype.Detect(start)
	for m := found; m != nil; m = m.Parent() {
		switch m.String() {
		case "text/html; charset=utf-8", "image/svg+xml", "text/xml; charset=utf-8", "application/javascript", "text/javascript":
			return "application/octet-stream"
		}
	}
	return found.String()
}
