package teamsim

import (
	"slices"
	"strings"
)

// listMessages is GET /chats/{id}/messages [api: chat-list-messages].
func (t *Tenant) listMessages(c *call) answer {
	if a, refused := refuseOptions(c, "$select", "$search", "$skip", "$expand"); refused {
		return a
	}
	top, a := pageSize(c, 20)
	if a.status != 0 {
		return a
	}
	byCreation, a := messageOrder(c)
	if a.status != 0 {
		return a
	}
	keep, a := messageFilter(c, byCreation)
	if a.status != 0 {
		return a
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, self, a := t.chatFor(c)
	if ch == nil {
		return a
	}
	at := now()
	visible := func(m *message) bool {
		return self.visible(m) && (c.teams || !at.Before(m.listed)) && keep(m)
	}
	return t.messagePage(c, ch, top, byCreation, visible, "chats('"+ch.id+"')/messages")
}

// messageOrder reads $orderby; ascending does not exist.
func messageOrder(c *call) (byCreation bool, a answer) {
	switch order := strings.ToLower(strings.Join(strings.Fields(c.query.Get("$orderby")), " ")); order {
	case "", "lastmodifieddatetime desc":
		return false, answer{}
	case "createddatetime desc":
		return true, answer{}
	default:
		return false, badRequest("QueryOptions to order by '%s' is not supported.", order)
	}
}

// messageFilter reads $filter. Microsoft ignores it silently unless $orderby names the
// same property.
func messageFilter(c *call, byCreation bool) (func(*message) bool, answer) {
	everything := func(*message) bool { return true }
	text := c.query.Get("$filter")
	if text == "" {
		return everything, answer{}
	}
	f, err := parseFilter(text)
	if err != nil {
		return nil, badRequest("Invalid filter clause: %v", err)
	}
	property := "lastModifiedDateTime"
	if byCreation {
		property = "createdDateTime"
	}
	if c.query.Get("$orderby") == "" || !strings.Contains(text, property) {
		return everything, answer{}
	}
	if strings.Contains(text, "createdDateTime gt") {
		return nil, badRequest("Filtering by createdDateTime supports only 'lt'.")
	}
	return func(m *message) bool {
		return f.accepts(func(name string) any {
			switch name {
			case "lastModifiedDateTime":
				return m.modified
			case "createdDateTime":
				return m.created
			}
			return nil
		})
	}, answer{}
}

// messagePage lists messages newest first. The caller holds t.mu.
func (t *Tenant) messagePage(c *call, ch *chat, top int, byCreation bool, visible func(*message) bool, context string) answer {
	from, a := readSkip(c)
	if a.status != 0 {
		return a
	}
	rows := sortMessages(ch.messages, byCreation)
	value, next, last := []wireMessage{}, "", from
	full := knowsEnums(c.header)
	for _, row := range rows {
		if from != (pageKey{}) && !row.key.after(from) || !visible(row.message) {
			continue
		}
		if len(value) == top {
			next = c.nextLink(last)
			break
		}
		value = append(value, t.wireMessage(ch, row.message, c.base, full))
		last = row.key
	}
	if !c.teams && len(value) > 0 && t.roll(t.faults.EmptyPageP) {
		t.fire("empty page")
		value, next = []wireMessage{}, c.nextLink(from)
	}
	count := len(value)
	return ok(page{Context: c.base + "/v1.0/$metadata#" + context, Count: &count, NextLink: next, Value: value})
}

type messageRow struct {
	message *message
	key     pageKey
}

func sortMessages(list []*message, byCreation bool) []messageRow {
	rows := make([]messageRow, 0, len(list))
	for _, m := range list {
		at := m.modified
		if byCreation {
			at = m.created
		}
		rows = append(rows, messageRow{m, pageKey{at.UnixMilli(), m.id}})
	}
	slices.SortFunc(rows, func(a, b messageRow) int { return a.key.compare(b.key) })
	return rows
}

// chatDelta refuses: delta is documented for channels, not for chats [api: chatmessage-delta].
func (t *Tenant) chatDelta(*call) answer {
	return badRequest("Requested API is not supported. Delta is available for channel messages only.")
}
