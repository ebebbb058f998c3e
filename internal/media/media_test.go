package media

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"trialog/internal/chat"
)

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t testing.TB, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, 3, 2), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts an EXIF segment with an orientation and a place into a JPEG.
func withEXIF(j []byte, orientation byte) []byte {
	tiff := "MM\x00\x2a\x00\x00\x00\x08\x00\x02\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26\x00\x00\x00\x00 GPS 50.94N 6.96E"
	body := "Exif\x00\x00" + tiff
	segment := append([]byte{0xff, 0xe1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	return append(append(append([]byte{}, j[:2]...), segment...), j[2:]...)
}

func inspect(t *testing.T, name string, content []byte) (Info, []byte) {
	t.Helper()
	var out bytes.Buffer
	info, err := Inspect(name, bytes.NewReader(content), 1<<20, &out)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if info.Size != int64(out.Len()) {
		t.Fatalf("%s: size %d, %d bytes written", name, info.Size, out.Len())
	}
	return info, out.Bytes()
}

func TestWhatFilesAre(t *testing.T) {
	for _, tt := range []struct {
		name          string
		content       []byte
		kind          string
		width, height int
	}{
		{"a.png", pngOf(t, 5, 4), "image/png", 5, 4},
		{"a.jpg", jpegOf(t, 7, 6), "image/jpeg", 7, 6},
		{"a.gif", gifOf(t, 3), "image/gif", 3, 2},
		{"lies.txt", pngOf(t, 5, 4), "image/png", 5, 4},
		{"a.pdf", []byte("%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>"), "application/pdf", 0, 0},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "application/octet-stream", 0, 0},
		{"page.txt", []byte("<!doctype html><script>alert(1)</script>"), "application/octet-stream", 0, 0},
		{"notes.txt", []byte("hello\nworld\n"), "text/plain; charset=utf-8", 0, 0},
		{"flood.png", append(append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xc3\x50\x00\x00\xc3\x50\x08\x00\x00\x00\x00"), make([]byte, 4)...), pngOf(t, 1, 1)[33:]...), "application/octet-stream", 0, 0},
		{"cut.png", pngOf(t, 5, 4)[:40], "application/octet-stream", 0, 0},
		{"frames.gif", gifOf(t, maxFrames+1), "application/octet-stream", 0, 0},
	} {
		info, _ := inspect(t, tt.name, tt.content)
		if info.Type != tt.kind || info.Width != tt.width || info.Height != tt.height {
			t.Errorf("%s: %+v, want %s %d×%d", tt.name, info, tt.kind, tt.width, tt.height)
		}
	}
}

func TestMetadataGoes(t *testing.T) {
	jpegIn := withEXIF(jpegOf(t, 7, 6), 6)
	_, out := inspect(t, "phone.jpg", jpegIn)
	if bytes.Contains(out, []byte("GPS")) {
		t.Error("the place stays in the JPEG")
	}
	if got := orientation(out[6:]); got != 6 {
		t.Errorf("orientation %d, want 6", got)
	}
	if _, err := jpeg.Decode(bytes.NewReader(out)); err != nil {
		t.Errorf("cleaned JPEG: %v", err)
	}

	p := pngOf(t, 5, 4)
	text := "\x00\x00\x00\x0btEXtGPS\x0050.94N.\x00\x00\x00\x00"
	_, out = inspect(t, "a.png", append(append(append([]byte{}, p[:33]...), text...), p[33:]...))
	if bytes.Contains(out, []byte("50.94N")) || !bytes.Equal(out, p) {
		t.Error("the PNG's text stays, or more than it goes")
	}

	g := gifOf(t, 2)
	_, out = inspect(t, "a.gif", append(append([]byte{}, g...), "<script>alert(1)</script>"...))
	if bytes.Contains(out, []byte("script")) {
		t.Error("what stands behind a GIF's end stays: it is a picture and a page at once")
	}
	if all, err := gif.DecodeAll(bytes.NewReader(out)); err != nil || len(all.Image) != 2 {
		t.Errorf("cleaned GIF: %v", err)
	}
}

func TestLimit(t *testing.T) {
	for _, content := range [][]byte{bytes.Repeat([]byte("x"), 1<<20+1), append(pngOf(t, 5, 4), make([]byte, 1<<20)...)} {
		_, err := Inspect("a", bytes.NewReader(content), 1<<20, &bytes.Buffer{})
		if !chat.IsKind(err, chat.TooLarge) {
			t.Errorf("%d bytes: %v, want too large", len(content), err)
		}
	}
	if _, err := Inspect("a", bytes.NewReader(nil), 1<<20, &bytes.Buffer{}); !chat.IsKind(err, chat.Invalid) {
		t.Errorf("empty file: %v", err)
	}
}

func TestSafeName(t *testing.T) {
	for in, want := range map[string]string{
		"modem-rot.jpg":                    "modem-rot.jpg",
		"../../etc/passwd":                 "passwd",
		`C:\Users\karla\Bild.png`:          "Bild.png",
		"con.txt":                          "_con.txt",
		"x.pdf.exe":                        "x.pdf.exe",
		"a\r\nSet-Cookie: x.txt":           "aSet-Cookie_ x.txt",
		"<img onerror=alert(1)>.png":       "_img onerror=alert(1)_.png",
		"exe\u202egnp.exe":                 "exegnp.exe",
		"\u200b.htaccess":                  "htaccess",
		"":                                 "file",
		"...":                              "file",
		strings.Repeat("n", 300) + ".docx": strings.Repeat("n", 115) + ".docx",
		"U\u0308bersicht.pdf":              "Übersicht.pdf",
		"名前.pdf":                           "名前.pdf",
	} {
		if got := SafeName(in); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, b := range [][]byte{pngOf(f, 2, 2), withEXIF(jpegOf(f, 2, 2), 3), gifOf(f, 2), []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")} {
		f.Add("a.bin", b)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		var out bytes.Buffer
		info, err := Inspect(name, bytes.NewReader(content), 1<<20, &out)
		if err != nil {
			return
		}
		if info.Size != int64(out.Len()) || info.Name == "" || strings.ContainsAny(info.Name, "/\\\r\n\x00") {
			t.Fatalf("%+v of %d bytes", info, out.Len())
		}
		if info.Width > 0 { // what is called a picture stays the same picture when cleaned again
			var again bytes.Buffer
			second, err := Inspect(name, bytes.NewReader(out.Bytes()), 1<<20, &again)
			if err != nil || second.Width != info.Width || !bytes.Equal(again.Bytes(), out.Bytes()) {
				t.Fatalf("cleaning twice differs: %+v then %+v, %v", info, second, err)
			}
		}
	})
}
