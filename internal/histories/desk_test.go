package histories

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"trialog/internal/chat"
	"trialog/internal/desk"
	"trialog/internal/store"
	"trialog/internal/store/storetest"
)

// verbs is the door of somebody who calls the verbs and the store directly, on one node.
type verbs struct {
	desk  *desk.Desk
	store *store.Store
	actor desk.Actor
	rng   *rand.Rand
}

// try does a call; now and then its client does not wait for the answer.
func (v *verbs) try(ctx context.Context, c call) (answer, bool, error) {
	if v.rng.IntN(12) == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(v.rng.IntN(1500))*time.Microsecond)
		defer cancel()
	}
	a, err := v.do(ctx, c)
	if err != nil {
		return refused(err)
	}
	return a, false, nil
}

func (v *verbs) do(ctx context.Context, c call) (answer, error) {
	switch c.verb {
	case read:
		return v.read(ctx, c.from)
	case page:
		entries, upTo, err := v.desk.Entries(ctx, v.actor, c.from, 1+v.rng.IntN(30))
		return answer{lines: linesOf(entries), upTo: upTo}, err
	case state:
		s, err := v.store.Conversation(ctx, v.actor.Conversation)
		if err != nil {
			return answer{}, err
		}
		return answer{seq: s.Last, over: s.Status == chat.Closed}, nil
	case end:
		return answer{}, v.desk.Close(ctx, v.actor)
	}
	posted, err := v.write(ctx, c)
	return answer{seq: posted.Seq}, err
}

func (v *verbs) write(ctx context.Context, c call) (desk.Posted, error) {
	l := desk.Line{ID: c.id, Audience: c.audience, Text: c.text}
	switch c.verb {
	case edit:
		return v.desk.Edit(ctx, v.actor, c.ref, l)
	case erase:
		return v.desk.Delete(ctx, v.actor, c.id, c.ref)
	}
	return v.desk.Post(ctx, v.actor, l)
}

// read reads page by page until there is nothing more.
func (v *verbs) read(ctx context.Context, from chat.Seq) (a answer, err error) {
	a.upTo = from
	for {
		entries, upTo, err := v.desk.Entries(ctx, v.actor, a.upTo, 20)
		if err != nil {
			return answer{}, err
		}
		if upTo == a.upTo {
			return a, nil
		}
		a.lines, a.upTo = append(a.lines, linesOf(entries)...), upTo
	}
}

// whole reads a log that has come to rest from its database.
func whole(ctx context.Context, s *store.Store, id chat.ConversationID) ([]chat.Entry, error) {
	var all []chat.Entry
	for {
		more, err := s.Entries(ctx, id, chat.Seq(len(all)), 1000)
		if err != nil || len(more) == 0 {
			return all, err
		}
		all = append(all, more...)
	}
}

// service is what every conversation of these tests is about.
var service = store.Service{ID: "technik", Name: "Technik"}

// opened is a running conversation.
type opened struct {
	id    chat.ConversationID
	token string
	begin []line
}

// opens begins a conversation that the agent accepts.
func opens(ctx context.Context, s *store.Store, d *desk.Desk, agent chat.AgentID) (opened, error) {
	o, err := d.Open(ctx, desk.Opening{Service: service.ID, Visitor: chat.Visitor{Name: "Lena", Locale: "de"}})
	if err != nil {
		return opened{}, err
	}
	if _, err := d.Accept(ctx, agent, o.Conversation.ID); err != nil {
		return opened{}, err
	}
	entries, err := whole(ctx, s, o.Conversation.ID)
	return opened{o.Conversation.ID, o.Token, linesOf(entries)}, err
}

// machine is one server without its surface.
type machine struct {
	*store.Store
	desk *desk.Desk
}

// machines opens n nodes on one database.
func machines(t *testing.T, cfg store.Config, n int) []machine {
	t.Helper()
	var all []machine
	for range n {
		s := storetest.Open(t, cfg)
		runs(t, s.Run)
		all = append(all, machine{s, desk.New(desk.Config{Store: s})})
		if cfg.URL != "" { // processes on one SQLite file share its folder, nodes share nothing but the database
			cfg.Dir = t.TempDir()
		}
	}
	return all
}

// runs keeps a long-lived part going until the test ends.
func runs(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	})
}

// table is one conversation with its clients: of the customer and of an agent, on every node.
type table struct {
	opened
	h       *history
	players []*player
}

// sit brings the clients of a conversation together.
func sit(o opened, nodes []machine, agent chat.AgentID, seed uint64) *table {
	t := &table{opened: o, h: &history{}}
	shared := map[chat.Kind]*memory{chat.Customer: {}, chat.Agent: {}}
	for i := range 3 * max(2, len(nodes)) {
		a := desk.Actor{Conversation: o.id, Participant: 1, Kind: chat.Customer}
		if i%3 == 2 {
			a = desk.Actor{Conversation: o.id, Participant: 2, Kind: chat.Agent, Agent: agent}
		}
		n := nodes[i%len(nodes)]
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		t.players = append(t.players, &player{h: t.h, client: i, by: a.Participant, viewer: a.Kind, shared: shared[a.Kind], rng: rng,
			door: &verbs{n.desk, n.Store, a, rng}, ends: i == 0 && seed%2 == 0})
	}
	return t
}

// conversations is how many run beside each other, so that commits are shared.
const conversations = 2

// tables opens conversations that share their nodes.
func tables(t *testing.T, nodes []machine, seed uint64) []*table {
	t.Helper()
	ctx := t.Context()
	must(t, nodes[0].PutService(ctx, service))
	agent, err := nodes[0].CreateAgent(ctx, store.Agent{Login: "anna", Name: "Anna Becker"})
	must(t, err)
	var all []*table
	for i := range conversations {
		n := nodes[i%len(nodes)]
		o, err := opens(ctx, n.Store, n.desk, agent.ID)
		must(t, err)
		all = append(all, sit(o, nodes, agent.ID, seed*conversations+uint64(i)))
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// playDesk plays one history for each conversation and holds it against the model.
func playDesk(t *testing.T, nodes []machine, seed uint64, calls int, beside func(context.Context) error) (histories, answered int) {
	t.Helper()
	all := tables(t, nodes, seed)
	g, ctx := errgroup.WithContext(t.Context())
	if beside != nil {
		g.Go(func() error { return beside(ctx) })
	}
	for _, tab := range all {
		for _, p := range tab.players {
			g.Go(func() error { return p.play(ctx, calls/len(tab.players)) })
		}
	}
	must(t, g.Wait())
	for _, tab := range all {
		if err := tab.h.check(tab.begin); err != nil {
			t.Errorf("seed %d, conversation %s: %v", seed, tab.id, err)
		}
		log, err := whole(t.Context(), nodes[0].Store, tab.id)
		must(t, errors.Join(err, truth(log)))
		must(t, rebuilt(t.Context(), nodes, tab.id, log))
		answered += tab.h.size()
	}
	return len(all), answered
}

// rebuilt: the state that every node shows is what the log adds up to.
func rebuilt(ctx context.Context, nodes []machine, id chat.ConversationID, log []chat.Entry) error {
	for i, n := range nodes {
		c, err := n.Conversation(ctx, id)
		if err != nil {
			return err
		}
		sum := chat.Conversation{ID: c.ID, Number: c.Number, Service: c.Service, Visitor: c.Visitor}
		for _, e := range log {
			sum.Apply(e)
		}
		if got, want := asJSON(c), asJSON(&sum); got != want {
			return fmt.Errorf("node %d shows %s, the log adds up to %s", i, got, want)
		}
	}
	return nil
}
