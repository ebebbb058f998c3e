package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"
)

// pages serves the built interface. Files do not change while the program runs; what was compressed once is kept.
type pages struct {
	files fs.FS

	mu   sync.Mutex
	read map[string]*asset
}

// asset is one file of the interface.
type asset struct {
	body   []byte
	zipped []byte // nil if that saves nothing
	kind   string
	tag    string // strong ETag of body
}

func newPages(files fs.FS) *pages { return &pages{files: files, read: map[string]*asset{}} }

// get reads a file, or returns fs.ErrNotExist.
func (p *pages) get(name string) (*asset, error) {
	if p.files == nil || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.read[name]; a != nil {
		return a, nil
	}
	info, err := fs.Stat(p.files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	a, err := p.load(name)
	if err == nil {
		p.read[name] = a
	}
	return a, err
}

func (p *pages) load(name string) (*asset, error) {
	body, err := fs.ReadFile(p.files, name)
	if err != nil {
		return nil, fmt.Errorf("read page %s: %w", name, err)
	}
	sum := sha256.Sum256(body)
	a := &asset{body: body, kind: kindOf(name), tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
	a.zipped, err = fs.ReadFile(p.files, name+".gz")
	if errors.Is(err, fs.ErrNotExist) && compressible(a.kind) {
		a.zipped, err = compress(body)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("compress page %s: %w", name, err)
	}
	if len(a.zipped) >= len(body) {
		a.zipped = nil
	}
	return a, nil
}

// kindOf is the media type of a file of ours, by its name: the machine's own table must not decide.
func kindOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".ico":
		return "image/x-icon"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".mp3":
		return "audio/mpeg"
	case ".ogg":
		return "audio/ogg"
	case ".wav":
		return "audio/wav"
	case ".png", ".jpg", ".gif", ".webp":
		return mime.TypeByExtension(ext)
	}
	return "application/octet-stream"
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || kind == "image/svg+xml"
}

func compress(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// hashed are names that change with their content, as the build makes them.
var hashed = regexp.MustCompile(`/assets/[^/]*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$`)

// file serves one page under a name of its own.
func (s *Server) file(name string, l look) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serveFile(w, r, name, l) })
}

// folder serves the files of one folder of the interface.
func (s *Server) folder(dir string, l look) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serveFile(w, r, path.Join(dir, path.Clean("/"+r.PathValue("path"))), l)
	})
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, name string, l look) {
	a, err := s.pages.get(name)
	if errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(name, ".html") {
		s.notBuilt(w)
		return
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = errNoRoute
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	h := w.Header()
	s.dress(h, l)
	h.Set("Content-Type", a.kind)
	h.Set("ETag", a.tag)
	h.Set("Cache-Control", "no-cache")
	if hashed.MatchString("/" + name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := a.body
	if a.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			h.Set("ETag", strings.TrimSuffix(a.tag, `"`)+`-gzip"`)
			body = a.zipped
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reports whether a browser takes gzip.
func acceptsGzip(r *http.Request) bool {
	for _, offer := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(offer), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

const notBuiltPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Trialog</title>
<h1>The interface was not built</h1>
<p>This program was compiled without its web pages. Run <code>make ui</code>, build it again and start it anew. The API under
<code>/api/v1</code> works.</p></html>
`

// notBuilt says what is wrong when the program was compiled without its interface.
func (s *Server) notBuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	s.write(w, []byte(notBuiltPage))
}
