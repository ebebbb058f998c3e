package web

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// Demo says what the stage shows. It is set in demo mode only: it tells passwords to everybody.
type Demo struct {
	Teams         string             `json:"teams"` // address of the simulated tenant
	Agents        []DemoAgent        `json:"agents"`
	Experts       []string           `json:"experts"` // names, as the tenant knows them
	Conversations []DemoConversation `json:"-"`
}

// DemoAgent is an agent whom anybody may be.
type DemoAgent struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Name     string `json:"name"`
}

// DemoConversation is a conversation that the stage can play. Lines are pairs of speaker and text.
type DemoConversation struct {
	ID    string      `json:"id"`
	Title string      `json:"title"`
	Lines [][2]string `json:"lines"`
}

// origin returns the origin of the simulated tenant.
func (d *Demo) origin() string {
	u, err := url.Parse(d.Teams)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (s *Server) stageConfig() http.Handler { return s.answer(s.cfg.Demo) }

func (s *Server) stageConversations() http.Handler {
	return s.answer(map[string]any{"conversations": append([]DemoConversation{}, s.cfg.Demo.Conversations...)})
}

// answer serves something that never changes as JSON.
func (s *Server) answer(v any) http.Handler {
	b, err := json.Marshal(v)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		s.write(w, b)
	})
}
