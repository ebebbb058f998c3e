package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	xwebp "golang.org/x/image/webp"

	"trialog/internal/chat"
)

const limit = 25 << 20

// secret stands in everything that must not survive.
const secret = "GPS 48.137 N 11.575 E"

func picture() image.Image {
	m := image.NewPaletted(image.Rect(0, 0, 24, 16), color.Palette{color.Black, color.White, color.RGBA{200, 10, 10, 255}})
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7 % 3)
	}
	return m
}

func pngBytes(t testing.TB) []byte {
	var b bytes.Buffer
	must(t, png.Encode(&b, picture()))
	return b.Bytes()
}

func jpegBytes(t testing.TB) []byte {
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, picture(), nil))
	return b.Bytes()
}

func gifBytes(t testing.TB, frames int) []byte {
	g := &gif.GIF{LoopCount: 3}
	for range frames {
		g.Image, g.Delay = append(g.Image, picture().(*image.Paletted)), append(g.Delay, 5)
	}
	var b bytes.Buffer
	must(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}

func webpBytes(t testing.TB) []byte {
	b, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func inspect(t testing.TB, name string, b []byte) (Info, []byte) {
	t.Helper()
	var out bytes.Buffer
	info, err := Inspect(name, iotest.HalfReader(bytes.NewReader(b)), limit, &out)
	must(t, err)
	if info.Size != int64(out.Len()) {
		t.Errorf("size is %d, %d bytes came out", info.Size, out.Len())
	}
	return info, out.Bytes()
}

// chunk builds a PNG chunk.
func chunk(kind, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, pngSum(b[4:]))
}

// segment builds a JPEG segment.
func segment(marker byte, data string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// exifData is EXIF with an orientation and a secret in another tag's value.
func exifData(order binary.AppendByteOrder, mark string, o uint16) string {
	b := append([]byte("Exif\x00\x00"), mark...)
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, v := range []struct{ tag, value uint16 }{{0x010e, 0}, {0x0112, o}} {
		b = order.AppendUint16(b, v.tag)
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, v.value)
		b = order.AppendUint16(b, 0)
	}
	return string(b) + secret
}

func after(b []byte, at int, insert ...[]byte) []byte {
	return bytes.Join(append(append([][]byte{b[:at]}, insert...), b[at:]), nil)
}

// riff wraps WebP chunks.
func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riffChunk(kind, data string) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data))), data...)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

// dirty returns pictures with the secret in every place that metadata has (B81) and behind their ends (B72).
func dirty(t testing.TB) map[string][]byte {
	p, j, g, w := pngBytes(t), jpegBytes(t), gifBytes(t, 2), webpBytes(t)
	html := []byte("<script>" + secret + "</script>")
	comment := append(append([]byte{0x21, 0xfe, byte(len(secret))}, secret...), 0)
	app := append(append([]byte("\x21\xff\x0bXMP DataXMP"), byte(len(secret))), append([]byte(secret), 0)...)
	screen := 13 + colours(g[10])
	return map[string][]byte{
		"a.png": append(after(p, 33, chunk("tEXt", secret), chunk("iTXt", secret), chunk("zTXt", secret), chunk("eXIf", secret), chunk("tIME", secret), chunk("prVt", secret)), html...),
		"a.jpg": append(after(j, 2, segment(0xe1, exifData(binary.BigEndian, "MM", 6)), segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+secret),
			segment(0xed, secret), segment(0xfe, secret), segment(0xe0, "JFXX\x00"+secret), segment(0xe2, "MPF\x00"+secret)), html...),
		"a.gif":  append(after(g, screen, comment, app), html...),
		"a.webp": append(riff(riffChunk("VP8X", "\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00"), w[12:], riffChunk("EXIF", secret), riffChunk("XMP ", secret), riffChunk("abcd", secret)), html...),
	}
}

func decode(t testing.TB, b []byte) image.Image {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		m, err = xwebp.Decode(bytes.NewReader(b))
	}
	must(t, err)
	return m
}

func samePixels(t *testing.T, a, b image.Image) {
	t.Helper()
	if a.Bounds() != b.Bounds() {
		t.Fatalf("bounds were %v, are %v", a.Bounds(), b.Bounds())
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			ar, ag, ab, aa := a.At(x, y).RGBA()
			br, bg, bb, ba := b.At(x, y).RGBA()
			if [4]uint32{ar, ag, ab, aa} != [4]uint32{br, bg, bb, ba} {
				t.Fatalf("pixel %d,%d changed", x, y)
			}
		}
	}
}

func TestMetadataGoesPixelsStay(t *testing.T) {
	kinds := map[string]string{"a.png": "image/png", "a.jpg": "image/jpeg", "a.gif": "image/gif", "a.webp": "image/webp"}
	for name, b := range dirty(t) {
		t.Run(name, func(t *testing.T) {
			info, out := inspect(t, name, b)
			if info.Type != kinds[name] || info.Width == 0 || info.Height == 0 {
				t.Fatalf("is %+v", info)
			}
			if bytes.Contains(out, []byte(secret)) {
				t.Error("the secret is still there")
			}
			before, now := decode(t, b), decode(t, out)
			samePixels(t, before, now)
			if s := now.Bounds().Size(); (dimensions{s.X, s.Y}).upright(orientationOf(out)) != (dimensions{info.Width, info.Height}) {
				t.Errorf("says %d × %d, is %v", info.Width, info.Height, s)
			}
			_, again := inspect(t, name, out)
			if !bytes.Equal(again, out) {
				t.Error("a clean picture changes when it is cleaned again")
			}
		})
	}
}

func TestOrientationStays(t *testing.T) {
	for _, order := range []struct {
		binary.AppendByteOrder
		mark string
	}{{binary.BigEndian, "MM"}, {binary.LittleEndian, "II"}} {
		for want := range uint16(10) {
			_, out := inspect(t, "a.jpg", after(jpegBytes(t), 2, segment(0xe1, exifData(order, order.mark, want))))
			got := 0
			if i := bytes.Index(out, []byte("Exif\x00\x00")); i > 0 {
				got = orientation(out[i:])
			}
			if kept := want >= 2 && want <= 8; kept && got != int(want) || !kept && got != 0 {
				t.Errorf("%s orientation %d became %d", order.mark, want, got)
			}
			decode(t, out)
		}
	}
}

// TestSizeIsOfThePictureUpright: browsers turn a picture by its orientation, and make room for it by the size that is told of it.
func TestSizeIsOfThePictureUpright(t *testing.T) {
	for how := range uint16(9) {
		info, _ := inspect(t, "phone.jpg", after(jpegBytes(t), 2, segment(0xe1, exifData(binary.BigEndian, "MM", how))))
		width, height := 24, 16
		if how >= 5 {
			width, height = 16, 24
		}
		if info.Width != width || info.Height != height {
			t.Errorf("orientation %d: is shown at %d × %d, is told to be %d × %d", how, width, height, info.Width, info.Height)
		}
	}
}

func TestAnimationKeepsFramesAndLoop(t *testing.T) {
	_, out := inspect(t, "a.gif", dirty(t)["a.gif"])
	g, err := gif.DecodeAll(bytes.NewReader(out))
	must(t, err)
	if len(g.Image) != 2 || g.LoopCount != 3 {
		t.Errorf("%d frames, loop count %d", len(g.Image), g.LoopCount)
	}
}

func TestWhatIsNoPictureIsPlain(t *testing.T) {
	flood := pngBytes(t)
	copy(flood[16:], "\x00\x00\xc3\x50\x00\x00\xc3\x50") // 50,000 × 50,000
	copy(flood[29:], binary.BigEndian.AppendUint32(nil, pngSum(flood[12:29])))
	wide := gifBytes(t, 1)
	copy(wide[bytes.IndexByte(wide[13+colours(wide[10]):], 0x2c)+13+colours(wide[10])+5:], "\xff\xff\xff\xff")
	j := jpegBytes(t)
	for name, b := range map[string][]byte{
		"B72 polyglot.gif":      []byte("GIF89a=1;/*" + strings.Repeat(" ", 40) + "*/alert(1)//<script>alert(1)</script>"),
		"B76 flood.png":         flood,
		"B76 wide.gif":          wide,
		"B77 frames.gif":        gifBytes(t, maxFrames+1),
		"cut.png":               pngBytes(t)[:60],
		"cut.jpg":               j[:len(j)-2],
		"cut.gif":               gifBytes(t, 1)[:40],
		"cut.webp":              webpBytes(t)[:30],
		"only a header.jpg":     {0xff, 0xd8, 0xff, 0xd9},
		"damaged.png":           bytes.Replace(pngBytes(t), []byte("IDAT"), []byte("IDAT\x00")[:4], 1)[:50],
		"bad sum.png":           flip(pngBytes(t), 45),
		"unknown chunk.png":     after(pngBytes(t), 33, chunk("PRVT", "x")),
		"no picture.webp":       riff(riffChunk("ICCP", "x")),
		"B73 page.txt":          []byte("<!DOCTYPE html><html><script>alert(1)</script>"),
		"B71 drawing.svg":       []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"B71 drawing.svg; x":    []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"B78 entity.xml":        []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`),
		"B80 script by shebang": []byte("#!/usr/bin/env node\nalert(1)"),
	} {
		t.Run(name, func(t *testing.T) {
			info, out := inspect(t, name, b)
			if info.Type != Plain || info.Width != 0 || info.Height != 0 {
				t.Errorf("is %+v", info)
			}
			if !bytes.Equal(out, b) {
				t.Error("the bytes changed")
			}
		})
	}
}

func flip(b []byte, at int) []byte {
	b[at] ^= 1
	return b
}

func TestTypesOfFiles(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"B74 form.pdf", "%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", "application/pdf"},
		{"notes.html", "only words, whatever the name says", "text/plain"},
		{"B83 eicar.png", `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`, "text/plain"},
		{"B84 x.pdf.exe", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "application/vnd.microsoft.portable-executable"},
		{"a.gz", "\x1f\x8b\x08" + strings.Repeat("\x00", 40), "application/gzip"},
		{"noise", "\x00\x01\x02\xfe", Plain},
	} {
		info, out := inspect(t, c.name, []byte(c.content))
		if info.Type != c.want || string(out) != c.content {
			t.Errorf("%s is %+v", c.name, info)
		}
	}
}

func TestLimit(t *testing.T) {
	plain, p := []byte("some words"), pngBytes(t)
	for _, b := range [][]byte{plain, p} {
		if _, err := Inspect("a", bytes.NewReader(b), int64(len(b)), io.Discard); err != nil {
			t.Errorf("%d bytes with that limit: %v", len(b), err)
		}
		_, err := Inspect("a", bytes.NewReader(b), int64(len(b))-1, io.Discard)
		var refused *chat.Error
		if !errors.As(err, &refused) || refused.Kind != chat.TooLarge || refused.Code != "file_too_large" {
			t.Errorf("one byte over the limit gave %v", err)
		}
	}
	_, err := Inspect("a", strings.NewReader(""), limit, io.Discard)
	if !chat.IsKind(err, chat.Invalid) {
		t.Errorf("an empty file gave %v", err)
	}
}

// TestStreams sees to it that files which are no pictures do not pile up in memory.
func TestStreams(t *testing.T) {
	pr, pw := io.Pipe()
	far := make(chan int, 1)
	go func() {
		info, err := Inspect("film", pr, limit, counter(func(n int) {
			if n > 100_000 {
				select {
				case far <- n:
				default:
				}
			}
		}))
		if err != nil || info.Size != 400_000 {
			t.Errorf("got %+v, %v", info, err)
		}
		close(far)
	}()
	half := bytes.Repeat([]byte{1, 2, 3, 0}, 50_000)
	_, err := pw.Write(half)
	must(t, err)
	<-far // the first half is out before the second is in
	_, err = pw.Write(half)
	must(t, err)
	pw.Close()
	for range far {
	}
}

// counter reports how many bytes were written to it.
func counter(report func(n int)) io.Writer {
	n := 0
	return writerFunc(func(p []byte) (int, error) {
		n += len(p)
		report(n)
		return len(p), nil
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestPictureOverBoundStreamsAsPlainFile(t *testing.T) {
	b := append(pngBytes(t), make([]byte, MaxPicture)...)
	var out bytes.Buffer
	info, err := Inspect("a.png", bytes.NewReader(b), 4*MaxPicture, &out)
	must(t, err)
	if info.Type != Plain || !bytes.Equal(out.Bytes(), b) {
		t.Errorf("is %+v", info)
	}
}

func TestBrokenEnds(t *testing.T) {
	broken := errors.New("broken")
	for _, b := range [][]byte{pngBytes(t), bytes.Repeat([]byte("text "), 2000)} {
		if _, err := Inspect("a", io.MultiReader(bytes.NewReader(b), iotest.ErrReader(broken)), limit, io.Discard); !errors.Is(err, broken) {
			t.Errorf("broken reader gave %v", err)
		}
		dst := writerFunc(func([]byte) (int, error) { return 0, broken })
		if _, err := Inspect("a", bytes.NewReader(b), limit, dst); !errors.Is(err, broken) {
			t.Errorf("broken writer gave %v", err)
		}
	}
}

// TestCutShortIsNoWholeFile: an upload that breaks off, which Go's HTTP server tells as io.ErrUnexpectedEOF, is no short file, however little
// of it came.
func TestCutShortIsNoWholeFile(t *testing.T) {
	for _, came := range []int{0, 1, 1000, head - 1, head, 5000} {
		told := false
		broken := readerFunc(func([]byte) (int, error) {
			if told {
				return 0, io.EOF // it says so once, as a request's body does
			}
			told = true
			return 0, io.ErrUnexpectedEOF
		})
		sent := io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("a"), came)), broken)
		if _, err := Inspect("a.csv", sent, limit, io.Discard); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("broke off after %d bytes: %v", came, err)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestScan is B83: a scanner sees the cleaned bytes and may refuse.
func TestScan(t *testing.T) {
	virus := chat.Refuse(chat.Invalid, "file_refused", "The file was refused.")
	scanner := Inspector{Limit: limit, Scan: func(r io.Reader) error {
		b, err := io.ReadAll(r)
		if err == nil && bytes.Contains(b, []byte("EICAR")) {
			return virus
		}
		return err
	}}
	if _, err := scanner.Inspect("a.txt", strings.NewReader("X5O!P%@AP EICAR-STANDARD-ANTIVIRUS-TEST-FILE"), io.Discard); !errors.Is(err, virus) {
		t.Errorf("the scanner's refusal became %v", err)
	}
	if _, err := scanner.Inspect("a.png", bytes.NewReader(pngBytes(t)), io.Discard); err != nil {
		t.Errorf("a clean file gave %v", err)
	}
	lazy := Inspector{Limit: limit, Scan: func(io.Reader) error { return nil }}
	info, err := lazy.Inspect("a", bytes.NewReader(make([]byte, 1<<20)), io.Discard)
	if err != nil || info.Size != 1<<20 {
		t.Errorf("a scanner that does not read gave %+v, %v", info, err)
	}
	small := Inspector{Limit: 5, Scan: lazy.Scan}
	if _, err := small.Inspect("a", strings.NewReader("too much"), io.Discard); !chat.IsKind(err, chat.TooLarge) {
		t.Errorf("over the limit with a scanner: %v", err)
	}
}
