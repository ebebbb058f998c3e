package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/media"
)

// photoLimit is the largest photo that is taken, in bytes.
const photoLimit = 2 << 20

type photoIn struct{ exchanged }

// putPhoto makes a square of a photo and stores that: what else was in the file stays nowhere.
func (s *Server) putPhoto(ctx context.Context, who auth.Session, in *photoIn) (Me, error) {
	raw, err := io.ReadAll(io.LimitReader(in.request.Body, photoLimit+1))
	switch {
	case err != nil: // whatever it is called, the sender broke off
		return Me{}, chat.RefuseField("file", "file_incomplete", "The photo did not come in whole.")
	case len(raw) > photoLimit:
		return Me{}, &chat.Error{Kind: chat.TooLarge, Code: "photo_too_large", Field: "file", Text: fmt.Sprintf("A photo may have at most %d MB.", photoLimit>>20)}
	}
	photo, err := media.Portrait(ctx, raw)
	if err != nil {
		return Me{}, err
	}
	if err := s.cfg.Auth.SetPhoto(ctx, who.Agent, photo); err != nil {
		return Me{}, err
	}
	return LoadMe(ctx, s.cfg.Auth, s.cfg.Microsoft, who.Agent)
}

func (s *Server) dropPhoto(ctx context.Context, who auth.Session, _ *bare) (nothing, error) {
	return nothing{}, s.cfg.Auth.SetPhoto(ctx, who.Agent, nil)
}

type photosOut struct {
	Photos map[chat.AgentID]string `json:"photos" doc:"Version of the photo by agent."`
}

func (s *Server) photos(ctx context.Context, _ auth.Session, _ *struct{}) (photosOut, error) {
	versions, err := s.cfg.Store.PhotoVersions(ctx)
	return photosOut{versions}, err
}

type onePhotoIn struct {
	Agent chat.AgentID `path:"agent"`
}

func (s *Server) photo(ctx context.Context, _ auth.Session, in *onePhotoIn) (func(huma.Context), error) {
	return s.sendPhoto(ctx, in.Agent)
}

type visitorPhotosOut struct {
	Photos map[chat.ParticipantID]string `json:"photos" doc:"Version of the photo by participant."`
}

func (s *Server) visitorPhotos(ctx context.Context, a desk.Actor, _ *struct{}) (visitorPhotosOut, error) {
	faces, err := s.cfg.Desk.Faces(ctx, a)
	out := visitorPhotosOut{map[chat.ParticipantID]string{}}
	for n, f := range faces {
		out.Photos[n] = f.Photo
	}
	return out, err
}

type visitorPhotoIn struct {
	N chat.ParticipantID `path:"n"`
}

func (s *Server) visitorPhoto(ctx context.Context, a desk.Actor, in *visitorPhotoIn) (func(huma.Context), error) {
	faces, err := s.cfg.Desk.Faces(ctx, a)
	if err != nil {
		return nil, err
	}
	f, ok := faces[in.N]
	if !ok {
		return nil, chat.Refuse(chat.NotFound, "no_photo", "There is no such photo.")
	}
	return s.sendPhoto(ctx, f.Agent)
}

// sendPhoto answers with a photo that browsers may keep; they ask again whether it is still the same.
func (s *Server) sendPhoto(ctx context.Context, agent chat.AgentID) (func(huma.Context), error) {
	photo, version, err := s.cfg.Store.Photo(ctx, agent)
	if err != nil {
		return nil, err
	}
	return func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", "image/jpeg")
		h.Set("ETag", `"`+version+`"`)
		h.Set("Cache-Control", "private, no-cache")
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(photo))
	}, nil
}
