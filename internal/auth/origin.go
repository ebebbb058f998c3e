package auth

import (
	"fmt"
	"net/url"
	"strings"
)

// Origins are the sites whose pages may call: any, or those listed.
type Origins struct {
	any  bool
	list map[string]bool
}

// ParseOrigins reads a list of origins such as "https://shop.example" or "http://localhost:3000". "*" alone allows any.
func ParseOrigins(list []string) (Origins, error) {
	o := Origins{list: map[string]bool{}}
	for _, s := range list {
		if s == "*" {
			o.any = true
			continue
		}
		origin, ok := canonicalOrigin(s)
		if !ok {
			return Origins{}, fmt.Errorf("origin %q: want scheme and host, such as https://shop.example", s)
		}
		o.list[origin] = true
	}
	return o, nil
}

// Any reports whether every site may call.
func (o Origins) Any() bool { return o.any }

// Allow reports whether pages of an origin, as a browser's Origin header names it, may call. "null" is no site.
func (o Origins) Allow(origin string) bool {
	canonical, ok := canonicalOrigin(origin)
	return ok && (o.any || o.list[canonical])
}

// canonicalOrigin writes an origin as browsers do: lower case, no default port.
func canonicalOrigin(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	default:
		return "", false
	}
	return scheme + "://" + host, true
}
