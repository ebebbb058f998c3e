package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// agentRoom carries out what agents do around an invitation.
func (p *player) agentRoom(ctx context.Context, a *Agent, c *Customer, verb string, args []string) error {
	seen := a.Seen(c.ID).Entries()
	args = append(args, "", "")
	switch verb {
	case "publishes":
		ref, err := LineOf(seen, args[0], chat.BackRoom)
		if err == nil {
			_, err = a.Publish(ctx, c.ID, ref)
		}
		p.w.Settle()
		return err
	case "reminds":
		return a.Remind(ctx, c.ID, args[0])
	case "offers", "transfers":
		return a.Bring(ctx, c.ID, args[0], args[1], verb == "transfers")
	case "declines":
		return a.Decline(ctx, c.ID)
	case "offered":
		return p.offered(ctx, a, c, args[0])
	case "shares":
		return p.shares(ctx, a, c, args[:len(args)-2])
	case "part":
		return p.part(a, c, args)
	}
	return fmt.Errorf("agents don't %q", verb)
}

func (p *player) offered(ctx context.Context, a *Agent, c *Customer, want string) error {
	var list []Summary
	var err error
	if p.w.Until(patience, func() bool {
		list, err = a.Offered(ctx)
		return err == nil && slices.ContainsFunc(list, func(s Summary) bool { return s.ID == c.ID }) == (want == "yes")
	}) {
		return nil
	}
	return fmt.Errorf("offers of %s are %+v (%v), want %s", a.Login, list, err, want)
}

// part checks the state, and if given the reason, of a colleague or a service: part CUSTOMER NAME STATE [REASON].
func (p *player) part(a *Agent, c *Customer, args []string) error {
	var got chat.Participant
	if p.w.Until(patience, func() bool {
		all := a.Summary(c.ID).Participants
		i := slices.IndexFunc(all, func(x chat.Participant) bool { return x.Kind == chat.Agent && x.Name == args[0] })
		if i >= 0 {
			got = all[i]
		}
		return string(got.State) == args[1] && (args[2] == "" || got.Reason == args[2])
	}) {
		return nil
	}
	return fmt.Errorf("%s is %s %s, want %v", args[0], got.State, got.Reason, args[1:])
}

// shares invites with a choice: shares CUSTOMER EXPERT [from TEXT] [hide TEXT]… [hide-file NAME]… [lift TEXT]…
func (p *player) shares(ctx context.Context, a *Agent, c *Customer, args []string) error {
	var s Share
	seen := a.Seen(c.ID).Entries()
	for rest := args[1:]; len(rest) >= 2; rest = rest[2:] {
		if rest[0] == "hide-file" {
			for _, e := range seen {
				for _, f := range e.Content.Files() {
					if f.Name == rest[1] {
						s.HideFiles = append(s.HideFiles, f.ID)
					}
				}
			}
			continue
		}
		seq, err := LineOf(seen, rest[1], "")
		if err != nil {
			return err
		}
		switch rest[0] {
		case "from":
			s.From = seq
		case "hide":
			s.Hide = append(s.Hide, seq)
		case "lift":
			s.Lifted = append(s.Lifted, chat.Lift{Seq: seq, Reason: "needed for the refund"})
		default:
			return fmt.Errorf("shares … from|hide|hide-file|lift, not %q", rest[0])
		}
	}
	return a.InviteWith(ctx, c.ID, args[0], s)
}

// service sets what an administrator chooses for a service: service ID JSON-SETTINGS.
func (p *player) service(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("service ID SETTINGS")
	}
	v, err := p.w.App.Store.Service(ctx, chat.ServiceID(args[0]))
	if err != nil {
		return err
	}
	v.Settings = store.ServiceSettings{}
	if err := json.Unmarshal([]byte(args[1]), &v.Settings); err != nil {
		return err
	}
	return p.w.App.Store.PutService(ctx, v)
}

// learns looks through every byte that the customer can get.
func (p *player) learns(ctx context.Context, not bool, c *Customer, text string) error {
	p.w.Settle()
	all, err := c.Everything(ctx)
	if err == nil && strings.Contains(all, text) == not {
		err = fmt.Errorf("%s learns %q: %v", c.Name, text, !not)
	}
	return err
}

// members checks who is in the thread now, by name.
func (p *player) members(ctx context.Context, args []string) error {
	c, err := p.lena(args[0])
	if err != nil {
		return err
	}
	var got []string
	want := slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(args[1:]), func(s string) bool { return s == "" })))
	if p.w.Until(patience, func() bool {
		got = nil
		chats, err := p.threads(ctx, c)
		if err != nil || len(chats) == 0 {
			return false
		}
		for _, m := range chats[0].Members {
			person, _ := p.w.Tenant.Person(m.ID)
			got = append(got, person.Name)
		}
		slices.Sort(got)
		return slices.Equal(got, want)
	}) {
		return nil
	}
	return fmt.Errorf("members are %q, want %q", got, want)
}
