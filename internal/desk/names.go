package desk

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Names that customers see are settled here, when somebody comes in: what the policy of the service hides is in no public name, and the
// projection for customers knows public names only.

// expertName is what the customer may see of an expert's name.
func expertName(s store.Service, name string) string {
	return shownName(s.Settings.ExpertNames, s.Settings.Alias, name)
}

// staffer is an agent as the participants of a conversation of that service will know them.
func staffer(s store.Service, a store.Agent) chat.Staffer {
	name := a.Name
	if a.Nickname != "" {
		name = a.Nickname
	}
	return chat.Staffer{ID: a.ID, Name: a.Name, Nickname: a.Nickname, PublicName: shownName(s.Settings.AgentNames, s.Settings.AgentAlias, name)}
}

func shownName(policy store.NamePolicy, alias, name string) string {
	switch policy {
	case store.NameFirst:
		return firstName(name)
	case store.NameAlias:
		return alias
	}
	return name
}

// firstName finds the first name in a full one: the first word; after a comma where the family name stands first ("Lind, Erik"), and the
// last word in scripts that write the family name first.
func firstName(name string) string {
	if _, after, ok := strings.Cut(name, ","); ok && strings.TrimSpace(after) != "" {
		name = after
	}
	words := strings.Fields(name)
	switch {
	case len(words) == 0:
		return ""
	case strings.IndexFunc(words[0], func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana)
	}) >= 0:
		return words[len(words)-1]
	}
	return words[0]
}

// serviceOf reads the service of a conversation.
func (d *Desk) serviceOf(ctx context.Context, c *chat.Conversation) (store.Service, error) {
	service, err := d.store.Service(ctx, c.Service)
	if err != nil {
		return store.Service{}, fmt.Errorf("read service %s: %w", c.Service, err)
	}
	return service, nil
}
