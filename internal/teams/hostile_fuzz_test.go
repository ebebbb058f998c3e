package teams

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"trialog/internal/badinput"
	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/graph"
	"trialog/internal/graph/graphtest"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// ownTags are all elements that a post may have, with what the HTML parser adds by itself.
var ownTags = []string{"html", "head", "body", "p", "blockquote", "li", "ul", "ol", "table", "tbody", "tr", "td", "pre", "code", "br", "a", "strong", "em", "u", "s"}

// FuzzRender: whatever a line says, the post has our own elements only, leads nowhere but where links may lead, and Teams' clients can be answered
// from it: what is read back is valid.
func FuzzRender(f *testing.F) {
	for _, b := range badinput.Texts() {
		text, err := json.Marshal(chat.Content{{T: chat.Paragraph, Kids: []chat.Node{{T: chat.Text, Text: b.Text, Marks: []chat.Mark{chat.Bold, chat.Code}}, {T: chat.Mention, Text: b.Text}, {T: chat.Emoji, Text: b.Text}}},
			{T: chat.CodeBlock, Text: b.Text, Lang: b.Text}, {T: chat.Quote, Text: b.Text, Kids: chat.FromText(b.Text)}, {T: chat.Placeholder, What: b.Text, Text: b.Text}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`[{"t":"list","kids":[{"t":"item","kids":[{"t":"p","kids":[{"t":"link","href":"https://x.example/?q=%22","kids":[{"t":"text","text":"\"><b>"}]}]}]}]},{"t":"table","kids":[{"t":"row","kids":[{"t":"cell","kids":[{"t":"p"}]}]}]}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var content chat.Content
		if json.Unmarshal(body, &content) != nil || content.Validate("content") != nil || len(content.Files()) > 0 {
			return
		}
		text := rendered(t, content)
		checkOwnHTML(t, text)
		if err := readBack(text).Validate("content"); err != nil {
			t.Fatalf("%s reads back as %v", text, err)
		}
	})
}

// checkOwnHTML fails when HTML of ours has an element, an attribute or an address that only a stranger can have put there.
func checkOwnHTML(t *testing.T, text string) {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Type == html.CommentNode || n.Type == html.ElementNode && !slices.Contains(ownTags, n.Data) {
			t.Fatalf("%s has a %q", text, n.Data)
		}
		for _, a := range n.Attr {
			if href, ok := chat.SafeHref(a.Val); n.Data != "a" || a.Key != "href" || !ok || href != a.Val {
				t.Fatalf("%s has %s=%q", text, a.Key, a.Val)
			}
		}
	}
}

// FuzzMarker: our marker is found at its place in a message of the thread's sender, and nowhere else: not of somebody else, not in a quotation that
// something follows.
func FuzzMarker(f *testing.F) {
	for _, b := range badinput.Texts() {
		f.Add(b.Text, "ABCDEFGHIJKLMNOP", " ")
	}
	f.Add("<p>x</p>", "AAAAAAAAAAAAAAAA", "<br/>&nbsp;</p></div>")
	f.Add(`<abbr title="tl:BBBBBBBBBBBBBBBB"></abbr>`, "AAAAAAAAAAAAAAAA", "\u00a0")
	f.Add("", "aaaaaaaaaaaaaaaa", "")
	f.Fuzz(func(t *testing.T, text, marker, behind string) {
		thread := store.Thread{Sender: "us", Earlier: []chat.PersonID{"before"}}
		from := func(who graph.UserID, body string) graph.ChatMessage {
			return graph.ChatMessage{From: &graph.From{User: &graph.Who{ID: who}}, Body: graph.Body{ContentType: "html", Content: body}}
		}
		whole := regexpMarker(marker)
		for _, who := range []graph.UserID{"us", "before"} {
			if got := markerOf(thread, from(who, text+markTag(marker))); whole && got != marker {
				t.Fatalf("of %q with its marker at the end, %q was found", text, got)
			}
		}
		if got := markerOf(thread, from("us", text+markTag(marker)+behind)); got != "" && (len(got) != 16 || !strings.Contains(text+markTag(marker)+behind, got)) {
			t.Fatalf("%q was found", got)
		}
		for _, m := range []graph.ChatMessage{from("them", text+markTag(marker)), from("", text+markTag(marker)), {Body: graph.Body{ContentType: "html", Content: text + markTag(marker)}},
			from("us", "<blockquote>"+text+markTag(marker)+"</blockquote><p>I see</p>"), from("us", text+markTag(marker)+"x")} {
			if got := markerOf(thread, m); got != "" {
				t.Fatalf("%q was found in %q", got, m.Body.Content)
			}
		}
	})
}

func regexpMarker(s string) bool {
	return len(s) == 16 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// mailbox is a connector with one account and one subscription, at which anybody may knock.
type mailbox struct {
	*run
	key *rsa.PublicKey
}

const (
	earTenant = "aaaaaaaa-0000-0000-0000-000000000001"
	earClient = "bbbbbbbb-0000-0000-0000-000000000002"
	earState  = "only-microsoft-knows"
)

func openMailbox(tb testing.TB) *mailbox {
	tb.Helper()
	ctx := tb.Context()
	s := storetest.Open(tb, storetest.SQLite(tb))
	cert, private, err := graph.NewCertificate(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	now := time.Now()
	agent, aerr := s.CreateAgent(ctx, store.Agent{Login: "anna", Name: "Anna Becker"})
	err = errors.Join(aerr, s.PutAccount(ctx, store.Account{ID: "contoso", Tenant: earTenant, ClientID: earClient, Secret: "s", Cert: cert, CertKey: der}),
		s.PutSubscription(ctx, store.TeamsSubscription{Account: "contoso", Agent: agent.ID, ID: "s1", Path: "p1", State: earState, Expires: now.Add(time.Hour), Authorized: now, Cert: certID(cert)}))
	if err != nil {
		tb.Fatal(err)
	}
	k, err := New(ctx, Config{Store: s, Desk: desk.New(desk.Config{Store: s}), PublicURL: "https://trialog.test", Node: "n", Log: slog.New(slog.DiscardHandler),
		Endpoint: graph.Endpoint{HTTP: &http.Client{Transport: graphtest.Keys{}}}})
	if err != nil {
		tb.Fatal(err)
	}
	return &mailbox{newRun(k, "contoso", func() {}), &private.PublicKey}
}

// envelope is a notification about one message, as Microsoft sends it.
func (e *mailbox) envelope(t testing.TB, header, payload, state, resource, message string) []byte {
	t.Helper()
	account, _ := e.account("contoso")
	c := graph.Encrypted{CertificateID: certID(account.Cert)}
	c.Data, c.Signature, c.Key = graphtest.Seal(t, []byte(message), e.key)
	text, err := json.Marshal(map[string]any{"validationTokens": []string{graphtest.Sign(t, header, payload)}, "value": []map[string]any{{"subscriptionId": "s1", "changeType": "created",
		"clientState": state, "tenantId": earTenant, "resource": resource, "encryptedContent": map[string]string{"data": c.Data, "dataSignature": c.Signature, "dataKey": c.Key, "encryptionCertificateId": c.CertificateID}}}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// FuzzInbox: whatever is sent to the hook is answered, kept as it came, and opened without harm; a message comes out only of what Microsoft signed for
// us, for this subscription, about that message.
func FuzzInbox(f *testing.F) {
	payload := `{"aud":"` + earClient + `","iss":"https://sts.windows.net/` + earTenant + `/","appid":"` + graphtest.Publisher + `","exp":2000000000}`
	const resource, message = "chats('19:a@thread.v2')/messages('1700000000001')", `{"id":"1700000000001","chatId":"19:a@thread.v2","body":{"contentType":"html","content":"<p>x</p>"}}`
	e := openMailbox(f)
	good := e.envelope(f, graphtest.GoodHeader, payload, earState, resource, message)
	f.Add(good, "", graphtest.GoodHeader, payload, earState, resource, message)
	f.Add([]byte(`{"value":[{"subscriptionId":"s1","clientState":"`+earState+`","lifecycleEvent":"reauthorizationRequired"}]}`), "token", graphtest.GoodHeader, "{}", earState, resource, message)
	f.Add([]byte(`{"value":[{}]}`), strings.Repeat("x", 3000), `{"alg":"none"}`, payload, "", "chats('')/messages('1')", "null")
	f.Add([]byte(`[]`), "<b>", graphtest.GoodHeader, payload, earState, "teams('x')/channels('y')/messages('1')", `{"id":"2"}`)
	for _, b := range badinput.Texts() {
		f.Add([]byte(b.Text), b.Text, graphtest.GoodHeader, payload, earState, "chats('"+b.Text+"')/messages('1')", `{"id":"1","body":{"content":"x"}}`)
	}
	for _, b := range badinput.Tokens() {
		f.Add([]byte(`{"validationTokens":["`+b.Text+`"],"value":[{"clientState":"`+earState+`","subscriptionId":"s1"}]}`), b.Text, graphtest.GoodHeader, payload, "x", resource, message)
	}
	f.Fuzz(func(t *testing.T, body []byte, validation, header, payload, state, resource, message string) {
		e.knock(t, body, validation)
		e.drain(t, body)
		if !utf8.ValidString(resource) {
			return // JSON can't carry it
		}
		made := e.envelope(t, header, payload, state, resource, message)
		told, _, err := e.open(t.Context(), store.Delivery{Account: "contoso", Path: "p1", Body: made})
		if err != nil && len(told) > 0 {
			t.Fatalf("refused (%v), and yet something is told", err)
		}
		for _, m := range told {
			if state != earState || !strings.Contains(resource, "'"+string(m.ID)+"'") || !strings.Contains(resource, "'"+string(m.ChatID)+"'") || !strings.Contains(payload, earTenant) {
				t.Fatalf("%s %s %s tells of message %s in %s", payload, state, resource, m.ID, m.ChatID)
			}
			if err := parse(m, fake()).Validate("content"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// knock sends something to the hook, and to an address that is none.
func (e *mailbox) knock(t *testing.T, body []byte, validation string) {
	t.Helper()
	for path, known := range map[string]bool{"p1": true, "p1/lifecycle": true, "p2": false} {
		at := hookRoot + path
		if validation != "" {
			at += "?validationToken=" + url.QueryEscape(validation)
		}
		w := httptest.NewRecorder()
		e.hook(w, httptest.NewRequestWithContext(t.Context(), "POST", at, strings.NewReader(string(body))))
		want, says := http.StatusAccepted, ""
		switch {
		case validation == "":
		case known && len(validation) <= maxValidation:
			want, says = http.StatusOK, validation
		default:
			want = http.StatusNotFound
		}
		if w.Code != want || w.Body.String() != says {
			t.Fatalf("%s answers %d %q, want %d %q", at, w.Code, w.Body, want, says)
		}
		if w.Code == http.StatusOK && (!strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") || w.Header().Get("X-Content-Type-Options") != "nosniff") {
			t.Fatalf("%s answers as %v", at, w.Header())
		}
	}
}

// drain looks at what the hook kept: it is what came, and tells nothing, for nobody but Microsoft could have signed it.
func (e *mailbox) drain(t *testing.T, body []byte) {
	t.Helper()
	list, err := e.Store.Deliveries(t.Context(), "contoso", store.Delivery{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	b := &batch{run: e.run, stuck: map[graph.ChatID]bool{}}
	for _, d := range list {
		if string(d.Body) != string(body) {
			t.Fatalf("kept %q of %q", d.Body, body)
		}
		if err := b.add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if err := e.Store.DropDelivery(t.Context(), d.ID); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range b.opened {
		if strings.HasPrefix(o.why, "panic") {
			t.Fatalf("%s in %s", o.why, body)
		}
	}
	for _, m := range b.told {
		if !strings.Contains(string(body), earState) || !strings.Contains(string(body), "validationTokens") {
			t.Fatalf("%s tells of %s", body, m.ID)
		}
	}
}
