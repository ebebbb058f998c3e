package web

import (
	"context"
	"net/http"
	"net/url"

	"trialog/internal/auth"
	"trialog/internal/chat"
	"trialog/internal/desk"
)

var errTeamsOff = chat.Refuse(chat.Conflict, "teams_off", "This installation has no Microsoft Teams account.")

// linkOff is the TeamsLink of an installation without an account.
type linkOff struct {
	State string `json:"state"`
}

// link returns the agent's TeamsLink.
func (m Microsoft) link(ctx context.Context, agent chat.AgentID) (any, error) {
	if m.Link == nil {
		return linkOff{"off"}, nil
	}
	return m.Link(ctx, agent)
}

func (s *Server) teamsLink(ctx context.Context, who auth.Session, _ *struct{}) (any, error) {
	return s.cfg.Microsoft.link(ctx, who.Agent)
}

type urlOut struct {
	URL string `json:"url" doc:"Where to send the browser."`
}

type teamsStartIn struct {
	Body *struct {
		Account  chat.AccountID `json:"account,omitempty" doc:"Which account, where there are several."`
		Channels bool           `json:"channels,omitempty" doc:"Ask for what writing in channels needs, too."`
	}
}

func (s *Server) teamsStart(ctx context.Context, who auth.Session, in *teamsStartIn) (urlOut, error) {
	if s.cfg.Microsoft.Start == nil {
		return urlOut{}, errTeamsOff
	}
	start, with := s.cfg.Microsoft.Start, chat.AccountID("")
	if in.Body != nil {
		with = in.Body.Account
		if in.Body.Channels {
			start = s.cfg.Microsoft.StartWithChannels
		}
	}
	at, err := start(ctx, who.Agent, who.ID(), who.Locale, with)
	return urlOut{at}, err
}

func (s *Server) teamsDisable(ctx context.Context, who auth.Session, _ *bare) (nothing, error) {
	if s.cfg.Microsoft.Disable == nil {
		return nothing{}, errTeamsOff
	}
	return nothing{}, s.cfg.Microsoft.Disable(ctx, who.Agent)
}

type carriedOut struct {
	Conferences any `json:"conferences" doc:"Running conferences: {id?, number, service, customer?}."`
}

func (s *Server) teamsCarries(ctx context.Context, who auth.Session, _ *struct{}) (carriedOut, error) {
	if s.cfg.Microsoft.Carries == nil {
		return carriedOut{[]struct{}{}}, nil
	}
	list, err := s.cfg.Microsoft.Carries(ctx, who.Agent)
	return carriedOut{list}, err
}

// teamsCallback takes the browser back from Microsoft and sends it on to the profile, with what went wrong in the fragment.
func (s *Server) teamsCallback(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if q := r.URL.Query(); q.Has("admin_consent") {
		consented(w, q)
		return
	}
	who, err := s.cfg.Auth.Session(ctx, sessionToken(r))
	if err == nil {
		if s.cfg.Microsoft.Finish == nil {
			err = errTeamsOff
		} else {
			err = s.cfg.Microsoft.Finish(ctx, who.Agent, who.ID(), r.URL.Query())
		}
	}
	to := "/#/profile"
	if err != nil {
		p := s.problem(ctx, err)
		q := url.Values{"error": {p.Code}}
		if p.Field != "" {
			q.Set("detail", p.Field)
		}
		if p.Status == http.StatusInternalServerError {
			q.Set("detail", p.RequestID)
		}
		to += "?" + q.Encode()
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// consented takes back the browser of an administrator of the tenant, who need not be anybody at the desk. What Microsoft says here is
// not signed, so it is shown and nothing more: the connection test tells what is true. [v2-admin-consent]
func consented(w http.ResponseWriter, q url.Values) {
	outcome := "granted"
	if q.Get("error") != "" {
		outcome = "refused"
	}
	w.Header().Set("Location", "/#/admin/accounts?consent="+outcome)
	w.WriteHeader(http.StatusSeeOther)
}

func (s *Server) retryLane(ctx context.Context, a desk.Actor, _ *bare) (nothing, error) {
	retry := s.cfg.Microsoft.RetryLane
	if retry == nil {
		return nothing{}, errTeamsOff
	}
	return nothing{}, retry(ctx, a.Conversation)
}
