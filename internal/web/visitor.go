package web

import (
	"context"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"trialog/internal/chat"
	"trialog/internal/desk"
)

type servicesOut struct {
	Services []desk.ServiceName `json:"services"`
	Open     bool               `json:"open" doc:"Whether chats can be started now."`
}

func (s *Server) services(ctx context.Context, _ *struct{}) (servicesOut, error) {
	all, err := s.cfg.Store.Services(ctx)
	if err != nil {
		return servicesOut{}, fmt.Errorf("list services: %w", err)
	}
	out := servicesOut{Services: []desk.ServiceName{}, Open: len(all) > 0}
	for _, v := range all {
		out.Services = append(out.Services, desk.ServiceName{ID: v.ID, Name: v.Name})
	}
	return out, nil
}

type openIn struct {
	exchanged
	Body struct {
		Service    chat.ServiceID    `json:"service,omitempty" doc:"Default: the first service."`
		Name       string            `json:"name,omitempty"`
		Email      string            `json:"email,omitempty"`
		Locale     string            `json:"locale" doc:"Language tag."`
		Page       chat.Page         `json:"page" doc:"Where the customer is."`
		Attributes map[string]string `json:"attributes,omitempty"`
		User       string            `json:"user,omitempty" doc:"JWT (HS256) by which the site vouches for name and email."`
		Text       string            `json:"text,omitempty" doc:"The first line."`
		ID         string            `json:"id,omitempty" doc:"The first line's client id."`
		Secret     string            `json:"secret,omitempty" doc:"Random, 32 to 64 letters and digits: the same again gives the same conversation and token."`
	}
}

type openedOut struct {
	Token        string           `json:"token" doc:"Lets the customer back in. Shown once."`
	Conversation desk.VisitorView `json:"conversation"`
}

func (s *Server) openConversation(ctx context.Context, in *openIn) (openedOut, error) {
	b := in.Body
	if err := s.starts.allow(s.prefix(in.request)); err != nil {
		return openedOut{}, err
	}
	v := chat.Visitor{Name: b.Name, Email: b.Email, Locale: b.Locale, Page: b.Page, Attributes: b.Attributes}
	if b.User != "" {
		if err := s.vouched(&v, b.User); err != nil {
			return openedOut{}, err
		}
	}
	opened, err := s.cfg.Desk.Open(ctx, desk.Opening{Service: b.Service, Visitor: v, Text: b.Text, ID: b.ID, Secret: b.Secret})
	if err != nil {
		return openedOut{}, err
	}
	a, err := s.cfg.Desk.Customer(ctx, opened.Token)
	if err != nil {
		return openedOut{}, err
	}
	view, err := s.cfg.Desk.VisitorView(ctx, a)
	return openedOut{opened.Token, view}, err
}

// vouched takes name and e-mail from a token that the site has signed: HS256 and nothing else, with an end that has not come.
func (s *Server) vouched(v *chat.Visitor, token string) error {
	bad := chat.RefuseField("user", "bad_user", "The site's word about who this is does not hold.")
	if len(s.cfg.VisitorKey) == 0 {
		return bad
	}
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return bad
	}
	var claims jwt.Claims
	var who struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	}
	if err := t.Claims(s.cfg.VisitorKey, &claims, &who); err != nil || claims.Expiry == nil {
		return bad
	}
	if err := claims.ValidateWithLeeway(jwt.Expected{Time: time.Now()}, time.Minute); err != nil {
		return bad
	}
	if who.Name != "" {
		v.Name = who.Name
	}
	if who.Email != "" {
		v.Email = who.Email
	}
	v.Verified = true
	return nil
}

type visitorConversationOut struct {
	Conversation desk.VisitorView `json:"conversation"`
	Entries      []chat.Entry     `json:"entries"`
}

func (s *Server) visitorConversation(ctx context.Context, a desk.Actor, in *window) (visitorConversationOut, error) {
	entries, err := s.entries(ctx, a, in, visitorPage)
	if err != nil {
		return visitorConversationOut{}, err
	}
	view, err := s.cfg.Desk.VisitorView(ctx, a)
	return visitorConversationOut{view, entries}, err
}

type visitorLineIn struct {
	Body struct {
		ID    string        `json:"id" doc:"Client id: the same id with the same body again returns the first seq."`
		Text  string        `json:"text,omitempty"`
		Files []chat.FileID `json:"files,omitempty" nullable:"false"`
	}
}

func (s *Server) visitorPost(ctx context.Context, a desk.Actor, in *visitorLineIn) (desk.Posted, error) {
	return s.cfg.Desk.Post(ctx, a, desk.Line{ID: in.Body.ID, Audience: chat.Everyone, Text: in.Body.Text, Files: in.Body.Files})
}

type visitorEditIn struct {
	Body struct {
		ID   string   `json:"id"`
		Ref  chat.Seq `json:"ref" doc:"The line that is changed."`
		Text string   `json:"text"`
	}
}

func (s *Server) visitorEdit(ctx context.Context, a desk.Actor, in *visitorEditIn) (desk.Posted, error) {
	return s.cfg.Desk.Edit(ctx, a, in.Body.Ref, desk.Line{ID: in.Body.ID, Audience: chat.Everyone, Text: in.Body.Text})
}

func (s *Server) visitorDelete(ctx context.Context, a desk.Actor, in *deleteIn) (desk.Posted, error) {
	return s.cfg.Desk.Delete(ctx, a, in.Body.ID, in.Body.Ref)
}

func (s *Server) visitorRead(ctx context.Context, a desk.Actor, in *readIn) (nothing, error) {
	return s.read(ctx, a, in)
}

func (s *Server) visitorTyping(ctx context.Context, a desk.Actor, in *typingIn) (nothing, error) {
	return s.typing(ctx, a, in)
}

func (s *Server) visitorEnd(ctx context.Context, a desk.Actor, in *bare) (nothing, error) {
	return s.close(ctx, a, in)
}

func (s *Server) visitorTicket(ctx context.Context, a desk.Actor, _ *bare) (ticketOut, error) {
	t, err := s.cfg.Auth.VisitorTicket(ctx, a.Conversation)
	return ticketOut{t}, err
}
