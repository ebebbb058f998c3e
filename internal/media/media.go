// Package media looks at what strangers upload: it finds out what a file is by its bytes, never by its name or the type somebody
// claims, takes metadata out of pictures without decoding them anew, and gives names that are safe to show and to save.
//
// Pictures (PNG, JPEG, GIF, WebP) up to MaxPicture bytes are read whole; everything else streams through. Any file may cross, but
// only what parses as a picture from its first byte to its last is ever called one; the rest is for saving, not for showing. A
// virus scanner may be put into the way with Inspector.Scan. Of pictures, portraits and previews can be drawn. Nothing here keeps state between
// calls; only decoding waits for its turn.
package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"

	"github.com/gabriel-vasile/mimetype"

	"trialog/internal/chat"
)

// MaxPicture is the size in bytes up to which a picture is read whole and shown; a larger one crosses as a plain file.
const MaxPicture = 25 << 20

// Plain is the type of files of which nothing better is known, or of which nothing else should be said.
const Plain = "application/octet-stream"

// Info is what a file turned out to be. Size is in bytes after cleaning; Width and Height are the pixels of a picture as
// it is shown, upright, else 0.
type Info struct {
	Name          string
	Size          int64
	Type          string // media type without parameters
	Width, Height int
}

// Inspector inspects files.
type Inspector struct {
	// Limit is the largest file in bytes.
	Limit int64
	// Scan, if set, reads the cleaned bytes while they are copied; its error refuses the file. It may stop reading early.
	Scan func(io.Reader) error
}

// Inspect copies r to dst, cleaned, and says what it is. More than limit bytes are refused with kind TooLarge and code
// "file_too_large", an empty file with "file_empty"; whatever reached dst by then is to be thrown away.
func Inspect(name string, r io.Reader, limit int64, dst io.Writer) (Info, error) {
	return Inspector{Limit: limit}.Inspect(name, r, dst)
}

// Inspect is the function of the same name with the Inspector's scanner in the way.
func (i Inspector) Inspect(name string, r io.Reader, dst io.Writer) (Info, error) {
	if i.Scan == nil {
		return i.inspect(name, r, dst)
	}
	pr, pw := io.Pipe()
	scanned := make(chan error, 1)
	go func() {
		err := i.Scan(pr)
		_, drained := io.Copy(io.Discard, pr) // a scanner that has seen enough must not block the copy
		scanned <- errors.Join(err, ignore(drained, errInspect))
	}()
	info, err := i.inspect(name, r, io.MultiWriter(dst, pw))
	if err != nil {
		pw.CloseWithError(errInspect)
		<-scanned
		return Info{}, err
	}
	pw.Close()
	if err := <-scanned; err != nil {
		return Info{}, fmt.Errorf("scan file: %w", err)
	}
	return info, nil
}

// errInspect tells a scanner that the file ended early; the reason goes to the caller.
var errInspect = errors.New("the file was not read to its end")

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// head is how much of a file its type is judged by.
const head = 3072

func (i Inspector) inspect(name string, r io.Reader, dst io.Writer) (Info, error) {
	start, err := io.ReadAll(io.LimitReader(r, head)) // io.ReadFull says of a short file what r says of one that broke off
	if err != nil {
		return Info{}, fmt.Errorf("read file: %w", err)
	}
	if len(start) == 0 {
		return Info{}, chat.RefuseField("file", "file_empty", "The file is empty.")
	}
	info := Info{Name: SafeName(name)}
	whole := io.MultiReader(bytes.NewReader(start), r)
	kind, clean := pictureKind(start)
	if clean != nil {
		return i.picture(info, kind, clean, whole, dst)
	}
	info.Type = plainType(start)
	info.Size, err = i.copy(dst, whole)
	return info, err
}

// picture reads a picture whole and cleans it. One that is too large or does not parse crosses as a plain file.
func (i Inspector) picture(info Info, kind string, clean cleaner, r io.Reader, dst io.Writer) (Info, error) {
	var whole bytes.Buffer
	if _, err := i.copy(&whole, io.LimitReader(r, MaxPicture+1)); err != nil {
		return Info{}, err
	}
	p := parts{b: whole.Bytes()}
	var size dimensions
	err := errPicture
	if whole.Len() <= MaxPicture {
		size, err = clean(&p)
	}
	if err != nil || p.over || !size.sane() {
		info.Type = Plain
		info.Size, err = i.copy(dst, io.MultiReader(&whole, r))
		return info, err
	}
	info.Type, info.Width, info.Height = kind, size.width, size.height
	for _, part := range p.list {
		n, err := dst.Write(part)
		info.Size += int64(n)
		if err != nil {
			return Info{}, fmt.Errorf("copy picture: %w", err)
		}
	}
	return info, nil
}

// copy copies at most Limit bytes; one more is refused.
func (i Inspector) copy(dst io.Writer, r io.Reader) (int64, error) {
	n, err := io.Copy(dst, io.LimitReader(r, i.Limit+1))
	if err != nil {
		return n, fmt.Errorf("copy file: %w", err)
	}
	if n > i.Limit {
		return n, &chat.Error{Kind: chat.TooLarge, Code: "file_too_large", Field: "file",
			Text: fmt.Sprintf("A file may have at most %s.", bytesInWords(i.Limit))}
	}
	return n, nil
}

func bytesInWords(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// pictureKind names the kinds of picture that are shown, by their first bytes.
func pictureKind(start []byte) (string, cleaner) {
	switch {
	case bytes.HasPrefix(start, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png", cleanPNG
	case bytes.HasPrefix(start, []byte("\xff\xd8\xff")):
		return "image/jpeg", cleanJPEG
	case bytes.HasPrefix(start, []byte("GIF87a")), bytes.HasPrefix(start, []byte("GIF89a")):
		return "image/gif", cleanGIF
	case len(start) >= 12 && string(start[:4]) == "RIFF" && string(start[8:12]) == "WEBP":
		return "image/webp", cleanWebP
	}
	return "", nil
}

// plainType is the type of a file that is not shown. What a browser could run is called Plain, whatever it is.
func plainType(start []byte) string {
	found := mimetype.Detect(start)
	for m := found; m != nil; m = m.Parent() {
		for _, active := range []string{"text/html", "text/xml", "image/svg+xml", "text/javascript", "application/javascript",
			"application/xhtml+xml", "application/x-shockwave-flash", "application/wasm"} {
			if m.Is(active) {
				return Plain
			}
		}
	}
	kind, _, err := mime.ParseMediaType(found.String())
	if err != nil {
		return Plain
	}
	return kind
}
