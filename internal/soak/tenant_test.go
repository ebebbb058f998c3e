package soak

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"trialog/internal/teamsim"
)

// tenant is the simulated Microsoft, met directly and not over the wire that can be cut.
type tenant struct {
	*api
	ids map[string]string // person → object id
}

func newTenant(ctx context.Context, base string) (*tenant, error) {
	s := &tenant{api: &api{client: &http.Client{}, base: base}, ids: map[string]string{}}
	var list struct{ People []struct{ ID, Name string } }
	if err := s.insist(ctx, "GET", "/sim/people", nil, &list); err != nil {
		return nil, err
	}
	for _, p := range list.People {
		s.ids[p.Name] = p.ID
	}
	return s, nil
}

// chats is everything that was committed.
func (s *tenant) chats(ctx context.Context) ([]teamsim.Chat, error) {
	var all struct{ Chats []teamsim.Chat }
	err := s.call(ctx, "GET", "/sim/chats", nil, &all)
	return all.Chats, err
}

// expert is somebody with a Teams client.
type expert struct {
	*api
	name string
}

func (s *tenant) as(ctx context.Context, name string) (*expert, error) {
	var in struct{ Token string }
	if err := s.call(ctx, "POST", "/sim/session", map[string]string{"person": name}, &in); err != nil {
		return nil, fmt.Errorf("%s opens Teams: %w", name, err)
	}
	return &expert{name: name, api: &api{client: s.client, base: s.base + "/v1.0", bearer: "Bearer " + in.Token}}, nil
}

// thread looks for the chat of a conference among the expert's chats.
func (e *expert) thread(ctx context.Context, number int64) (id string, err error) {
	var list struct {
		Value []struct{ ID, Topic string } `json:"value"`
	}
	if err := e.call(ctx, "GET", "/me/chats?$top=50", nil, &list); err != nil {
		return "", err
	}
	for _, c := range list.Value {
		if carries(c.Topic, number) {
			return c.ID, nil
		}
	}
	return "", nil
}

// carries reports whether a chat's topic names a conversation.
func carries(topic string, number int64) bool {
	return slices.Contains(strings.Fields(topic), fmt.Sprintf("#%d", number))
}

// say writes into a chat and returns the id that Microsoft gave.
func (e *expert) say(ctx context.Context, chat, html string) (string, error) {
	var made struct{ ID string }
	err := e.call(ctx, "POST", "/chats/"+url.PathEscape(chat)+"/messages",
		map[string]any{"body": map[string]string{"contentType": "html", "content": html}}, &made)
	return made.ID, err
}
