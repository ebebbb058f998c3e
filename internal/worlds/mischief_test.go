package worlds

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
	"trialog/internal/teamsim"
)

// What people do beside the plan, every so many lines: nothing here draws from the plan's chances.

// every reports whether the number in a token is one of those at which something special happens.
func every(n int, token string) bool {
	var conversation, count int
	if _, err := fmt.Sscanf(token[1:], "%dx%dz", &conversation, &count); err != nil {
		panic(err)
	}
	return count%n == 0
}

// repeat says a line again that was acknowledged already, as a browser does whose acknowledgement got lost on its way. [INV4]
func (c *conversation) repeat(l *line, seq chat.Seq, act func(context.Context, *process) (desk.Posted, error)) {
	if !every(4, l.token) {
		return
	}
	var again desk.Posted
	err := c.w.until(func(ctx context.Context, n *process) (err error) {
		again, err = act(ctx, n)
		return err
	})
	if c.w.ctx.Err() == nil && (err != nil || again.Seq != seq) {
		c.w.fail("#%d INV4: %s was %d, and is %d when it is said again (%v)", c.number, l.token, seq, again.Seq, err)
	}
}

// meddle tries to change what the other side said, which nobody may.
func (c *conversation) meddle(by chat.Kind, pick int) {
	other := chat.Customer
	if by == chat.Customer {
		other = chat.Agent
	}
	l := c.ownLine(other, pick)
	if l == nil || l.audience != chat.Everyone {
		return
	}
	err := c.w.until(func(ctx context.Context, n *process) error {
		a, err := c.actor(ctx, n, by)
		if err == nil && pick%2 == 0 {
			_, err = n.desk.Delete(ctx, a, "meddle-"+l.clientID, l.seq)
		} else if err == nil {
			_, err = n.desk.Edit(ctx, a, l.seq, desk.Line{ID: "meddle-" + l.clientID, Text: "verfälscht"})
		}
		return err
	})
	if err == nil {
		c.w.fail("#%d %s changed %s of the %s", c.number, by, l.token, other)
	}
}

// ourTag is the marker at the end of a post of ours.
var ourTag = regexp.MustCompile(`<abbr title="tl:[A-Z2-7]+"></abbr>`)

// write writes a line in the thread: now and then quoting our last post; or with a copy of it in a quotation, marker and all, as older
// clients do; or, for experts, with its marker at the end.
func (c *conversation) write(x teamsim.Chat, s *said) (id string, err error) {
	mark := ""
	if s.private {
		mark = "// "
	}
	html := "<p>" + mark + s.token + " <b>Antwort</b></p>"
	me := c.w.tenant.As(s.who)
	post, ok := c.lastPost(x)
	switch {
	case ok && every(4, s.token):
		s.quotes, s.private = true, s.private || c.holdsPrivate(post)
		return me.Quote(x.ID, post.ID, html)
	case ok && every(5, s.token) && s.who != c.agent.person:
		return me.Say(x.ID, html+ourTag.FindString(post.Body))
	case ok && every(3, s.token) && !c.holdsPrivate(post):
		s.quotes = true
		return me.Say(x.ID, "<blockquote>"+post.Body+"</blockquote>"+html)
	}
	return me.Say(x.ID, html)
}

// lastPost is the newest of our posts that holds lines whose audience is known here.
func (c *conversation) lastPost(x teamsim.Chat) (teamsim.Message, bool) {
	for _, m := range slices.Backward(x.Messages) {
		tokens := lineToken.FindAllString(m.Text(), -1)
		if m.App != clientID || m.IsDeleted() || len(tokens) == 0 {
			continue
		}
		return m, !slices.ContainsFunc(tokens, func(token string) bool { return c.lineWith(token) == nil })
	}
	return teamsim.Message{}, false
}

func (c *conversation) lineWith(token string) *line {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.lines, func(l *line) bool { return l.token == token }); i >= 0 {
		return c.lines[i]
	}
	return nil
}

func (c *conversation) holdsPrivate(post teamsim.Message) bool {
	return slices.ContainsFunc(lineToken.FindAllString(post.Text(), -1), func(token string) bool {
		l := c.lineWith(token)
		return l != nil && l.audience == chat.BackRoom
	})
}

// bringStranger lets an expert bring somebody along in Teams who then writes: nothing of it may cross.
func (c *conversation) bringStranger(x teamsim.Chat, by *said) {
	if !every(6, by.token) || by.who == c.agent.person {
		return
	}
	if !member(x, stranger) {
		if err := c.w.tenant.As(by.who).Add(x.ID, stranger); err != nil {
			c.w.say("#%d %s can't bring a stranger: %v", c.number, by.who, err)
			return
		}
	}
	s := &said{who: stranger, token: c.nextToken("E")}
	var err error
	if s.message, err = c.w.tenant.As(stranger).Say(x.ID, "<p>"+s.token+" Antwort</p>"); err != nil {
		c.w.say("#%d a stranger can't write: %v", c.number, err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, s)
}

// reconnect is how soon a reader comes back whose server is gone.
const reconnect = time.Second

// follow reads the log as a live connection does, from a cursor and on hints, on whichever server is up. [INV3]
func (c *conversation) follow() {
	c.w.all.Go(func() {
		for c.w.ctx.Err() == nil {
			if p := c.w.server(); p != nil {
				c.followOn(p)
			}
			select {
			case <-c.w.ctx.Done():
			case <-time.After(reconnect):
			}
		}
	})
}

// followOn reads on from the cursor until the process ends or fails.
func (c *conversation) followOn(p *process) {
	hints := p.store.Subscribe(store.Filter{Conversations: []chat.ConversationID{c.id}})
	defer hints.Close()
	for {
		more, err := c.readOn(p)
		if err != nil {
			return
		}
		if more {
			continue
		}
		select {
		case <-c.w.ctx.Done():
			return
		case <-p.done:
			return
		case <-hints.C():
			hints.Take()
		}
	}
}

// readOn takes the next entries in and reports whether there were any.
func (c *conversation) readOn(p *process) (bool, error) {
	c.mu.Lock()
	after := c.read
	c.mu.Unlock()
	entries, err := p.store.Entries(c.w.ctx, c.id, after, 20)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.Seq != after+1 {
			c.w.fail("#%d INV3: a reader got %d after %d", c.number, e.Seq, after)
		}
		after = e.Seq
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = after
	return len(entries) > 0, nil
}

// expertToken begins everything that somebody writes in Teams.
var expertToken = regexp.MustCompile(`E\d+x\d+z`)

// spoken is what a line says without what it quotes, which may stand before it as if it were said.
func spoken(content chat.Content) string {
	text := slices.DeleteFunc(slices.Clone(content), func(n chat.Node) bool { return n.T == chat.Quote }).PlainText()
	if at := expertToken.FindStringIndex(text); at != nil {
		text = text[at[0]:]
	}
	return strings.TrimSpace(text)
}
