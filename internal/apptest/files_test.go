package apptest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"trialog/internal/teamsim"
)

// sample is a file as people have them.
type sample struct {
	ext     string
	content []byte
}

// samples makes one file of every kind that matters. They are made here, so that nobody's files stand in the repository.
func samples(t testing.TB) []sample {
	t.Helper()
	r := rand.New(seeded(7))
	return []sample{
		{"pdf", aPDF()},
		{"jpg", aJPEG(t, r, 320, 200)},
		{"png", aPNG(t, r)},
		{"gif", aGIF(t)},
		{"docx", aDOCX(t)},
		{"zip", aZIP(t, r, 20<<20)},
		{"jpeg", aJPEG(t, r, 1600, 1200)}, // too large to stand in a post as it is
	}
}

// pictures are the samples that screens show as pictures.
func pictures(t testing.TB) []sample {
	t.Helper()
	r := rand.New(seeded(8))
	return []sample{{"jpg", aJPEG(t, r, 320, 200)}, {"png", aPNG(t, r)}, {"gif", aGIF(t)}}
}

// aPDF makes a page that says hello.
func aPDF() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	text := "BT /F1 24 Tf 72 720 Td (Hallo) Tj ET"
	var at []int
	for i, object := range []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text), "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

// noise is a picture that does not compress to nothing.
func noise(r *rand.Rand, w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.Uint32())
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	return m
}

// aJPEG makes a photograph with EXIF: the camera, and where it was taken.
func aJPEG(t testing.TB, r *rand.Rand, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noise(r, w, h), &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	exif := append([]byte("Exif\x00\x00"), tiffWithGPS()...)
	app1 := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{plain[:2], app1, exif, plain[2:]}, nil)
}

const camera = "Trialog Testkamera\x00\x00"

// tiffWithGPS is an EXIF block: IFD0 with the make and a pointer to the GPS IFD, which says 52° 31' 12" N.
func tiffWithGPS() []byte {
	le := binary.LittleEndian
	entry := func(b []byte, tag, kind uint16, count, value uint32) []byte {
		return le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, tag), kind), count), value)
	}
	const ifd0, gps = 8, 8 + 2 + 2*12 + 4
	const data = gps + 2 + 2*12 + 4
	b := append([]byte("II*\x00"), 8, 0, 0, 0)
	b = le.AppendUint16(b, 2)
	b = entry(b, 0x010f, 2, uint32(len(camera)), data)
	b = entry(b, 0x8825, 4, 1, gps)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 2)
	b = entry(b, 1, 2, 2, 'N')
	b = entry(b, 2, 5, 3, data+uint32(len(camera)))
	b = le.AppendUint32(b, 0)
	b = append(b, camera...)
	for _, part := range []uint32{52, 31, 12} {
		b = le.AppendUint32(le.AppendUint32(b, part), 1)
	}
	return b
}

func aPNG(t testing.TB, r *rand.Rand) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, noise(r, 60, 40)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aGIF makes an animation of three frames.
func aGIF(t testing.TB) []byte {
	t.Helper()
	var g gif.GIF
	for i := range 3 {
		m := image.NewPaletted(image.Rect(0, 0, 16, 16), color.Palette{color.White, color.RGBA{R: 200, A: 255}})
		m.SetColorIndex(i*5, i*5, 1)
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 20)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t testing.TB, method uint16, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aDOCX makes a letter of one sentence.
func aDOCX(t testing.TB) []byte {
	t.Helper()
	const declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	return zipped(t, zip.Deflate,
		"[Content_Types].xml", declaration+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels", declaration+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml", declaration+`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Sehr geehrte Damen und Herren</w:t></w:r></w:p></w:body></w:document>`)
}

// aZIP makes an archive of that many bytes that nothing compresses.
func aZIP(t testing.TB, r *rand.Rand, size int) []byte {
	t.Helper()
	b := make([]byte, size)
	for i := 0; i+8 <= len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return zipped(t, zip.Store, "messwerte.bin", string(b))
}

// crossed checks what somebody downloads of a file that somebody else sent: the same bytes, but for a photograph, which keeps its pixels
// and loses what the camera noted.
func crossed(s sample, got []byte) error {
	if !strings.HasPrefix(s.ext, "jp") {
		if !bytes.Equal(got, s.content) {
			return fmt.Errorf("%s: %d bytes that differ from the %d that were sent", s.ext, len(got), len(s.content))
		}
		return nil
	}
	if bytes.Contains(got, []byte("Exif")) || bytes.Contains(got, []byte("Testkamera")) {
		return fmt.Errorf("%s still has its EXIF", s.ext)
	}
	sent, err := jpeg.Decode(bytes.NewReader(s.content))
	if err != nil {
		return err
	}
	shown, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		return fmt.Errorf("%s after crossing: %w", s.ext, err)
	}
	if a, b := sent.(*image.YCbCr), shown.(*image.YCbCr); !bytes.Equal(a.Y, b.Y) || !bytes.Equal(a.Cb, b.Cb) || !bytes.Equal(a.Cr, b.Cr) {
		return fmt.Errorf("%s has other pixels", s.ext)
	}
	return nil
}

// addressOf finds a file in a thread as a person sees it: the attachment of that name, or the picture in a post if there is none.
func addressOf(me *teamsim.Teams, thread, name string) (string, error) {
	messages, err := me.Messages(thread)
	if err != nil {
		return "", err
	}
	address := ""
	for _, m := range messages {
		for _, a := range m.Attachments {
			if a.Name == name {
				return a.URL, nil
			}
		}
		if at := strings.Index(m.Body, `alt="`+name+`"`); at >= 0 {
			tag, _, _ := strings.Cut(m.Body[strings.LastIndex(m.Body[:at], "<img"):], ">")
			_, rest, _ := strings.Cut(tag, `src="`)
			address, _, _ = strings.Cut(rest, `"`)
		}
	}
	if address == "" {
		return "", fmt.Errorf("no %q in the thread", name)
	}
	return address, nil
}
