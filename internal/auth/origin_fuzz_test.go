package auth

import (
	"net/url"
	"strings"
	"testing"

	"trialog/internal/badinput"
)

// FuzzOrigins: of all origins that a page may claim, those that are listed are allowed and no others, however they are written; and a list that is
// taken allows what stands in it.
func FuzzOrigins(f *testing.F) {
	for _, b := range badinput.Texts() {
		f.Add(b.Text, b.Text)
	}
	for _, o := range []string{"https://shop.example", "HTTPS://SHOP.EXAMPLE:443", "http://localhost:3000", "null", "*", "https://shop.example.evil.test", "https://shop.example@evil.test", "https://shop.example/", "https://shop.example/x",
		"https://shop.example?", "https://shop.example#", "https://[::1]:443", "https://:443", "https://shop.example:", "//shop.example", "https:shop.example"} {
		f.Add(o, o)
		f.Add("https://shop.example", o)
	}
	f.Fuzz(func(t *testing.T, listed, claimed string) {
		o, err := ParseOrigins([]string{listed})
		if err != nil {
			return
		}
		if o.Any() != (listed == "*") {
			t.Fatalf("%q allows any", listed)
		}
		if listed != "*" && !o.Allow(listed) {
			t.Fatalf("%q is listed and not allowed", listed)
		}
		if !o.Allow(claimed) {
			return
		}
		u, err := url.Parse(claimed)
		if err != nil || u.User != nil || u.Hostname() == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
			t.Fatalf("%q is allowed", claimed)
		}
		if l, err := url.Parse(listed); listed != "*" && (err != nil || !strings.EqualFold(l.Hostname(), u.Hostname()) || !strings.EqualFold(l.Scheme, u.Scheme)) {
			t.Fatalf("%q is listed, %q allowed", listed, claimed)
		}
	})
}
