package teamsim

import (
	"strings"
	"time"
)

type forUserBody struct {
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Read *time.Time `json:"lastMessageReadDateTime"`
}

// viewFor reads the body of the …ForUser actions, which must name the caller.
func (t *Tenant) viewFor(c *call) (*viewpoint, forUserBody, answer) {
	var body forUserBody
	if err := c.decode(&body); err != nil {
		return nil, body, badRequest("Invalid request body: %v", err)
	}
	ch, _, a := t.chatFor(c)
	if ch == nil {
		return nil, body, a
	}
	if !strings.EqualFold(body.User.ID, c.caller()) {
		return nil, body, forbidden("The user in the request body must match the signed-in user.")
	}
	return ch.view(c.caller()), body, answer{}
}

// hideChat serves hideForUser and unhideForUser [api: chat-hideforuser].
func (t *Tenant) hideChat(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	view, _, a := t.viewFor(c)
	if view == nil {
		return a
	}
	view.hidden = strings.EqualFold(c.segments[len(c.segments)-1], "hideForUser")
	return noContent()
}

// markRead serves markChatReadForUser and markChatUnreadForUser [api: chat-markchatreadforuser].
func (t *Tenant) markRead(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	view, body, a := t.viewFor(c)
	if view == nil {
		return a
	}
	view.read = now()
	if strings.EqualFold(c.segments[len(c.segments)-1], "markChatUnreadForUser") {
		view.read = time.Time{}
		if body.Read != nil {
			view.read = body.Read.UTC()
		}
	}
	return noContent()
}
