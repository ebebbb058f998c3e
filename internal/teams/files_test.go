package teams

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
)

// lyingPhoto is a phone's picture, too large for a post: 1600 × 1200 in the file, 1200 × 1600 when it is turned as its EXIF asks, and then
// red above, noise below.
func lyingPhoto(t *testing.T) []byte {
	t.Helper()
	photo := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	rand.New(rand.NewSource(1)).Read(photo.Pix)
	draw.Draw(photo, image.Rect(0, 0, 400, 1200), image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photo, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	return bytes.Join([][]byte{plain[:2], []byte(exif), plain[2:]}, nil)
}

// TestPreviewStandsUpright: what experts see of a phone's picture stands as it does for customer and agent.
func TestPreviewStandsUpright(t *testing.T) {
	e, ctx := openMailbox(t), t.Context()
	if err := e.Store.PutService(ctx, store.Service{ID: "s", Name: "S"}); err != nil {
		t.Fatal(err)
	}
	o, err := e.Desk.Open(ctx, desk.Opening{Visitor: chat.Visitor{Name: "Karla"}})
	if err != nil {
		t.Fatal(err)
	}
	karla, err := e.Desk.Customer(ctx, o.Token)
	if err != nil {
		t.Fatal(err)
	}
	f, err := e.Desk.AddFile(ctx, karla, "phone.jpg", bytes.NewReader(lyingPhoto(t)))
	if err != nil || f.Size <= maxPicture {
		t.Fatal(f, err)
	}
	content, kind, whole, err := newLane(e.run, o.Conversation.ID).picture(ctx, f)
	if err != nil || whole || kind != "image/jpeg" || len(content) > maxPicture {
		t.Fatalf("%d bytes of %s, whole: %v, %v", len(content), kind, whole, err)
	}
	preview, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	size := preview.Bounds().Size()
	if size.X >= size.Y || f.Width >= f.Height {
		t.Errorf("a picture of 1200 × 1600 is %v in Microsoft Teams and told to be %d × %d", size, f.Width, f.Height)
	}
	if r, g, _, _ := preview.At(size.X/2, size.Y/10).RGBA(); r < 0xc000 || g > 0x4000 {
		t.Errorf("above it is %v, not red", preview.At(size.X/2, size.Y/10))
	}
}
