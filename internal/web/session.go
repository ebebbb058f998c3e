package web

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trialog/internal/auth"
	"trialog/internal/chat"
)

// cookieName is the cookie of staff. The prefix makes browsers insist on Secure, on Path=/ and on our host alone.
const cookieName = "__Host-trialog"

// sessionToken returns the token of the session cookie, or "".
func sessionToken(r *http.Request) string {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return c.Value
}

func sessionCookie(token string, age int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: token, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// Me is what the browser of somebody of the staff should know about them. JSON: Me of docs/api.md.
type Me struct {
	ID       chat.AgentID    `json:"id"`
	Login    string          `json:"login"`
	Name     string          `json:"name"`
	Nickname string          `json:"nickname"`
	Locale   string          `json:"locale"`
	Roles    []auth.Role     `json:"roles"`
	Capacity int             `json:"capacity"`
	Settings json.RawMessage `json:"settings"`
	Photo    string          `json:"photo,omitempty" doc:"Version of the photo, if there is one."`
	Teams    any             `json:"teams" doc:"TeamsLink of docs/api.md."`
}

// LoadMe reads what the browser of an agent should know about the agent.
func LoadMe(ctx context.Context, a *auth.Auth, m Microsoft, agent chat.AgentID) (Me, error) {
	who, err := a.Staff(ctx, agent)
	if err != nil {
		return Me{}, err
	}
	return me(ctx, m, who)
}

func me(ctx context.Context, m Microsoft, who auth.Staff) (Me, error) {
	link, err := m.link(ctx, who.Agent)
	if err != nil {
		return Me{}, err
	}
	return Me{ID: who.Agent, Login: who.Login, Name: who.Name, Nickname: who.Nickname, Locale: who.Locale, Roles: who.Roles,
		Capacity: who.Capacity, Settings: who.Settings, Photo: who.Photo, Teams: link}, nil
}

// exchanged gives a call the request and the answer behind it. Calls that set cookies or stream bytes embed it.
type exchanged struct {
	request *http.Request
	writer  http.ResponseWriter
}

// Resolve is how huma hands them over.
func (e *exchanged) Resolve(hc huma.Context) []error {
	e.request, e.writer = humago.Unwrap(hc)
	return nil
}

// bare is the input of calls that take nothing; an empty object may be sent.
type bare struct {
	exchanged
	Body *struct{}
}

type signInBody struct {
	exchanged
	Body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
}

func (s *Server) signIn(ctx context.Context, in *signInBody) (Me, error) {
	old, hadOld := s.cfg.Auth.Session(ctx, sessionToken(in.request))
	token, who, err := s.cfg.Auth.SignIn(ctx, in.Body.Login, in.Body.Password, s.prefix(in.request))
	if err != nil {
		return Me{}, err
	}
	if hadOld == nil {
		if err := s.cfg.Auth.SignOut(ctx, old); err != nil {
			return Me{}, err
		}
	}
	http.SetCookie(in.writer, sessionCookie(token, int(auth.SessionLife.Seconds())))
	return me(ctx, s.cfg.Microsoft, who.Staff)
}

func (s *Server) session(ctx context.Context, who auth.Session, _ *struct{}) (Me, error) {
	return me(ctx, s.cfg.Microsoft, who.Staff)
}

func (s *Server) signOut(ctx context.Context, who auth.Session, in *bare) (nothing, error) {
	http.SetCookie(in.writer, sessionCookie("", -1))
	if forget := s.cfg.Microsoft.Talks.Forget; forget != nil {
		forget(who.Agent)
	}
	return nothing{}, s.cfg.Auth.SignOut(ctx, who)
}

type profile struct {
	Body struct {
		Name     *string         `json:"name,omitempty"`
		Nickname *string         `json:"nickname,omitempty"`
		Locale   *string         `json:"locale,omitempty"`
		Settings json.RawMessage `json:"settings,omitempty" doc:"An object that belongs to the desk's interface."`
	}
}

func (s *Server) changeMe(ctx context.Context, who auth.Session, in *profile) (Me, error) {
	changed, err := s.cfg.Auth.UpdateProfile(ctx, who.Agent, auth.Profile{Name: in.Body.Name, Nickname: in.Body.Nickname,
		Locale: in.Body.Locale, Settings: in.Body.Settings})
	if err != nil {
		return Me{}, err
	}
	return me(ctx, s.cfg.Microsoft, changed)
}

type ticketOut struct {
	Ticket string `json:"ticket" doc:"Opens one live connection within 30 seconds."`
}

func (s *Server) ticket(ctx context.Context, who auth.Session, _ *bare) (ticketOut, error) {
	t, err := s.cfg.Auth.StaffTicket(ctx, who)
	return ticketOut{t}, err
}
