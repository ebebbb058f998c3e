package teamsim

import (
	"time"
)

// editMessage is PATCH /chats/{id}/messages/{id} [api: chatmessage-update]. Attachments,
// mentions and images that are not sent again vanish.
func (t *Tenant) editMessage(c *call) answer {
	var body messageBody
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body was sent: %v", err)
	}
	if a := checkMessage(body); a.status != 0 {
		return a
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, a := t.messageFor(c)
	if m == nil {
		return a
	}
	return t.edit(c, ch, m, body)
}

func (t *Tenant) edit(c *call, ch *chat, m *message, body messageBody) answer {
	if a, refused := ownOnly(c, m); refused {
		return a
	}
	if !m.deleted.IsZero() {
		return badRequest("The message was deleted and can't be updated.")
	}
	if a := t.fill(ch, m, body); a.status != 0 {
		return a
	}
	m.touch()
	m.edited = m.modified
	t.messageChanged(ch, m, changeUpdated)
	t.judge(ch, m)
	return noContent()
}

func ownOnly(c *call, m *message) (answer, bool) {
	if m.from == c.caller() {
		return answer{}, false
	}
	return forbidden("Only the sender can change the message."), true
}

// softDelete is POST /users/{id}/chats/{id}/messages/{id}/softDelete [api: chatmessage-softdelete].
func (t *Tenant) softDelete(c *call) answer {
	return t.changeOwn(c, func(m *message) (changeType, bool) {
		if !m.deleted.IsZero() {
			return "", false
		}
		m.touch()
		m.deleted = m.modified
		return changeDeleted, true
	})
}

// undoSoftDelete brings a message back; it arrives as an update [api: chatmessage-undosoftdelete].
func (t *Tenant) undoSoftDelete(c *call) answer {
	return t.changeOwn(c, func(m *message) (changeType, bool) {
		if m.deleted.IsZero() {
			return "", false
		}
		m.touch()
		m.deleted = time.Time{}
		return changeUpdated, true
	})
}

func (t *Tenant) changeOwn(c *call, change func(*message) (changeType, bool)) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.lookup(c.vars["user"])
	if p == nil || p.ID != c.caller() {
		return forbidden("User id in the request URL must match the signed-in user.")
	}
	ch, m, a := t.messageFor(c)
	if m == nil {
		return a
	}
	if a, refused := ownOnly(c, m); refused {
		return a
	}
	if kind, changed := change(m); changed {
		t.messageChanged(ch, m, kind)
	}
	return noContent()
}
