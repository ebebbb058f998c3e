package histories

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"

	"golang.org/x/sync/errgroup"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// talk is one conversation of a site and everybody in it: two tabs of the customer's, two of the agent's, and a client of each who only calls.
type talk struct {
	opened
	h       *history
	tabs    []*tab
	players []*player
}

// begin opens a conversation and lets everybody in.
func (s *site) begin(agent chat.AgentID, seed uint64) *talk {
	s.t.Helper()
	a := s.apps[seed%uint64(len(s.apps))]
	o, err := opens(s.t.Context(), a.Store, a.Desk, agent)
	must(s.t, err)
	k := &talk{opened: o, h: &history{}}
	for i, viewer := range []chat.Kind{chat.Customer, chat.Agent} {
		by, shared := chat.ParticipantID(i+1), &memory{}
		for n := range 2 {
			rng := rand.New(rand.NewPCG(seed, uint64(10*i+n)))
			k.tabs = append(k.tabs, &tab{caller: s.caller(o, viewer, rng), session: &session{name: fmt.Sprintf("%s %d", viewer, n+1), viewer: viewer, by: by},
				h: k.h, client: len(k.tabs), rng: rng, shared: shared, nodes: s.nodes, news: make(chan struct{}, 1), shown: map[string]any{}})
		}
		rng := rand.New(rand.NewPCG(seed, uint64(10*i+5)))
		c := s.caller(o, viewer, rng)
		k.players = append(k.players, &player{h: k.h, client: 4 + i, door: &c, by: by, viewer: viewer, shared: shared, rng: rng, ends: i == 0 && seed%3 == 0})
	}
	return k
}

func (s *site) caller(o opened, viewer chat.Kind, rng *rand.Rand) caller {
	return caller{at: s.nodes[rng.IntN(len(s.nodes))], id: o.id, viewer: viewer, token: o.token, cookie: s.staff,
		http: http.Client{Transport: &lossy{rng: rand.New(rand.NewPCG(rng.Uint64(), 0))}}}
}

// play lets everybody talk, waits until every screen is at rest, and holds all of it against the promises.
func (k *talk) play(ctx context.Context, s *site, calls int) error {
	g, playing := errgroup.WithContext(ctx)
	each := calls / (len(k.tabs) + len(k.players))
	for _, t := range k.tabs {
		g.Go(func() error { return t.play(ctx, each) })
	}
	for _, p := range k.players {
		g.Go(func() error { return p.play(playing, each) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	log, err := whole(ctx, s.apps[0].Store, k.id)
	if err != nil {
		return err
	}
	wrong := []error{truth(log), k.h.check(k.begin)}
	for _, t := range k.tabs {
		wrong = append(wrong, t.rest(ctx, chat.Seq(len(log))))
		for _, w := range t.session.check(log) {
			wrong = append(wrong, errors.New(w))
		}
	}
	return errors.Join(wrong...)
}

// playSite plays a history through the surface of a whole installation.
func playSite(t *testing.T, cfg store.Config, nodes int, seed uint64, calls int) (histories, answered int) {
	t.Helper()
	s := build(t, cfg, nodes)
	anna, err := s.apps[0].Store.AgentByLogin(t.Context(), "anna")
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var g errgroup.Group
	talks := make([]*talk, conversations)
	for i := range talks {
		talks[i] = s.begin(anna.ID, seed*conversations+uint64(i))
		g.Go(func() error { return talks[i].play(ctx, s, calls) })
	}
	if err := g.Wait(); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	for _, k := range talks {
		for _, tab := range k.tabs {
			tab.hangUp()
		}
		answered += k.h.size()
	}
	return len(talks), answered
}
