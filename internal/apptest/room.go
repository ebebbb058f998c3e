package apptest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"trialog/internal/chat"
)

// Publish says an expert's private line to the customer.
func (a *Agent) Publish(ctx context.Context, id chat.ConversationID, ref chat.Seq) (chat.Seq, error) {
	var p posted
	err := a.call(ctx, "POST", a.at(id)+"/publications", map[string]any{"ref": ref}, &p)
	return p.Seq, err
}

// Remind asks an expert once more.
func (a *Agent) Remind(ctx context.Context, id chat.ConversationID, name string) error {
	p, ok := a.Summary(id).Expert(name)
	if !ok {
		return fmt.Errorf("%s sees no expert %q", a.Login, name)
	}
	return a.call(ctx, "POST", fmt.Sprintf("%s/participants/%d/reminders", a.at(id), p.ID), map[string]any{}, nil)
}

// Bring offers a colleague ("agent") or a service a place; with a transfer the agent leaves when somebody accepts.
func (a *Agent) Bring(ctx context.Context, id chat.ConversationID, kind, name string, transfer bool) error {
	folders, err := a.Folders(ctx)
	if err != nil {
		return err
	}
	for _, f := range folders {
		for _, p := range f.People {
			if string(p.Account) == "@"+kind+"s" && p.Name == name {
				return a.call(ctx, "POST", a.at(id)+"/colleagues", map[string]any{kind: p.ID, "transfer": transfer}, nil)
			}
		}
	}
	return fmt.Errorf("%s finds no %s %q in the directory", a.Login, kind, name)
}

// Decline turns an offer down.
func (a *Agent) Decline(ctx context.Context, id chat.ConversationID) error {
	return a.call(ctx, "POST", a.at(id)+"/decline", map[string]any{}, nil)
}

// Offered lists the conversations in which the agent is offered a place.
func (a *Agent) Offered(ctx context.Context) ([]Summary, error) {
	var lists struct {
		Offers []Summary `json:"offers"`
	}
	err := a.call(ctx, "GET", "/conversations", nil, &lists)
	return lists.Offers, err
}

// PreviewLine is a line of the share preview.
type PreviewLine struct {
	Entry  chat.Entry `json:"entry"`
	Masked []string   `json:"masked"`
	Fixed  bool       `json:"fixed"`
	Hidden bool       `json:"hidden"`
}

// Preview opens the share preview.
func (a *Agent) Preview(ctx context.Context, id chat.ConversationID) (from chat.Seq, lines []PreviewLine, err error) {
	var p struct {
		From  chat.Seq      `json:"from"`
		Lines []PreviewLine `json:"lines"`
	}
	err = a.call(ctx, "GET", a.at(id)+"/preview", nil, &p)
	return p.From, p.Lines, err
}

// Share is what is chosen in the preview.
type Share struct {
	From      chat.Seq      `json:"from,omitempty"`
	Hide      []chat.Seq    `json:"hide,omitempty"`
	HideFiles []chat.FileID `json:"hideFiles,omitempty"`
	Lifted    []chat.Lift   `json:"lifted,omitempty"`
}

// InviteWith invites somebody with what was chosen in the preview.
func (a *Agent) InviteWith(ctx context.Context, id chat.ConversationID, name string, s Share) error {
	p, err := a.find(ctx, name)
	if err != nil {
		return err
	}
	return a.call(ctx, "POST", a.at(id)+"/invitations", map[string]any{"people": []map[string]any{{"account": p.Account, "id": p.ID}}, "share": s}, nil)
}

// LineOf finds the newest line that says a text, of an audience unless that is empty.
func LineOf(entries []chat.Entry, text string, audience chat.Audience) (chat.Seq, error) {
	for _, e := range slices.Backward(entries) {
		if e.Kind == chat.Message && strings.Contains(e.Content.PlainText(), text) && (audience == "" || e.Audience == audience) {
			return e.Seq, nil
		}
	}
	return 0, fmt.Errorf("no line says %q", text)
}

// Everything is every byte of the conversation that the customer can get: what came down live, what REST answers, the transcript.
func (c *Customer) Everything(ctx context.Context) (string, error) {
	all := c.Seen.Raw()
	for _, path := range []string{"/visitor/conversation?limit=1000", "/visitor/transcript"} {
		var b []byte
		if err := c.call(ctx, "GET", path, nil, &b); err != nil {
			return "", err
		}
		all += string(b)
	}
	return all, nil
}
