package web

import (
	"net/http"
	"strings"
)

// common sets what every answer carries.
func (s *Server) common(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	if s.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// look is how a page or its part is served.
type look int

const (
	deskPage   look = iota // the desk and its parts
	widgetPart             // what foreign sites load
	shopPage               // the demo shop
	stagePage              // frames of everything
)

// dress sets the headers of a page or its part.
func (s *Server) dress(h http.Header, l look) {
	policy := []string{"default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' blob: data:",
		"connect-src 'self'", "font-src 'self'", "media-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'self'",
		"frame-ancestors " + s.framers()}
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	if s.cfg.Demo != nil {
		h.Set("X-Frame-Options", "SAMEORIGIN")
	}
	switch l {
	case widgetPart:
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	case stagePage:
		policy = append(policy, "frame-src 'self' "+s.cfg.Demo.origin())
		policy[4] = "connect-src 'self' " + s.cfg.Demo.origin()
	}
	h.Set("Content-Security-Policy", strings.Join(policy, "; "))
}

// framers says who may put our pages into a frame: nobody, or the stage.
func (s *Server) framers() string {
	if s.cfg.Demo != nil {
		return "'self'"
	}
	return "'none'"
}

// build puts everything together: who may come from where stands here, what there is stands in routes.go.
func (s *Server) build() (http.Handler, error) {
	visitors, desks, err := s.api()
	if err != nil {
		return nil, err
	}
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(s.public.Scheme + "://" + s.public.Host); err != nil {
		return nil, err
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, errForeignOrigin) }))
	root := http.NewServeMux()
	root.Handle(apiRoot+"/visitor/", s.cors(s.problems(visitors)))
	root.Handle(apiRoot+"/", guard.Handler(s.problems(desks)))
	for _, r := range s.table {
		if r.who == "page" {
			root.Handle(r.method+" "+r.path, r.handler)
		}
	}
	return s.outermost(s.problems(root)), nil
}
