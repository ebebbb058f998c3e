package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"trialog/internal/chat"
	"trialog/internal/directory"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// Talks lets agents write in Microsoft Teams outside of any conversation. Messages are read from Microsoft whenever somebody looks and
// kept nowhere.
func (k *Connector) Talks() directory.Talks {
	return directory.Talks{Open: k.openTalk, Read: k.readTalk, Say: k.sayInTalk, File: k.talkFile, Seen: k.seenTalk, Channels: k.channels, Forget: k.talks.forget}
}

// talkPage is how many messages of a talk are read at a time; one page of Microsoft's.
const talkPage = 50

var (
	errNoChat      = chat.Refuse(chat.NotFound, "no_chat", "There is no such chat.")
	errUnreachable = chat.Refuse(chat.Unavailable, "unreachable", "Microsoft Teams can't be reached.")
)

// linked returns the agent's sign-in, or refuses with why there is none that works.
func (k *Connector) linked(ctx context.Context, agent chat.AgentID) (store.Link, error) {
	l, state, err := k.signedIn(ctx, agent)
	if err == nil && state != directory.OK {
		err = chat.Refuse(chat.Conflict, string(state), "Microsoft Teams is not enabled in your profile.")
	}
	return l, err
}

// refusedTalk words what Microsoft said of a talk. Whatever the agent has no access to does not exist.
func (k *Connector) refusedTalk(ctx context.Context, agent chat.AgentID, err error) error {
	var refusal *chat.Error
	if errors.As(err, &refusal) || ctx.Err() != nil {
		return err
	}
	if needsSignIn(err) {
		return chat.Refuse(chat.Conflict, "needs_sign_in", "The sign-in to Microsoft Teams has expired.")
	}
	k.Log.WarnContext(ctx, "teams: talk", "agent", agent, "err", err)
	switch reason, detail := graph.Reason(err); reason {
	case "missing_permission":
		return &chat.Error{Kind: chat.Conflict, Code: reason, Field: detail, Text: "A permission of Microsoft Teams is missing."}
	case "chat_gone", "not_in_chat":
		return errNoChat
	case "throttled":
		return chat.Refuse(chat.Busy, reason, "Microsoft Teams asks for a pause.")
	case "unreachable":
		return errUnreachable
	case "internal", "person_unknown":
		return errNoChat // an id that Microsoft can't make sense of
	default:
		return chat.Refuse(chat.Conflict, reason, "Microsoft Teams refused it (%s).", reason)
	}
}

// openTalk finds or makes the one-to-one chat with somebody. Microsoft has only one for two people, so it may be repeated.
func (k *Connector) openTalk(ctx context.Context, agent chat.AgentID, who chat.Person) (directory.Talk, error) {
	l, err := k.linked(ctx, agent)
	if err != nil {
		return directory.Talk{}, err
	}
	if who.ID == l.Person {
		return directory.Talk{}, chat.RefuseField("id", "own_account", "This is your own account.")
	}
	p, err := k.lookUp(ctx, agent, who)
	if err != nil {
		return directory.Talk{}, err
	}
	c, err := patiently(ctx, func() (graph.Chat, error) {
		return k.client(l.Account, agent).CreateChat(ctx, graph.NewChat{Type: graph.OneOnOne, Members: []graph.NewMember{{User: graph.UserID(l.Person)}, {User: graph.UserID(who.ID)}}})
	})
	if err != nil {
		return directory.Talk{}, k.refusedTalk(ctx, agent, blame(ctx, k.client(l.Account, agent), nil, err))
	}
	p.Chat = string(c.ID)
	people := []directory.Person{p}
	k.addPresence(ctx, l, people)
	k.talks.know(whoIs(l), c.ID)
	return directory.Talk{Chat: p.Chat, Person: people[0], WebURL: c.WebURL}, nil
}

// own makes sure that a chat is a one-to-one chat of the agent's and not one that carries a conference, which is read in the
// conversation and nowhere else. Microsoft is asked once; after that it still decides by the agent's own sign-in.
func (k *Connector) own(ctx context.Context, l store.Link, id graph.ChatID) error {
	if id == "" || len(id) > 200 {
		return errNoChat
	}
	_, isThread, err := k.Store.ThreadByChat(ctx, l.Account, string(id))
	if err != nil {
		return err
	}
	if isThread {
		return errNoChat
	}
	if k.talks.knows(whoIs(l), id) {
		return nil
	}
	if err := k.chats.Wait(ctx, graph.ChatID(l.Person), graph.Live); err != nil {
		return err
	}
	c, err := patiently(ctx, func() (graph.Chat, error) { return k.client(l.Account, l.Agent).Chat(ctx, id) })
	if err != nil {
		return k.refusedTalk(ctx, l.Agent, err)
	}
	if c.Type != graph.OneOnOne {
		return errNoChat
	}
	k.talks.know(whoIs(l), id)
	return nil
}

// readTalk reads one page of a talk from Microsoft.
func (k *Connector) readTalk(ctx context.Context, agent chat.AgentID, at directory.Place, before string) (directory.Lines, error) {
	l, err := k.linked(ctx, agent)
	if err != nil {
		return directory.Lines{}, err
	}
	if at.Chat == "" {
		return k.readChannel(ctx, l, at)
	}
	id := graph.ChatID(at.Chat)
	if err := k.own(ctx, l, id); err != nil {
		return directory.Lines{}, err
	}
	var since time.Time
	if before != "" {
		if since, err = time.Parse(time.RFC3339Nano, before); err != nil {
			return directory.Lines{}, chat.RefuseField("before", "bad_cursor", "This is no cursor of ours.")
		}
	}
	type page struct {
		list []graph.ChatMessage
		more bool
	}
	got, err := patiently(ctx, func() (page, error) {
		list, more, err := k.client(l.Account, agent).MessagesBefore(ctx, id, since, talkPage)
		return page{list, more}, err
	})
	if err != nil {
		return directory.Lines{}, k.refusedTalk(ctx, agent, err)
	}
	out := directory.Lines{Lines: []directory.Line{}, State: directory.OK}
	for _, m := range slices.Backward(got.list) {
		if m.Event == nil && m.Type != "systemEventMessage" && m.Type != "unknownFutureValue" {
			out.Lines = append(out.Lines, talkLine(m, l))
		}
	}
	if got.more {
		out.Before = got.list[len(got.list)-1].Created.UTC().Format(time.RFC3339Nano)
	}
	return out, nil
}

// talkLine reads a message. Its files are counted: under their numbers they can be fetched.
func talkLine(m graph.ChatMessage, l store.Link) directory.Line {
	line := directory.Line{ID: string(m.ID), At: m.Created, Mine: chat.PersonID(m.UserID()) == l.Person, Edited: m.Edited != nil,
		Deleted: m.Deleted != nil, Content: chat.Content{}}
	switch {
	case m.From != nil && m.From.User != nil:
		line.Author = oneLine(m.From.User.Name)
	case m.From != nil && m.From.Application != nil:
		line.Author = oneLine(m.From.Application.Name)
	}
	if !line.Deleted {
		content, _ := talkContent(m)
		line.Content = append(line.Content, content...)
	}
	return line
}

// talkContent reads what a message says, and what it refers to, in the order of the numbers that stand for it.
func talkContent(m graph.ChatMessage) (chat.Content, []remote) {
	var files []remote
	content := parse(m, outside{
		file: func(r remote) chat.Node {
			files = append(files, r)
			f := chat.File{ID: chat.FileID(fmt.Sprint(len(files) - 1)), Name: oneLine(r.Name), Type: "application/octet-stream"}
			if f.Name == "" {
				f.Name = "file"
			}
			if looksLikePicture(r) {
				f.Type = "image/*"
			}
			return chat.Node{T: chat.FileNode, File: &f}
		},
		quoted: func(graph.MessageID) chat.Seq { return 0 },
		calls:  func(graph.UserID, string) {}, // names stand as they are: only staff read this
	})
	return content, files
}

// looksLikePicture guesses by the name; what it really is, is found out when somebody looks.
func looksLikePicture(r remote) bool {
	ext := strings.ToLower(path.Ext(r.Name))
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp"}, ext) || r.Picture && ext == ""
}

// sayInTalk posts once under a client id. After an unclear outcome it looks whether the message stands there before it posts again.
func (k *Connector) sayInTalk(ctx context.Context, agent chat.AgentID, at directory.Place, id string, content chat.Content) (directory.Line, error) {
	l, err := k.linked(ctx, agent)
	if err != nil {
		return directory.Line{}, err
	}
	if at.Chat != "" {
		if err := k.own(ctx, l, graph.ChatID(at.Chat)); err != nil {
			return directory.Line{}, err
		}
	}
	if len(content.Files()) > 0 {
		return directory.Line{}, chat.RefuseField("content", "no_files", "Files can't be sent here.")
	}
	account, _ := k.account(l.Account)
	text := talkHTML(content, wordsOf(account))
	if len(text) > graph.MaxHTML {
		return directory.Line{}, &chat.Error{Kind: chat.TooLarge, Code: "text_too_long", Field: "text", Text: "The message is too long for Microsoft Teams."}
	}
	try, leave, err := k.talks.attempt(ctx, whoIs(l), at, id, text)
	if err != nil {
		return directory.Line{}, err
	}
	defer leave()
	if try.done != nil {
		return *try.done, nil
	}
	m, err := k.postTalk(ctx, l, at, try)
	if err != nil {
		return directory.Line{}, k.refusedTalk(ctx, agent, err)
	}
	line := talkLine(m, l)
	try.done = &line
	return line, nil
}

// postTalk posts, or finds what an earlier attempt has posted: one with the marker of this attempt.
func (k *Connector) postTalk(ctx context.Context, l store.Link, at directory.Place, try *talkAttempt) (m graph.ChatMessage, err error) {
	n := graph.NewMessage{HTML: try.text + `<abbr title="tl:` + try.marker + `"></abbr>`}
	if try.unclear {
		found, ok, err := k.findTalk(ctx, l, at, try.marker)
		if err != nil || ok {
			return found, err
		}
	}
	try.unclear = true
	client := k.client(l.Account, l.Agent)
	if at.Chat != "" {
		m, err = patiently(ctx, func() (graph.ChatMessage, error) { return client.PostMessage(ctx, graph.ChatID(at.Chat), n) })
	} else {
		m, err = patiently(ctx, func() (graph.ChatMessage, error) {
			return client.PostToChannel(ctx, graph.TeamID(at.Team), graph.ChannelID(at.Channel), n)
		})
	}
	try.unclear = err != nil && graph.Ambiguous(err)
	return m, err
}

// findTalk looks among the newest messages for one with a marker.
func (k *Connector) findTalk(ctx context.Context, l store.Link, at directory.Place, marker string) (m graph.ChatMessage, ok bool, err error) {
	if at.Chat == "" {
		err = k.client(l.Account, l.Agent).ChannelThreads(ctx, graph.TeamID(at.Team), graph.ChannelID(at.Channel), func(t graph.ChannelThread) bool {
			m, ok = t.ChatMessage, strings.Contains(t.Body.Content, marker)
			return !ok
		})
		return m, ok, err
	}
	list, _, err := k.client(l.Account, l.Agent).MessagesBefore(ctx, graph.ChatID(at.Chat), time.Time{}, talkPage)
	for _, m := range list {
		if strings.Contains(m.Body.Content, marker) {
			return m, true, nil
		}
	}
	return m, false, err
}

// talkHTML renders what an agent writes.
func talkHTML(content chat.Content, w words) string {
	var b strings.Builder
	(&renderer{w: w}).nodes(&b, content)
	return b.String()
}

// talkFile opens a file of a message, found anew in the message itself: a browser never says where to fetch from.
func (k *Connector) talkFile(ctx context.Context, agent chat.AgentID, at directory.Place, message string, n int) (string, io.ReadCloser, error) {
	l, err := k.linked(ctx, agent)
	if err != nil {
		return "", nil, err
	}
	if at.Chat == "" {
		return k.channelFile(ctx, l, at, message, n)
	}
	if err := k.own(ctx, l, graph.ChatID(at.Chat)); err != nil {
		return "", nil, err
	}
	m, err := patiently(ctx, func() (graph.ChatMessage, error) {
		return k.client(l.Account, agent).Message(ctx, graph.ChatID(at.Chat), graph.MessageID(message))
	})
	if err != nil {
		return "", nil, k.refusedTalk(ctx, agent, err)
	}
	return k.openRemote(ctx, l, m, n)
}

var errNoTalkFile = chat.Refuse(chat.NotFound, "no_file", "There is no such file.")

func (k *Connector) openRemote(ctx context.Context, l store.Link, m graph.ChatMessage, n int) (string, io.ReadCloser, error) {
	_, files := talkContent(m)
	if m.Deleted != nil || n < 0 || n >= len(files) {
		return "", nil, errNoTalkFile
	}
	var body io.ReadCloser
	var err error
	if f := files[n]; f.Picture {
		body, err = k.client(l.Account, l.Agent).HostedContent(ctx, f.URL)
	} else {
		body, err = k.client(l.Account, l.Agent).DownloadShared(ctx, f.URL)
	}
	if err != nil {
		return "", nil, k.refusedTalk(ctx, l.Agent, err)
	}
	name := oneLine(files[n].Name)
	if name == "" {
		name = "picture"
	}
	return name, body, nil
}

// seenTalk tells Microsoft that the agent has read a chat, and the cached folder too.
func (k *Connector) seenTalk(ctx context.Context, agent chat.AgentID, at directory.Place) error {
	l, err := k.linked(ctx, agent)
	if err != nil {
		return err
	}
	if err := k.own(ctx, l, graph.ChatID(at.Chat)); err != nil {
		return err
	}
	account, _ := k.account(l.Account)
	if _, err := patiently(ctx, func() (struct{}, error) {
		return struct{}{}, k.client(l.Account, agent).MarkChatRead(ctx, graph.ChatID(at.Chat), graph.UserID(l.Person), account.Tenant)
	}); err != nil {
		return k.refusedTalk(ctx, agent, err)
	}
	cached, asOf, known, err := k.cached(ctx, l)
	if err != nil || !known {
		return err
	}
	if i := slices.IndexFunc(cached.People, func(p directory.Person) bool { return p.Chat == at.Chat }); i >= 0 {
		cached.People[i].Unread = false
	}
	cached.Dirty = true // a list that is just being fetched may not know it yet
	return k.cache(ctx, l, asOf, cached)
}

// talkHint is what an agent's browser is told of a message in one of the agent's own chats: where, by whom, and nothing of what it says.
type talkHint struct {
	Chat string `json:"chat"`
	Name string `json:"name,omitempty"`
	Mine bool   `json:"mine,omitempty"`
}

// tellTalk tells the agent, and nobody else, that a chat of the agent's own has changed.
func (r *run) tellTalk(ctx context.Context, agent chat.AgentID, m graph.ChatMessage) error {
	l, ok, err := r.Store.LinkOf(ctx, r.id, agent)
	if err != nil || !ok {
		return err
	}
	h := talkHint{Chat: string(m.ChatID), Mine: chat.PersonID(m.UserID()) == l.Person}
	if m.From != nil && m.From.User != nil {
		h.Name = oneLine(m.From.User.Name)
	}
	data, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("tell %s of a message: %w", agent, err)
	}
	r.Store.Signal(ctx, store.Hint{Agent: agent, Topic: store.TopicTalk, Data: data})
	return nil
}
