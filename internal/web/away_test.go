package web

import (
	"context"
	"testing"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/gateway"
)

// TestAwayIsKnownAcrossNodes: the customer's widget is connected to one node, the agent's desk to another one. The agent is not told that the
// customer is away.
func TestAwayIsKnownAcrossNodes(t *testing.T) {
	w := start(t, func(c *Config) {
		elsewhere := gateway.New(gateway.Config{Store: c.Store, Desk: c.Desk, Visitor: func(ctx context.Context, ticket string) (desk.Actor, error) {
			id, err := c.Auth.RedeemVisitor(ctx, ticket)
			return desk.Actor{Conversation: id, Participant: 1, Kind: chat.Customer}, err
		}})
		c.VisitorLive = elsewhere.VisitorHandler()
	})
	lena, anna := w.lena(), w.signIn("anna")
	anna.accept(lena.id)
	atDesk := w.dial("/live", anna.call("POST", "/tickets", ""))
	atDesk.until("the lists", func(f liveFrame) bool { return f.Type == "lists" })
	widget := w.dial("/visitor/live", lena.call("POST", "/visitor/tickets", ""))
	widget.send(`{"type":"hello","after":0}`)
	atDesk.summary("the customer's return", func(s desk.Summary) bool { return !s.CustomerAway })
}
