package teamsim

import "strings"

// setReaction is POST …/setReaction [api: chatmessage-setreaction].
func (t *Tenant) setReaction(c *call) answer { return t.react(c, true) }

// unsetReaction takes one's reaction back [api: chatmessage-unsetreaction].
func (t *Tenant) unsetReaction(c *call) answer { return t.react(c, false) }

func (t *Tenant) react(c *call, set bool) answer {
	var body struct {
		ReactionType string `json:"reactionType"`
	}
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if strings.TrimSpace(body.ReactionType) == "" {
		return badRequest("reactionType must be a unicode emoji.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, a := t.messageFor(c)
	if m == nil {
		return a
	}
	if !m.deleted.IsZero() || m.event != nil {
		return badRequest("Reactions are not possible on this message.")
	}
	if m.setReaction(body.ReactionType, c.caller(), set) {
		t.messageChanged(ch, m, changeUpdated)
	}
	return noContent()
}

// setReaction adds or removes a person's reaction; lastModifiedDateTime and etag move
// with it, lastEditedDateTime does not.
func (m *message) setReaction(emoji, person string, set bool) bool {
	kind, _ := legacyReaction(emoji)
	at := -1
	for i, r := range m.reactions {
		if have, _ := legacyReaction(r.emoji); have == kind && r.person == person {
			at = i
		}
	}
	if set == (at >= 0) {
		return false
	}
	m.touch()
	r := reaction{emoji, person, m.modified}
	action := "reactionAdded"
	if set {
		m.reactions = append(m.reactions, r)
	} else {
		action = "reactionRemoved"
		m.reactions = append(m.reactions[:at:at], m.reactions[at+1:]...)
	}
	m.history = append(m.history, reactionChange{action, r})
	return true
}
