package teams

import (
	"context"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"trialog/internal/chat"
	"trialog/internal/directory"
	"trialog/internal/graph"
	"trialog/internal/store"
)

const (
	maxTeams    = 50 // teams whose channels are listed
	teamsAtOnce = 4
)

// channels lists the teams and channels the agent is in. Without the permissions it says which one is missing.
func (k *Connector) channels(ctx context.Context, agent chat.AgentID) (directory.Channels, error) {
	l, state, err := k.signedIn(ctx, agent)
	out := directory.Channels{State: state, Teams: []directory.Team{}}
	if err != nil || state != directory.OK {
		return out, err
	}
	if lacking := missing(l.Scopes, graph.ChannelScopes); len(lacking) > 0 {
		out.State, out.Reason = directory.Missing, lacking[0]
		return out, nil
	}
	if known, ok := k.talks.channelsOf(whoIs(l)); ok {
		return known, nil
	}
	out.Teams, err = k.listTeams(ctx, l)
	switch reason, detail := graph.Reason(err); {
	case err == nil && len(out.Teams) == 0:
		out.State = directory.Empty
	case err == nil:
	case needsSignIn(err):
		out.State = directory.NeedsSignIn
	case reason == "missing_permission":
		out.State, out.Reason = directory.Missing, detail
	default:
		k.Log.WarnContext(ctx, "teams: channels can't be read", "agent", agent, "err", err)
		out.State, out.Reason = directory.Stale, reason
	}
	if err == nil {
		k.talks.keepChannels(whoIs(l), out)
	}
	return out, nil
}

func (k *Connector) listTeams(ctx context.Context, l store.Link) ([]directory.Team, error) {
	client := k.client(l.Account, l.Agent)
	joined, err := patiently(ctx, func() ([]graph.Team, error) { return client.JoinedTeams(ctx) })
	if err != nil {
		return []directory.Team{}, err
	}
	joined = joined[:min(len(joined), maxTeams)]
	teams := make([]directory.Team, len(joined))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(teamsAtOnce)
	for i, t := range joined {
		teams[i] = directory.Team{ID: string(t.ID), Name: oneLine(t.Name), Channels: []directory.Channel{}}
		g.Go(func() error {
			list, err := patiently(ctx, func() ([]graph.Channel, error) { return client.Channels(ctx, t.ID) })
			for _, c := range list {
				teams[i].Channels = append(teams[i].Channels, directory.Channel{ID: string(c.ID), Name: oneLine(c.Name), WebURL: c.WebURL})
			}
			return err
		})
	}
	return teams, g.Wait()
}

// readChannel reads the newest threads of a channel, each followed by its answers. It has no pages before: older threads are read in
// Microsoft Teams itself.
func (k *Connector) readChannel(ctx context.Context, l store.Link, at directory.Place) (directory.Lines, error) {
	out := directory.Lines{Lines: []directory.Line{}, State: directory.OK}
	if lacking := missing(l.Scopes, []string{graph.ScopeReadChannels}); len(lacking) > 0 {
		out.State, out.Reason = directory.Missing, lacking[0]
		return out, nil
	}
	threads, err := k.channelThreads(ctx, l, at)
	if err != nil {
		return out, k.refusedTalk(ctx, l.Agent, err)
	}
	for _, t := range slices.Backward(threads) {
		if t.Event != nil || t.Type == "systemEventMessage" || t.Type == "unknownFutureValue" {
			continue
		}
		line := talkLine(t.ChatMessage, l)
		line.Replies = len(t.Replies)
		out.Lines = append(out.Lines, line)
		for _, m := range slices.Backward(t.Replies) {
			out.Lines = append(out.Lines, talkLine(m, l))
		}
	}
	return out, nil
}

// channelThreads reads one page of threads, the newest first.
func (k *Connector) channelThreads(ctx context.Context, l store.Link, at directory.Place) ([]graph.ChannelThread, error) {
	return patiently(ctx, func() (list []graph.ChannelThread, err error) {
		err = k.client(l.Account, l.Agent).ChannelThreads(ctx, graph.TeamID(at.Team), graph.ChannelID(at.Channel), func(t graph.ChannelThread) bool {
			list = append(list, t)
			return len(list) < talkPage
		})
		return list, err
	})
}

// channelFile opens a file of a message in a channel.
func (k *Connector) channelFile(ctx context.Context, l store.Link, at directory.Place, message string, n int) (string, io.ReadCloser, error) {
	threads, err := k.channelThreads(ctx, l, at)
	if err != nil {
		return "", nil, k.refusedTalk(ctx, l.Agent, err)
	}
	for _, t := range threads {
		for _, m := range append([]graph.ChatMessage{t.ChatMessage}, t.Replies...) {
			if string(m.ID) == message {
				return k.openRemote(ctx, l, m, n)
			}
		}
	}
	return "", nil, errNoTalkFile
}
