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

// rename gives those whom a line mentions or quotes the names under which its readers know them: Teams gives full names, which the
// customer may not be meant to see, and gives relayed lines the name of their sender.
func (f *fetcher) rename(ctx context.Context, nodes []chat.Node, private bool) error {
	for i := range nodes {
		n := &nodes[i]
		if n.T == chat.Mention || n.T == chat.Quote {
			if err := f.renameOne(ctx, n, private); err != nil {
				return err
			}
		}
		if err := f.rename(ctx, n.Kids, private); err != nil {
			return err
		}
	}
	return nil
}

func (f *fetcher) renameOne(ctx context.Context, n *chat.Node, private bool) error {
	p, ok := f.called[n.Text]
	if n.Ref != 0 {
		quoted, err := f.Store.Entry(ctx, f.c.ID, n.Ref)
		if err != nil {
			return err
		}
		p, ok = f.c.Participant(quoted.Author)
		if words, known := f.words[n.Ref]; known {
			n.Kids = chat.FromText(words)
		}
	}
	if !ok {
		p, ok = f.named(n.Text)
	}
	switch {
	case ok && private:
		n.Text = p.Name
	case ok:
		n.Text = p.PublicName
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
