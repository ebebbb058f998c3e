package teams

import (
	"context"
	"strings"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// event takes in a system message of the thread: somebody came or went, or something happened that staff should know. [system-messages]
func (e *ear) event(ctx context.Context, m graph.ChatMessage, h store.Heard, known bool) error {
	if known || m.Event == nil {
		return nil
	}
	kind := strings.TrimSuffix(strings.TrimPrefix(m.Event.Kind, "#microsoft.graph."), "EventMessageDetail")
	switch kind {
	case "membersLeft", "membersDeleted":
		if !e.back {
			// What they wrote before may not have been told yet: everything is read back, in order.
			e.lanes.departed(e.t.Conversation, m.ID)
			return nil
		}
		for _, who := range m.Event.Members {
			e.gone[chat.PersonID(who.ID)] = true
		}
		return nil // it is not remembered: if asking who is still there fails, the next reading back has to ask again
	case "membersAdded", "membersJoined":
		for _, who := range m.Event.Members {
			if p, ok := e.person(who.ID); ok && p.Kind == chat.Expert && p.State == chat.Invited {
				if err := e.Desk.ExpertJoined(ctx, e.c.ID, p.ID); err != nil {
					return err
				}
			}
		}
	case "callStarted", "callEnded", "chatRenamed":
		if e.c.Status != chat.Closed {
			if err := e.Desk.Notice(ctx, e.c.ID, "n:event:"+string(m.ID), chat.Staff, 0, "teams_"+kind, oneLine(m.Event.Topic)); err != nil {
				return err
			}
		}
	}
	return e.remember(ctx, m, h)
}

// departures ends the part of experts whom the thread's system messages say gone and whom Teams does not list any more: such a message
// may be older than a new invitation.
func (e *ear) departures(ctx context.Context, members []graph.Member) error {
	listed := map[chat.PersonID]bool{}
	for _, m := range members {
		listed[chat.PersonID(m.UserID)] = true
	}
	for who := range e.gone {
		p, ok := e.person(graph.UserID(who))
		if !ok || p.Kind != chat.Expert || !p.Present() || listed[who] {
			continue
		}
		if in, err := e.isIn(ctx, p); err != nil {
			return err
		} else if !in {
			continue
		}
		if err := e.Desk.ExpertLeft(ctx, e.c.ID, p.ID, chat.ReasonLeft); err != nil {
			return err
		}
	}
	return nil
}

// isIn reports whether somebody's part has begun: they have joined, or are known to have been made a member and are about to be reported. Of
// somebody who is still on the way in, a message about an earlier part is meant.
func (e *ear) isIn(ctx context.Context, p chat.Participant) (bool, error) {
	if p.JoinedAt != nil || !member(&e.t, p.Person.ID) {
		return p.JoinedAt != nil, nil
	}
	_, left, err := e.ahead(ctx, p)
	return !left, err
}
