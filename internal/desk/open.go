package desk

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Opening is what a customer sends to open a conversation.
type Opening struct {
	Service chat.ServiceID // "" takes the installation's first service
	Visitor chat.Visitor
	Text    string // the first line; may be empty
	ID      string // its client id; required with Text
	// Secret is random, chosen by the client: the same again yields the first conversation. "" for an opening that can't be repeated.
	Secret string
}

// secretShape is what an Opening.Secret looks like.
var secretShape = regexp.MustCompile(`^[0-9A-Za-z]{32,64}$`)

// Opened is a new conversation and the token that lets its customer back in.
type Opened struct {
	Token        string
	Conversation *chat.Conversation
	First        chat.Seq // seq of the first line, 0 if there was none
}

// Open begins a conversation. It is durable when Open returns.
func (d *Desk) Open(ctx context.Context, o Opening) (Opened, error) {
	if err := checkVisitor(&o.Visitor); err != nil {
		return Opened{}, err
	}
	service, err := d.service(ctx, o.Service)
	if err != nil {
		return Opened{}, err
	}
	entries := chat.Open(chat.Opening{Visitor: o.Visitor, Service: service.Name})
	if o.Text != "" {
		line, err := firstLine(o)
		if err != nil {
			return Opened{}, err
		}
		entries = append(entries, line)
	}
	token, _ := d.store.NewToken()
	id := d.store.NewID()
	if o.Secret != "" {
		if !secretShape.MatchString(o.Secret) {
			return Opened{}, chat.RefuseField("secret", "bad_secret", "A secret has 32 to 64 letters and digits.")
		}
		id, token = store.OpeningOf(o.Secret)
	}
	done, err := d.store.Create(ctx, store.NewConversation{ID: chat.ConversationID(id), Service: service.ID,
		Visitor: o.Visitor, TokenHash: store.HashToken(token)}, entries)
	if err != nil {
		return Opened{}, fmt.Errorf("open a conversation: %w", err)
	}
	opened := Opened{Token: token, Conversation: done.Conversation}
	if o.Text != "" {
		opened.First = done.Entries[len(done.Entries)-1].Seq
	}
	return opened, nil
}

func firstLine(o Opening) (chat.Entry, error) {
	content := chat.FromText(o.Text)
	if err := content.Validate("text"); err != nil {
		return chat.Entry{}, err
	}
	k, err := key(1, o.ID)
	if err != nil {
		return chat.Entry{}, err
	}
	return chat.Entry{Author: 1, Audience: chat.Everyone, Kind: chat.Message, Content: content, Key: k}, nil
}

// service finds the service asked for, or the first one.
func (d *Desk) service(ctx context.Context, id chat.ServiceID) (store.Service, error) {
	all, err := d.store.Services(ctx)
	if err != nil {
		return store.Service{}, fmt.Errorf("list services: %w", err)
	}
	for _, s := range all {
		if s.ID == id || id == "" {
			return s, nil
		}
	}
	if len(all) == 0 {
		return store.Service{}, chat.Refuse(chat.Unavailable, "no_service", "No service is set up yet.")
	}
	return store.Service{}, chat.RefuseField("service", "no_service", "There is no such service.")
}

// checkVisitor cleans what a stranger says about themself and refuses what does not fit.
func checkVisitor(v *chat.Visitor) error {
	v.Name = oneLine(v.Name)
	v.Email = strings.TrimSpace(v.Email)
	v.Page.Title = oneLine(v.Page.Title)
	for field, s := range map[string]struct {
		text  string
		limit int
	}{"name": {v.Name, 80}, "email": {v.Email, 254}, "locale": {v.Locale, 35}, "page.title": {v.Page.Title, 300}, "page.url": {v.Page.URL, 2048}} {
		if utf8.RuneCountInString(s.text) > s.limit {
			return chat.RefuseField(field, "too_long", "At most %d characters.", s.limit)
		}
	}
	if v.Email != "" {
		if a, err := mail.ParseAddress(v.Email); err != nil || a.Address != v.Email {
			return chat.RefuseField("email", "bad_email", "This is not an e-mail address.")
		}
	}
	if v.Page.URL != "" {
		href, ok := chat.SafeHref(v.Page.URL)
		if !ok {
			return chat.RefuseField("page.url", "bad_link", "The page's address must be an http or https address.")
		}
		v.Page.URL = href
	}
	return checkAttributes(v.Attributes)
}

func checkAttributes(attributes map[string]string) error {
	if len(attributes) > 20 {
		return chat.RefuseField("attributes", "too_many", "At most 20 attributes.")
	}
	for name, value := range attributes {
		if utf8.RuneCountInString(name) > 40 || utf8.RuneCountInString(value) > 500 {
			return chat.RefuseField("attributes", "too_long", "An attribute has a name of at most 40 and a value of at most 500 characters.")
		}
	}
	return nil
}

// oneLine makes a name or title of typed text.
func oneLine(s string) string {
	return strings.Join(strings.Fields(chat.Clean(s)), " ")
}
