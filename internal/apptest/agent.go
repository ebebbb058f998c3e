package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"trialog/internal/chat"
)

// Agent is an agent with a desk in the browser.
type Agent struct {
	*api
	w     *World
	Login string
	Me    struct {
		ID   chat.AgentID `json:"id"`
		Name string       `json:"name"`
	}
	mu    sync.Mutex
	seen  map[chat.ConversationID]*Log
	sums  map[chat.ConversationID]Summary
	told  []Told
	count int
	live  context.CancelFunc
	ws    *websocket.Conn
}

// Summary is what an agent's lists show of a conversation.
type Summary struct {
	ID           chat.ConversationID `json:"id"`
	Number       int64               `json:"number"`
	Status       chat.Status         `json:"status"`
	Participants []chat.Participant  `json:"participants"`
	Last         chat.Seq            `json:"last"`
	Unread       int                 `json:"unread"`
	Lane         *struct {
		State  string   `json:"state"`
		Cursor chat.Seq `json:"cursor"`
		Reason string   `json:"reason"`
		Detail string   `json:"detail"`
	} `json:"lane"`
}

// Expert returns the expert of that name.
func (s Summary) Expert(name string) (chat.Participant, bool) {
	for _, p := range s.Participants {
		if p.Kind == chat.Expert && strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return chat.Participant{}, false
}

// SignIn opens the desk as an agent.
func (w *World) SignIn(ctx context.Context, login, password string) (*Agent, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := w.Net.Client()
	client.Jar = jar
	a := &Agent{w: w, Login: login, api: &api{client: client, base: w.URL + "/api/v1", origin: w.URL},
		seen: map[chat.ConversationID]*Log{}, sums: map[chat.ConversationID]Summary{}}
	if err := a.call(ctx, "POST", "/session", map[string]string{"login": login, "password": password}, &a.Me); err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.agents = append(w.agents, a)
	w.mu.Unlock()
	return a, a.Connect(ctx)
}

// Connect opens the live connection.
func (a *Agent) Connect(ctx context.Context) error {
	var t struct {
		Ticket string `json:"ticket"`
	}
	if err := a.call(ctx, "POST", "/tickets", map[string]any{}, &t); err != nil {
		return err
	}
	live, cancel := context.WithCancel(a.w.ctx)
	ws, err := a.w.dial(live, "/live", t.Ticket, a.client)
	if err != nil {
		cancel()
		return err
	}
	a.mu.Lock()
	a.live, a.ws = cancel, ws
	again := map[chat.ConversationID]string{}
	for id, l := range a.seen {
		again[id] = l.position()
	}
	a.mu.Unlock()
	a.w.Go(func() { a.listen(live, ws) })
	for id, position := range again {
		if err := a.watch(live, id, position); err != nil {
			return err
		}
	}
	return nil
}

// Disconnect closes the browser.
func (a *Agent) Disconnect() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.live != nil {
		a.live()
		a.live, a.ws = nil, nil
	}
}

func (a *Agent) listen(ctx context.Context, ws *websocket.Conn) {
	defer ws.CloseNow()
	ws.SetReadLimit(64 << 20)
	for {
		_, frame, err := ws.Read(ctx)
		if err != nil {
			return
		}
		var f struct {
			Type         string          `json:"type"`
			Conversation json.RawMessage `json:"conversation"`
			Entries      []chat.Entry    `json:"entries"`
			Anew         bool            `json:"anew"`
			Mine         json.RawMessage `json:"mine"`
		}
		if json.Unmarshal(frame, &f) != nil {
			continue
		}
		switch f.Type {
		case "entries":
			var id chat.ConversationID
			if json.Unmarshal(f.Conversation, &id) == nil {
				a.log(id).add(f.Entries, f.Anew)
			}
		case "summary":
			var s Summary
			if json.Unmarshal(f.Conversation, &s) == nil {
				a.mu.Lock()
				a.sums[s.ID] = s
				a.mu.Unlock()
			}
		case "teamsMessage":
			a.hearTalk(frame)
		case "lists":
			var mine []Summary
			if json.Unmarshal(f.Mine, &mine) != nil {
				continue
			}
			a.mu.Lock()
			for _, s := range mine {
				a.sums[s.ID] = s
			}
			a.mu.Unlock()
		}
	}
}

func (a *Agent) log(id chat.ConversationID) *Log {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen[id] == nil {
		a.seen[id] = &Log{}
	}
	return a.seen[id]
}

// Seen is what the desk shows of a conversation.
func (a *Agent) Seen(id chat.ConversationID) *Log { return a.log(id) }

// Summary is what the desk's lists show of a conversation.
func (a *Agent) Summary(id chat.ConversationID) Summary {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sums[id]
}

// Read asks for a conversation as the desk does when it is opened, also after its end, when it is in no list.
func (a *Agent) Read(ctx context.Context, id chat.ConversationID) (Summary, error) {
	var got struct {
		Conversation Summary `json:"conversation"`
	}
	err := a.call(ctx, "GET", a.at(id), nil, &got)
	return got.Conversation, err
}

func (a *Agent) next() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count++
	return fmt.Sprintf("%s-%d", letters(a.Login), a.count)
}

func (a *Agent) watch(ctx context.Context, id chat.ConversationID, position string) error {
	a.mu.Lock()
	ws := a.ws
	a.mu.Unlock()
	if ws == nil {
		return nil
	}
	return ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"open","conversation":%q,%s}`, id, position))
}

// Accept takes a waiting conversation and opens it on the desk.
func (a *Agent) Accept(ctx context.Context, id chat.ConversationID) error {
	if err := a.call(ctx, "POST", a.at(id)+"/accept", map[string]any{}, nil); err != nil {
		return err
	}
	a.log(id)
	return a.watch(ctx, id, `"after":0`)
}

func (a *Agent) at(id chat.ConversationID) string { return "/conversations/" + string(id) }

// Say sends a line to an audience.
func (a *Agent) Say(ctx context.Context, id chat.ConversationID, audience chat.Audience, text string, files ...chat.FileID) (chat.Seq, error) {
	return a.SayAs(ctx, a.next(), id, audience, text, files...)
}

// SayAs is Say under a client id of the caller's choice.
func (a *Agent) SayAs(ctx context.Context, key string, id chat.ConversationID, audience chat.Audience, text string, files ...chat.FileID) (chat.Seq, error) {
	body := map[string]any{"id": key, "audience": audience}
	if text != "" {
		body["text"] = text
	}
	if len(files) > 0 {
		body["files"] = files
	}
	var p posted
	err := a.call(ctx, "POST", a.at(id)+"/messages", body, &p)
	return p.Seq, err
}

// Edit replaces an own line.
func (a *Agent) Edit(ctx context.Context, id chat.ConversationID, ref chat.Seq, text string) error {
	return a.call(ctx, "POST", a.at(id)+"/edits", map[string]any{"id": a.next(), "ref": ref, "text": text}, nil)
}

// Delete takes an own line back.
func (a *Agent) Delete(ctx context.Context, id chat.ConversationID, ref chat.Seq) error {
	return a.call(ctx, "POST", a.at(id)+"/deletions", map[string]any{"id": a.next(), "ref": ref}, nil)
}

// React puts an emoji on a line.
func (a *Agent) React(ctx context.Context, id chat.ConversationID, ref chat.Seq, emoji string) error {
	return a.call(ctx, "POST", a.at(id)+"/reactions", map[string]any{"id": a.next(), "ref": ref, "emoji": emoji}, nil)
}

// Person is somebody in a folder of the directory.
type Person struct {
	Account chat.AccountID `json:"account"`
	ID      chat.PersonID  `json:"id"`
	Name    string         `json:"name"`
}

// Folder is a folder of the directory as the picker shows it.
type Folder struct {
	ID     string   `json:"id"`
	State  string   `json:"state"`
	People []Person `json:"people"`
}

// Folders opens the picker.
func (a *Agent) Folders(ctx context.Context) ([]Folder, error) {
	var d struct {
		Folders []Folder `json:"folders"`
	}
	err := a.call(ctx, "GET", "/directory", nil, &d)
	return d.Folders, err
}

// Invite ticks people in the folder "Microsoft Teams Chats" and presses Invite. Whoever is not in the folder is looked for by search.
func (a *Agent) Invite(ctx context.Context, id chat.ConversationID, names ...string) error {
	var people []map[string]any
	for _, name := range names {
		p, err := a.find(ctx, name)
		if err != nil {
			return err
		}
		people = append(people, map[string]any{"account": p.Account, "id": p.ID})
	}
	return a.invite(ctx, id, people...)
}

// InvitePerson invites somebody by the id that Microsoft gives people.
func (a *Agent) InvitePerson(ctx context.Context, id chat.ConversationID, account chat.AccountID, person chat.PersonID) error {
	return a.invite(ctx, id, map[string]any{"account": account, "id": person})
}

func (a *Agent) invite(ctx context.Context, id chat.ConversationID, people ...map[string]any) error {
	return a.call(ctx, "POST", a.at(id)+"/invitations", map[string]any{"people": people}, nil)
}

func (a *Agent) find(ctx context.Context, name string) (Person, error) {
	folders, err := a.Folders(ctx)
	if err != nil {
		return Person{}, err
	}
	var found struct {
		People []Person `json:"people"`
	}
	for _, f := range folders {
		found.People = append(found.People, f.People...)
	}
	for range 2 {
		for _, p := range found.People {
			if p.Name == name && !strings.HasPrefix(string(p.Account), "@") { // colleagues may have the same name
				return p, nil
			}
		}
		if err := a.call(ctx, "GET", "/directory/search?q="+url.QueryEscape(name), nil, &found); err != nil {
			return Person{}, err
		}
	}
	return Person{}, fmt.Errorf("%s does not find %q in the directory", a.Login, name)
}

// Remove removes an expert.
func (a *Agent) Remove(ctx context.Context, id chat.ConversationID, name string) error {
	p, ok := a.Summary(id).Expert(name)
	if !ok {
		return fmt.Errorf("%s sees no expert %q", a.Login, name)
	}
	return a.call(ctx, "DELETE", fmt.Sprintf("%s/participants/%d", a.at(id), p.ID), nil, nil)
}

// Retry sends a failed invitation on its way again.
func (a *Agent) Retry(ctx context.Context, id chat.ConversationID, name string) error {
	p, ok := a.Summary(id).Expert(name)
	if !ok {
		return fmt.Errorf("%s sees no expert %q", a.Login, name)
	}
	return a.call(ctx, "POST", fmt.Sprintf("%s/participants/%d/retry", a.at(id), p.ID), map[string]any{}, nil)
}

// RetryLane sets a blocked lane going again.
func (a *Agent) RetryLane(ctx context.Context, id chat.ConversationID) error {
	return a.call(ctx, "POST", a.at(id)+"/lane/retry", map[string]any{}, nil)
}

// Close ends the chat.
func (a *Agent) Close(ctx context.Context, id chat.ConversationID) error {
	return a.call(ctx, "POST", a.at(id)+"/close", map[string]any{}, nil)
}

// Download fetches a file's bytes.
func (a *Agent) Download(ctx context.Context, id chat.FileID) ([]byte, error) {
	var b []byte
	err := a.call(ctx, "GET", "/files/"+string(id), nil, &b)
	return b, err
}

// Upload sends a file's bytes.
func (a *Agent) Upload(ctx context.Context, id chat.ConversationID, name string, content []byte) (chat.File, error) {
	var f chat.File
	err := a.call(ctx, "POST", a.at(id)+"/files?name="+url.QueryEscape(name), bytes.NewReader(content), &f)
	return f, err
}

// TeamsLink is the profile's Microsoft Teams switch.
type TeamsLink struct {
	State    string `json:"state"`
	Username string `json:"username"`
	Reason   string `json:"reason"`
}

// Teams reads the profile's Microsoft Teams switch.
func (a *Agent) Teams(ctx context.Context) (TeamsLink, error) {
	var l TeamsLink
	err := a.call(ctx, "GET", "/me/teams", nil, &l)
	return l, err
}

// LinkTeams turns the switch on and signs in at Microsoft as the person of that name, filling in Microsoft's pages as a browser
// would.
func (a *Agent) LinkTeams(ctx context.Context, person string) error {
	return a.LinkTeamsWith(ctx, person, "")
}

// LinkTeamsWith is LinkTeams with one of several accounts.
func (a *Agent) LinkTeamsWith(ctx context.Context, person, account string) error {
	start, err := a.StartTeams(ctx, account)
	if err != nil {
		return err
	}
	return a.w.signInAtMicrosoft(ctx, a.client, start, person)
}

// StartTeams asks where to sign in at Microsoft.
func (a *Agent) StartTeams(ctx context.Context, account string) (string, error) {
	var start struct {
		URL string `json:"url"`
	}
	body := map[string]any{}
	if account != "" {
		body["account"] = account
	}
	err := a.call(ctx, "POST", "/me/teams", body, &start)
	return start.URL, err
}

// get fetches a page and says where it ended up.
func get(ctx context.Context, client *http.Client, method, to string, form url.Values) (page string, at *url.URL, err error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return "", nil, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), resp.Request.URL, err
}
