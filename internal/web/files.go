package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
)

type uploadIn struct {
	exchanged
	Name string `query:"name" maxLength:"1000" doc:"What the file is called."`
}

func (s *Server) visitorUpload(ctx context.Context, a desk.Actor, in *uploadIn) (chat.File, error) {
	return s.upload(ctx, a, in)
}

// upload streams a file into the desk.
func (s *Server) upload(ctx context.Context, a desk.Actor, in *uploadIn) (chat.File, error) {
	end, err := s.uploads.begin(a.Conversation)
	if err != nil {
		return chat.File{}, err
	}
	defer end()
	limit := s.cfg.Desk.FileLimit()
	if in.request.ContentLength > limit {
		return chat.File{}, &chat.Error{Kind: chat.TooLarge, Code: "file_too_large", Field: "file", Text: fmt.Sprintf("A file may have at most %d MB.", limit>>20)}
	}
	body := sentBody{from: in.request.Body}
	f, err := s.cfg.Desk.AddFile(ctx, a, in.Name, &body)
	if err != nil && body.broken != nil {
		return chat.File{}, chat.RefuseField("file", "file_incomplete", "The file did not come in whole.")
	}
	return f, err
}

// sentBody is the body of an upload. It keeps why it broke off, for good: that is the sender's doing, whatever the error is called, and
// whatever else fails then, fails of that. The context of the request can't tell, because net/http ends it in the same moment.
type sentBody struct {
	from   io.Reader
	broken error
}

// Read reads on until the body breaks off.
func (b *sentBody) Read(p []byte) (int, error) {
	if b.broken != nil {
		return 0, b.broken
	}
	n, err := b.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.broken = err
	}
	return n, err
}

type downloadIn struct {
	File chat.FileID `path:"file"`
}

func (s *Server) visitorDownload(ctx context.Context, a desk.Actor, in *downloadIn) (func(huma.Context), error) {
	return s.send(ctx, a, in.File)
}

func (s *Server) download(ctx context.Context, who auth.Session, in *downloadIn) (func(huma.Context), error) {
	a, err := s.cfg.Desk.FileActor(ctx, who.Agent, in.File)
	if chat.IsKind(err, chat.NotFound) {
		return nil, errNoFile // whose it is, is nobody's business
	}
	if err != nil {
		return nil, err
	}
	return s.send(ctx, a, in.File)
}

var errNoFile = chat.Refuse(chat.NotFound, "no_file", "There is no such file.")

// send answers with a file of the actor's conversation.
func (s *Server) send(ctx context.Context, a desk.Actor, id chat.FileID) (func(huma.Context), error) {
	f, blob, err := s.cfg.Desk.OpenFile(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return func(hc huma.Context) {
		defer func() {
			if err := blob.Close(); err != nil {
				s.log.WarnContext(ctx, "close file", "file", id, "err", err)
			}
		}()
		r, w := humago.Unwrap(hc)
		s.serve(w, r, f, blob)
	}, nil
}

// serve answers with the bytes of a file. Pictures may be shown, in a sandbox; everything else is for saving, whatever it claims to be.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, f chat.File, bytes io.ReadSeeker) {
	h := w.Header()
	how, kind := "attachment", "application/octet-stream"
	if shown(f) {
		how, kind = "inline", f.Type
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(how, f.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes)
}

// shown reports whether browsers may show a file: only what package media took apart and put together again.
func shown(f chat.File) bool {
	switch f.Type {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return f.Picture()
	}
	return false
}

// disposition writes a Content-Disposition header: a plain name for old programs and the real one (RFC 6266, RFC 8187).
func disposition(how, name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, how, plain, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}
