package teamsim

import (
	"fmt"
	"strings"
	"time"
)

// policyDelay is how long after a post the data-loss policy judges it.
const policyDelay = 2 * time.Second

// judge lets the policy look at a message: one that contains a blocked word is emptied
// a moment after it was posted, as an update. The caller holds t.mu.
func (t *Tenant) judge(ch *chat, m *message) {
	text := strings.ToLower(m.content)
	for _, word := range t.faults.BlockWords {
		if word != "" && strings.Contains(text, strings.ToLower(word)) {
			t.afterLocked(policyDelay, func() { t.setBlocked(ch, m, true) })
			return
		}
	}
}

func (t *Tenant) setBlocked(ch *chat, m *message, blocked bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.blocked == blocked {
		return
	}
	m.blocked = blocked
	m.touch()
	t.messageChanged(ch, m, changeUpdated)
}

// Block empties a message as an administrator's data-loss policy does, or shows it again.
func (t *Tenant) Block(chatID, messageID string, blocked bool) error {
	t.mu.Lock()
	ch := t.chats[chatID]
	var m *message
	if ch != nil {
		m = ch.byID[messageID]
	}
	t.mu.Unlock()
	if m == nil {
		return fmt.Errorf("block message %s: not in chat %s", messageID, chatID)
	}
	t.setBlocked(ch, m, blocked)
	return nil
}

// Vanish makes a chat answer 404 from now on, as if an administrator had deleted it.
func (t *Tenant) Vanish(chatID string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch := t.chats[chatID]
	if ch == nil {
		return fmt.Errorf("vanish: no chat %s", chatID)
	}
	ch.gone = true
	return nil
}
