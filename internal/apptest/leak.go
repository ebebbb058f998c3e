package apptest

import (
	"encoding/json"
	"fmt"
	"strings"

	"trialog/internal/chat"
)

// told is what of a conversation its customer may read, and what must be in no byte that the customer gets.
type told struct {
	number int64
	public []string // texts of lines that the customer sees, in any version
	hidden []string // texts of lines that the customer must not see, and hidden names
}

// checkLeaks looks through every byte that went down customers' live connections: back-room lines, what is for staff, hidden names,
// ids of people at Microsoft, and whatever was said in other conversations must not be there.
func (w *World) checkLeaks() error {
	_, customers := w.people()
	all := map[chat.ConversationID]told{}
	for _, c := range customers {
		t, err := w.tell(c.ID)
		if err != nil {
			return err
		}
		all[c.ID] = t
	}
	people := w.Tenant.People()
	for _, c := range customers {
		got, err := allStrings(c.Seen.Raw())
		if err != nil {
			return fmt.Errorf("customer %s: what came down the live connection: %w", c.Name, err)
		}
		for _, p := range people {
			if strings.Contains(strings.ToLower(got), strings.ToLower(p.ID)) {
				return fmt.Errorf("customer %s has got the id of %s", c.Name, p.Name)
			}
		}
		if err := leaks(c.Name, got, c.ID, all); err != nil {
			return err
		}
	}
	return nil
}

// leaks looks for what is hidden in this conversation and for what is said in others. A text that the customer may see anyway – two
// conversations both hold "Danke" – is no leak.
func leaks(name, got string, id chat.ConversationID, all map[chat.ConversationID]told) error {
	own := strings.Join(all[id].public, "\n")
	find := func(texts []string, whose string) error {
		for _, s := range texts {
			if strings.Contains(got, s) && !strings.Contains(own, s) {
				return fmt.Errorf("customer %s has got %q, which is %s", name, s, whose)
			}
		}
		return nil
	}
	if err := find(all[id].hidden, "hidden from customers"); err != nil {
		return err
	}
	for other, t := range all {
		if other == id {
			continue
		}
		if err := find(append(t.hidden, t.public...), fmt.Sprintf("of conversation #%d", t.number)); err != nil {
			return err
		}
	}
	return nil
}

// tell reads a conversation out of the stored log.
func (w *World) tell(id chat.ConversationID) (told, error) {
	c, err := w.App.Store.Conversation(w.ctx, id)
	if err != nil {
		return told{}, err
	}
	t := told{number: c.Number, public: []string{c.Visitor.Name}}
	for after := chat.Seq(0); ; {
		entries, err := w.App.Store.Entries(w.ctx, id, after, 1000)
		if err != nil {
			return t, err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			text := e.Content.PlainText()
			if e.Fact != nil && e.Audience != chat.Everyone {
				text = e.Fact.Detail
			}
			if len([]rune(text)) < 6 {
				continue // stands by chance in anything
			}
			if chat.Sees(chat.Customer, e.Audience) {
				t.public = append(t.public, text)
			} else {
				t.hidden = append(t.hidden, text)
			}
		}
		after = entries[len(entries)-1].Seq
	}
	for _, p := range c.Participants {
		t.public = append(t.public, p.PublicName)
	}
	for _, p := range c.Participants {
		if p.Name != p.PublicName {
			t.hidden = append(t.hidden, hiddenParts(p)...)
		}
	}
	return t, nil
}

// hiddenParts are the words of a participant's name that the public name does not have.
func hiddenParts(p chat.Participant) []string {
	parts := []string{p.Name}
	for _, word := range strings.Fields(p.Name) {
		if len(word) > 3 && !strings.Contains(p.PublicName, word) {
			parts = append(parts, word)
		}
	}
	return parts
}

// allStrings decodes JSON values that stand one behind the other and returns every string in them, a line each: escapes hide nothing.
func allStrings(raw string) (string, error) {
	var b strings.Builder
	d := json.NewDecoder(strings.NewReader(raw))
	for d.More() {
		var v any
		if err := d.Decode(&v); err != nil {
			return "", err
		}
		collect(&b, v)
	}
	return b.String(), nil
}

func collect(b *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		b.WriteString(v)
		b.WriteByte('\n')
	case []any:
		for _, x := range v {
			collect(b, x)
		}
	case map[string]any:
		for key, x := range v {
			b.WriteString(key)
			b.WriteByte('\n')
			collect(b, x)
		}
	}
}
