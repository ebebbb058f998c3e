package auth

import (
	"context"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// Purposes of tickets: one for staff opens nothing for customers, and the other way round.
const (
	staffTicket   = "ticket.staff"
	visitorTicket = "ticket.visitor"
)

var errBadTicket = &chat.Error{Kind: chat.Unauthenticated, Code: "bad_ticket", Text: "The ticket is wrong, used or too old."}

// StaffTicket returns a ticket that opens one live connection of a session within 30 seconds.
func (a *Auth) StaffTicket(ctx context.Context, s Session) (string, error) {
	return a.ticket(ctx, staffTicket, s.hash)
}

// VisitorTicket returns a ticket that opens one live connection of a conversation's customer within 30 seconds. The caller has
// checked that it is the customer who asks.
func (a *Auth) VisitorTicket(ctx context.Context, id chat.ConversationID) (string, error) {
	return a.ticket(ctx, visitorTicket, []byte(id))
}

func (a *Auth) ticket(ctx context.Context, purpose string, data []byte) (string, error) {
	ticket, hash := a.store.NewToken()
	if err := a.store.PutOnce(ctx, purpose, hash, data, time.Now().Add(ticketLife)); err != nil {
		return "", err
	}
	return ticket, nil
}

// RedeemStaff takes a ticket of StaffTicket. Error: chat.Unauthenticated "bad_ticket", or "not_signed_in" when the session has ended.
func (a *Auth) RedeemStaff(ctx context.Context, ticket string) (Session, error) {
	hash, err := a.redeem(ctx, staffTicket, ticket)
	if err != nil {
		return Session{}, err
	}
	return a.session(ctx, hash)
}

// RedeemVisitor takes a ticket of VisitorTicket and returns the conversation whose customer it is. Error: chat.Unauthenticated
// "bad_ticket".
func (a *Auth) RedeemVisitor(ctx context.Context, ticket string) (chat.ConversationID, error) {
	id, err := a.redeem(ctx, visitorTicket, ticket)
	return chat.ConversationID(id), err
}

func (a *Auth) redeem(ctx context.Context, purpose, ticket string) ([]byte, error) {
	if ticket == "" || len(ticket) > 128 {
		return nil, errBadTicket
	}
	data, ok, err := a.store.TakeOnce(ctx, purpose, store.HashToken(ticket))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errBadTicket
	}
	return data, nil
}
