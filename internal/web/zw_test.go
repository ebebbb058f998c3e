package web

import (
	"strings"
	"testing"
)

// Anna clicks 👍 in two tabs at once, ben in none; and she takes it back once.
func TestZwTranscriptReactions(t *testing.T) {
	w := start(t, nil)
	v, anna := w.lena(), w.signIn("anna")
	at := anna.at(v.id)
	anna.accept(v.id)
	w.want(201, anna.call("POST", at+"/reactions", `{"id":"r1","ref":2,"emoji":"👍"}`), nil)
	w.want(201, anna.call("POST", at+"/reactions", `{"id":"r2","ref":2,"emoji":"👍"}`), nil)
	page := anna.call("GET", at+"/transcript", "").body
	t.Log("after twice:", strings.Count(page, "👍"), page)
	w.want(201, anna.call("POST", at+"/reactions", `{"id":"r3","ref":2,"emoji":"👍","withdrawn":true}`), nil)
	page = anna.call("GET", at+"/transcript", "").body
	if n := strings.Count(page, "👍"); n != 0 {
		t.Fatalf("anna took her 👍 back: %d in the transcript", n)
	}
}
