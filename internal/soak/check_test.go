package soak

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"trialog/internal/chat"
	"trialog/internal/teamsim"
)

// evidence is all there is to know of one conversation when everything is over.
type evidence struct {
	*talk
	state   summary
	log     []chat.Entry
	raw     map[chat.Seq]string // what a fresh agent reads
	visible []json.RawMessage   // what a fresh customer reads
	threads []teamsim.Chat      // of Microsoft's, by topic
}

// check holds every conversation against what its people were told and saw. Only a world that came to rest owes that nothing is under way.
func (w *world) check(rested bool) {
	w.away() // what comes from now on is not compared
	w.look.Wait()
	ctx := context.Background()
	chats, err := w.tenant.chats(ctx)
	if err != nil {
		w.t.Fatalf("read the tenant: %v", err)
	}
	fresh := map[*agent]*agent{}
	for i, p := range staff {
		if fresh[w.agents[i]], err = w.signIn(ctx, p.login); err != nil {
			w.t.Fatalf("sign in to check: %v", err)
		}
	}
	for _, c := range w.all() {
		e := &evidence{talk: c, raw: map[chat.Seq]string{}}
		if err := e.read(ctx, fresh[c.agent].api); err != nil {
			w.fail(lost, "#%d can't be read: %v", c.number, err)
			continue
		}
		for _, x := range chats {
			if x.Type == "group" && carries(x.Topic, c.number) {
				e.threads = append(e.threads, x)
			}
		}
		e.acknowledged()
		e.streams(rested)
		e.relayed(rested)
		e.written(rested)
		e.secrets()
	}
}

// read fetches the conversation anew, as an agent and as the customer.
func (e *evidence) read(ctx context.Context, desk *api) error {
	for after := chat.Seq(0); ; {
		var got struct {
			Conversation summary
			Entries      []json.RawMessage
		}
		if err := desk.insist(ctx, "GET", e.path(fmt.Sprintf("?after=%d&limit=200", after)), nil, &got); err != nil {
			return err
		}
		e.state = got.Conversation
		if len(got.Entries) == 0 {
			break
		}
		for _, raw := range got.Entries {
			var x chat.Entry
			if err := json.Unmarshal(raw, &x); err != nil {
				return err
			}
			e.log, e.raw[x.Seq], after = append(e.log, x), string(raw), x.Seq
		}
	}
	for after := chat.Seq(0); ; {
		var got struct{ Entries []json.RawMessage }
		if err := e.customer.insist(ctx, "GET", fmt.Sprintf("/visitor/conversation?after=%d&limit=500", after), nil, &got); err != nil {
			return err
		}
		if len(got.Entries) == 0 {
			return nil
		}
		e.visible = append(e.visible, got.Entries...)
		var last struct{ Seq chat.Seq }
		if err := json.Unmarshal(got.Entries[len(got.Entries)-1], &last); err != nil {
			return err
		}
		after = last.Seq
	}
}

func (e *evidence) fail(kind, format string, args ...any) {
	e.w.fail(kind, "#%d: %s", e.number, fmt.Sprintf(format, args...))
}

// places lists the seqs of the messages that hold a token.
func (e *evidence) places(token string) (at []chat.Entry) {
	for _, x := range e.log {
		if x.Kind == chat.Message && strings.Contains(x.Content.PlainText(), token) {
			at = append(at, x)
		}
	}
	return at
}

// acknowledged: the log has no gaps, every acknowledged line stands in it once, at the seq that was told and for whom it was meant, and
// nobody's lines have changed places.
func (e *evidence) acknowledged() {
	for i, x := range e.log {
		if x.Seq != chat.Seq(i+1) {
			e.fail(lost, "entry %d has seq %d", i+1, x.Seq)
			break
		}
	}
	last := map[chat.Kind]chat.Seq{}
	for _, l := range e.lines {
		at := e.places(l.token)
		switch {
		case len(at) == 0:
			e.fail(lost, "%s was acknowledged as %d and stands nowhere", l.token, l.seq)
			continue
		case len(at) > 1:
			e.fail(doubled, "%s stands %d times", l.token, len(at))
		case at[0].Seq != l.seq:
			e.fail(lost, "%s was acknowledged as %d and stands at %d", l.token, l.seq, at[0].Seq)
		case at[0].Audience != l.audience:
			e.fail(leaked, "%s was for %s and is for %s", l.token, l.audience, at[0].Audience)
		}
		if l.seq <= last[l.by] {
			e.fail(reordered, "%s of the %s stands at %d, behind %d", l.token, l.by, l.seq, last[l.by])
		}
		last[l.by] = l.seq
		e.w.count("acknowledged lines", 1)
	}
}

// streams: what came over the live connections is what a fresh reader gets, in order and without gaps.
func (e *evidence) streams(rested bool) {
	customers := map[chat.Seq]string{}
	for _, raw := range e.visible {
		var x chat.Entry
		if err := json.Unmarshal(raw, &x); err != nil {
			e.fail(differs, "entry %s: %v", raw, err)
		}
		customers[x.Seq] = string(raw)
	}
	e.stream("customer", e.here, customers, rested)
	e.stream("agent", e.desk, e.raw, rested)
}

func (e *evidence) stream(who string, s *screen, fresh map[chat.Seq]string, rested bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, wrong := range s.wrong {
		e.fail(reordered, "%s: %s", who, wrong)
	}
	closed := false
	for _, x := range s.entries {
		closed = closed || x.Kind == chat.ClosedFact
		if s.raw[x.Seq] != fresh[x.Seq] {
			e.fail(differs, "the %s saw\n    %s\n  a fresh reader\n    %s", who, s.raw[x.Seq], fresh[x.Seq])
		}
	}
	for seq, raw := range fresh {
		if _, ok := s.raw[seq]; !ok && (seq <= s.upTo || rested && !closed) {
			e.fail(lost, "the %s, who has seen all up to %d, never saw %s", who, s.upTo, raw)
		}
	}
	e.w.count("entries seen live", len(s.entries))
}

// relayed: the thread holds what was said to the experts, in order, each line once; what stood there twice for a while is deleted.
func (e *evidence) relayed(rested bool) {
	if len(e.threads) > 1 {
		e.fail(doubled, "there are %d threads", len(e.threads))
	}
	if len(e.threads) != 1 {
		if rested && e.state.Lane != nil && len(e.threads) == 0 {
			e.fail(lost, "there is no thread")
		}
		return
	}
	var want, got, deleted []string
	for _, x := range e.log {
		if x.Kind == chat.Message && x.Via != chat.ViaTeams && chat.Sees(chat.Expert, x.Audience) {
			want = append(want, token.FindString(x.Content.PlainText()))
		}
	}
	for _, m := range e.threads[0].Messages {
		switch tokens := token.FindAllString(m.Text(), -1); {
		case m.App == "":
		case m.IsDeleted():
			deleted = append(deleted, tokens...)
		default:
			got = append(got, tokens...)
		}
	}
	e.w.count("threads", 1)
	e.w.count("relayed lines", len(got))
	e.w.count("transient duplicates", len(deleted))
	e.compare(want, got, rested)
}

func (e *evidence) compare(want, got []string, rested bool) {
	if slices.Equal(want, got) || !rested && len(got) < len(want) && slices.Equal(want[:len(got)], got) {
		return
	}
	times := map[string]int{}
	for _, t := range got {
		times[t]++
	}
	kind := reordered
	for _, t := range want {
		if times[t] == 0 && rested {
			kind = lost
		}
	}
	for _, n := range times {
		if n > 1 {
			kind = doubled
		}
	}
	var posts []string
	for _, m := range e.threads[0].Messages {
		at, lines := m.Created.Format("15:04:05.000"), token.FindAllString(m.Text(), -1)
		posts = append(posts, fmt.Sprintf("%s %s deleted %v: %v", at, m.From, m.IsDeleted(), lines))
	}
	e.fail(kind, "the thread holds\n    %v\n  the log says\n    %v\n  messages\n    %s", got, want, strings.Join(posts, "\n    "))
}

// written: what an expert wrote in the thread stands in the log once, for whom it was meant.
func (e *evidence) written(rested bool) {
	last := map[string]chat.Seq{}
	for _, s := range e.heard {
		if len(e.threads) != 1 || e.threads[0].ID != s.thread {
			e.w.count("experts' lines in a thread made in vain", 1)
			continue
		}
		at := e.places(s.token)
		switch {
		case len(at) > 1:
			e.fail(doubled, "%s of %s stands %d times", s.token, s.who, len(at))
		case len(at) == 0 && rested:
			e.fail(lost, "%s of %s stands nowhere", s.token, s.who)
		}
		if len(at) == 0 {
			continue
		}
		if s.private != (at[0].Audience == chat.BackRoom) {
			e.fail(leaked, "%s of %s, private %v, is for %s", s.token, s.who, s.private, at[0].Audience)
		}
		if at[0].Seq < last[s.who] { // Microsoft told of it late, or again, after the first time failed
			e.w.count("experts' lines heard after a later one", 1)
		}
		last[s.who] = max(last[s.who], at[0].Seq)
		e.w.count("experts' lines", 1)
	}
	for _, x := range e.log {
		if x.Via == chat.ViaTeams && strings.HasPrefix(token.FindString(x.Content.PlainText()), "L") {
			e.fail(doubled, "our own post was heard as %d: %q", x.Seq, x.Content.PlainText())
		}
	}
}

// secrets: nothing private, nothing of another conversation and nobody's id at Microsoft ever came down to the customer.
func (e *evidence) secrets() {
	for _, raw := range e.visible {
		e.here.watch(raw, e.w.people)
	}
	private := map[string]bool{}
	for _, l := range e.lines {
		private[l.token] = l.audience != chat.Everyone
	}
	for _, s := range e.heard {
		private[s.token] = s.private
	}
	own := fmt.Sprintf("%dx", e.n)
	for t := range e.here.tokens {
		if !strings.HasPrefix(t[1:], own) || private[t] {
			e.fail(leaked, "the customer got %s", t)
		}
	}
	for id := range e.here.ids {
		e.fail(leaked, "the customer got the id of a person at Microsoft: %s", id)
	}
}
