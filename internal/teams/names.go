package teams

import (
	"context"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

// calls notes by what name the message calls somebody who takes part.
func (f *fetcher) calls(who graph.UserID, name string) {
	if p, ok := f.person(who); ok {
		f.called[name] = p
	}
}

// rename gives those whom a line mentions or quotes the names under which staff and experts know them: Teams mentions people by part of
// their name, and gives relayed lines the name of their sender.
func (f *fetcher) rename(ctx context.Context, nodes []chat.Node) error {
	for i := range nodes {
		n := &nodes[i]
		if n.T == chat.Mention || n.T == chat.Quote {
			if err := f.renameOne(ctx, n); err != nil {
				return err
			}
		}
		if err := f.rename(ctx, n.Kids); err != nil {
			return err
		}
	}
	return nil
}

func (f *fetcher) renameOne(ctx context.Context, n *chat.Node) error {
	p, ok := f.called[n.Text]
	if n.Ref != 0 {
		quoted, err := f.Store.Entry(ctx, f.c.ID, n.Ref)
		if err != nil {
			return err
		}
		p, ok = f.c.Participant(quoted.Author)
	}
	if !ok {
		p, ok = f.named(n.Text)
	}
	if ok {
		n.Text = p.Known() // what customers may read of it is decided where they read
	}
	return nil
}

// named finds the participant of that full name.
func (f *fetcher) named(name string) (chat.Participant, bool) {
	for _, p := range f.c.Participants {
		if p.Name == name && name != "" {
			return p, true
		}
	}
	return chat.Participant{}, false
}
