package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
)

// TestRoomIsRefused: what strangers, the wrong state and bad input get at the calls around an invitation.
func TestRoomIsRefused(t *testing.T) {
	w := start(t, nil)
	v, anna, ben := w.lena(), w.signIn("anna"), w.signIn("ben")
	at := anna.at(v.id)
	calls := []struct{ method, path, body string }{{"GET", "/preview", ""}, {"POST", "/publications", `{"ref":2}`}, {"POST", "/participants/3/reminders", "{}"},
		{"POST", "/colleagues", `{"service":"rechnung"}`}, {"POST", "/decline", "{}"}}
	for _, c := range calls {
		w.refused(404, "no_conversation", "", anna.call(c.method, at+c.path, c.body)) // not accepted yet
		w.refused(404, "no_conversation", "", ben.call(c.method, anna.at("aaaaaaaaaaaaaaaaaaaaaaaaaa")+c.path, c.body))
	}
	anna.accept(v.id)
	for _, c := range calls {
		w.refused(404, "no_conversation", "", ben.call(c.method, at+c.path, c.body))
	}
	invite := func(share string) string {
		return `{"people":[{"account":"contoso","id":"p-erik"}],"share":` + share + `}`
	}
	for _, c := range []struct {
		status                 int
		code, field, sub, body string
	}{
		{422, "no_line", "ref", "/publications", `{"ref":99}`},
		{422, "not_private", "ref", "/publications", `{"ref":2}`},
		{404, "no_participant", "", "/participants/1/reminders", `{}`},
		{404, "no_participant", "", "/participants/9/reminders", `{}`},
		{422, "agent_or_service", "agent", "/colleagues", `{}`},
		{422, "agent_or_service", "agent", "/colleagues", `{"agent":"x","service":"rechnung"}`},
		{422, "no_agent", "agent", "/colleagues", `{"agent":"nobody"}`},
		{422, "no_service", "service", "/colleagues", `{"service":"nothing"}`},
		{422, "bad_cursor", "share.from", "/invitations", invite(`{"from":-1}`)},
		{422, "bad_reason", "share.lifted[0].reason", "/invitations", invite(`{"lifted":[{"seq":2,"reason":" "}]}`)},
		{422, "no_line", "share.lifted[0].seq", "/invitations", invite(`{"lifted":[{"seq":99,"reason":"x"}]}`)},
		{422, "unknown_field", "share.masks", "/invitations", invite(`{"masks":{}}`)},
	} {
		w.refused(c.status, c.code, c.field, anna.call("POST", at+c.sub, c.body))
	}
}

// TestSharePreview: the preview shows everything masked, before an invitation; afterwards the thread as it is.
func TestSharePreview(t *testing.T) {
	w := start(t, nil)
	v, anna := w.lena(), w.signIn("anna")
	anna.accept(v.id)
	at := anna.at(v.id)
	w.want(201, v.call("POST", "/visitor/messages", `{"id":"v1","text":"4111 1111 1111 1111, a@b.de"}`), nil)
	w.want(201, anna.call("POST", at+"/messages", `{"id":"a1","audience":"backroom","text":"private"}`), nil)
	var p desk.SharePreview
	a := w.want(200, anna.call("GET", at+"/preview", ""), &p)
	if strings.Contains(a.body, "4111") || strings.Contains(a.body, "a@b.de") || p.From != 1 || !p.Live.Cards || p.Live.Emails {
		t.Errorf("the preview is %s", a.body)
	}
	i := slices.IndexFunc(p.Lines, func(l desk.PreviewLine) bool { return len(l.Masked) > 0 })
	if i < 0 || !slices.Contains(p.Lines[i].Masked, chat.MaskCard) || !slices.Contains(p.Lines[i].Masked, chat.MaskEmail) || p.Lines[i].Fixed {
		t.Errorf("masked line is %+v", p.Lines)
	}
	w.want(200, anna.call("POST", at+"/invitations", `{"people":[{"account":"contoso","id":"p-erik"}],"share":{"hide":[2],"lifted":[{"seq":4,"reason":"refund"}]}}`), nil)
	w.want(200, anna.call("GET", at+"/preview", ""), &p)
	if p.From != 0 || !p.Lines[1].Fixed || !p.Lines[1].Hidden || p.Lines[0].Hidden {
		t.Errorf("after the invitation: %+v", p)
	}
	trail, err := w.store.AuditTrail(t.Context(), "conversation:"+string(v.id), time.Time{}, 100)
	w.must(err)
	if !slices.ContainsFunc(trail, func(r store.AuditRecord) bool {
		return r.Action == "lift_mask" && strings.Contains(string(r.Detail), "refund")
	}) {
		t.Errorf("audit trail %+v", trail)
	}
}
