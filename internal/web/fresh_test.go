package web

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// TestSpoiltTicket: a ticket that was used already says nothing about who has it: the widget is told to come back, not to forget all.
func TestSpoiltTicket(t *testing.T) {
	w := start(t, nil)
	lena := w.lena()
	var ticket ticketOut
	lena.want(201, lena.call("POST", "/visitor/tickets", ""), &ticket)
	dial := func() *websocket.Conn {
		ws, _, err := websocket.Dial(t.Context(), strings.Replace(w.url, "http", "ws", 1)+apiRoot+"/visitor/live?ticket="+query(ticket.Ticket), &websocket.DialOptions{HTTPClient: http.DefaultClient})
		w.must(err)
		return ws
	}
	dial().CloseNow() // a handshake whose answer is lost, and that a proxy repeats
	_, _, err := dial().Read(t.Context())
	if got := websocket.CloseStatus(err); got != 4012 {
		t.Errorf("a used ticket closes with %d: %v", got, err)
	}
}

// TestPhotoOfAColleagueWhoWasAsked: a customer sees nobody who has not come in.
func TestPhotoOfAColleagueWhoWasAsked(t *testing.T) {
	w := start(t, nil)
	anna, ben := w.signIn("anna"), w.signIn("ben")
	var photo bytes.Buffer
	w.must(jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 300, 300)), nil))
	put := ben.call("PUT", "/me/photo", photo.String())
	put.header = map[string][]string{"Content-Type": {"image/jpeg"}}
	w.want(200, put, nil)
	lena := w.lena()
	anna.accept(lena.id)
	anna.want(200, anna.call("POST", anna.at(lena.id)+"/colleagues", `{"agent":"`+string(ben.me.ID)+`"}`), nil)
	if a := lena.want(200, lena.call("GET", "/visitor/photos", ""), nil); strings.TrimSpace(a.body) != `{"photos":{}}` {
		t.Errorf("the customer learns %s", a.body)
	}
	if a := lena.do(lena.call("GET", "/visitor/photos/3", "")); a.status != 404 {
		t.Errorf("the customer gets a photo of %d bytes", len(a.body))
	}
}

// TestOpeningTwice: an opening whose answer got lost is sent again, under its secret.
func TestOpeningTwice(t *testing.T) {
	w := start(t, nil)
	const secret = "0123456789abcdefghijklmnopqrstuv"
	open := func(secret string) (out openedOut) {
		w.want(201, request{method: "POST", path: "/visitor/conversations", body: `{"name":"Lena","locale":"de","page":{"url":"","title":""},"text":"Hilfe","id":"l0","secret":"` + secret + `"}`}, &out)
		return out
	}
	first, again, other := open(secret), open(secret), open(strings.ToUpper(secret))
	if first.Conversation.ID != again.Conversation.ID || first.Token != again.Token || first.Conversation.Last != again.Conversation.Last {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if first.Conversation.ID == other.Conversation.ID || first.Token == other.Token {
		t.Error("another secret opens the same conversation")
	}
	w.refused(422, "bad_secret", "secret", request{method: "POST", path: "/visitor/conversations", body: `{"locale":"de","page":{"url":"","title":""},"secret":"short"}`})
}
