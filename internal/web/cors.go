package web

import (
	"net/http"
	"net/url"
	"strings"

	"trialog/internal/chat"
)

var errForeignOrigin = chat.Refuse(chat.Forbidden, "foreign_origin", "Pages of this site may not call here.")

// cors lets pages of allowed sites call, never with cookies. Without an Origin header the caller is no page, and the token is all that
// counts.
func (s *Server) cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		origin := r.Header.Get("Origin")
		if origin != "" {
			if !s.ours(origin, r) && !s.origins.Allow(origin) {
				s.refuse(w, r, errForeignOrigin)
				return
			}
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "Content-Disposition, Retry-After, X-Request-Id")
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			h.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ours reports whether an origin is this installation's own.
func (s *Server) ours(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return strings.EqualFold(u.Host, r.Host) || u.Scheme == s.public.Scheme && strings.EqualFold(u.Host, s.public.Host)
}
