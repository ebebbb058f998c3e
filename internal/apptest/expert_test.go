package apptest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"trialog/internal/teamsim"
)

// threads lists the group chats of a customer's conference, as the tenant really committed them.
func (p *player) threads(ctx context.Context, c *Customer) ([]teamsim.Chat, error) {
	tag := fmt.Sprintf("#%d", c.Number)
	var found []teamsim.Chat
	for _, chat := range p.w.Tenant.Chats() {
		if chat.Type == "group" && slices.Contains(strings.Fields(chat.Topic), tag) {
			found = append(found, chat)
		}
	}
	return found, nil
}

func (p *player) thread(ctx context.Context, c *Customer) (teamsim.Chat, error) {
	var chats []teamsim.Chat
	var err error
	if !p.w.Until(patience, func() bool { chats, err = p.threads(ctx, c); return err != nil || len(chats) > 0 }) {
		return teamsim.Chat{}, fmt.Errorf("%s has no thread", c.Name)
	}
	if err != nil {
		return teamsim.Chat{}, err
	}
	return chats[0], nil
}

// seenBy is what a person sees, or saw while a member, of a thread.
func (p *player) seenBy(ctx context.Context, person teamsim.Person, c *Customer) ([]string, error) {
	chats, err := p.threads(ctx, c)
	if err != nil || len(chats) == 0 {
		return nil, err
	}
	chat := chats[0]
	if !slices.ContainsFunc(chat.Members, func(m teamsim.Member) bool { return m.ID == person.ID }) {
		return words(before(chat.Messages, person.ID)), nil
	}
	messages, err := p.w.Tenant.As(person.Name).Messages(chat.ID)
	return words(messages), err
}

// before cuts what was committed after a person's last departure.
func before(messages []teamsim.Message, person string) []teamsim.Message {
	end := -1
	for i, m := range messages {
		if (m.Event == "membersLeft" || m.Event == "membersDeleted") && slices.Contains(m.Affected, person) {
			end = i
		}
	}
	return messages[:end+1]
}

func words(messages []teamsim.Message) []string {
	var lines []string
	for _, m := range messages {
		if m.IsDeleted() {
			continue
		}
		line := m.Text()
		for _, a := range m.Attachments {
			line += " [" + a.Name + "]"
		}
		lines = append(lines, line)
	}
	return lines
}

func (p *player) expert(ctx context.Context, args []string) error {
	not, args := negated(args)
	if len(args) < 3 {
		return fmt.Errorf("expert PERSON VERB CUSTOMER …")
	}
	person, ok := p.w.Tenant.Person(args[0])
	if !ok {
		return fmt.Errorf("the tenant knows no %q", args[0])
	}
	me, verb, args := p.w.Tenant.As(person.Name), args[1], args[2:]
	if verb == "writes" {
		err := me.OneOnOne(args[0], args[1])
		p.w.Settle()
		return err
	}
	if verb == "sends" || verb == "reads" {
		return p.oneToOne(not, person, verb, args)
	}
	c, err := p.lena(args[0])
	if err != nil {
		return err
	}
	args = append(args[1:], "")
	if verb == "sees" {
		return p.sees(not, person.Name, args[:len(args)-1], func() ([]string, error) { return p.seenBy(ctx, person, c) })
	}
	chat, err := p.thread(ctx, c)
	if err != nil {
		return err
	}
	time.Sleep(1100 * time.Millisecond) // people don't write twice in the same second
	return p.inThread(me, chat, verb, args)
}

// inThread carries out what an expert does in a thread.
func (p *player) inThread(me *teamsim.Teams, chat teamsim.Chat, verb string, args []string) error {
	var err error
	switch verb {
	case "says":
		_, err = me.Say(chat.ID, args[0])
	case "leaves":
		err = me.Leave(chat.ID)
	case "attaches":
		_, err = me.File(chat.ID, args[0], p.file(args[0]), strings.Join(args[1:], " "))
	case "pastes":
		_, err = me.Picture(chat.ID, args[0], p.file(args[0]), "")
	case "pastes-alike":
		var contents [][]byte
		for _, name := range args[1 : len(args)-1] {
			contents = append(contents, p.file(name))
		}
		_, err = me.Pictures(chat.ID, args[0], contents...)
	case "puts-out":
		err = me.Remove(chat.ID, args[0])
	case "renames":
		err = me.Rename(chat.ID, args[0])
	case "adds":
		err = me.Add(chat.ID, args[0])
	case "edits":
		err = p.withMessage(chat, args[0], func(id string) error { return me.Edit(chat.ID, id, args[1]) })
	case "deletes":
		err = p.withMessage(chat, args[0], func(id string) error { return me.Delete(chat.ID, id) })
	case "undeletes":
		err = p.withMessage(chat, args[0], func(id string) error { return me.Undelete(chat.ID, id) })
	case "reacts":
		err = p.withMessage(chat, args[0], func(id string) error { return me.React(chat.ID, id, args[1]) })
	case "unreacts":
		err = p.withMessage(chat, args[0], func(id string) error { return me.Unreact(chat.ID, id, args[1]) })
	case "mentions":
		err = mention(p.w.Tenant, me, chat.ID, args[0], args[1])
	case "quotes":
		err = p.withMessage(chat, args[0], func(id string) error { _, err := me.Quote(chat.ID, id, args[1]); return err })
	case "opens-picture":
		return p.opensPicture(me, chat, args[0])
	case "reads-file":
		return p.readsFile(me, chat, args[0], args[1])
	default:
		return fmt.Errorf("experts don't %q", verb)
	}
	p.w.Settle()
	return err
}

func (p *player) withMessage(chat teamsim.Chat, text string, do func(id string) error) error {
	for _, m := range slices.Backward(chat.Messages) { // as committed: who brings a message back knows what it said
		if strings.Contains(m.Text(), text) {
			return do(m.ID)
		}
	}
	return fmt.Errorf("no message says %q", text)
}

// readsFile opens an attachment in Teams and looks for what must be in it. Who is no member any more may have its address all the same.
func (p *player) readsFile(me *teamsim.Teams, chat teamsim.Chat, name, want string) error {
	for _, m := range chat.Messages {
		for _, a := range m.Attachments {
			if a.Name != name {
				continue
			}
			content, err := me.Read(a.URL)
			if err == nil && !bytes.Contains(content, []byte(want)) {
				err = fmt.Errorf("%s does not hold %q but %d bytes", name, want, len(content))
			}
			return err
		}
	}
	return fmt.Errorf("no attachment %q in the thread", name)
}

// mention posts a message that begins with a mention, by the name or by the first name only, as Teams lets one shorten it.
func mention(t *teamsim.Tenant, me *teamsim.Teams, thread, called, text string) error {
	for _, person := range t.People() {
		if person.Name != called && person.GivenName != called {
			continue
		}
		_, err := me.Post(thread, map[string]any{
			"body": map[string]string{"contentType": "html", "content": `<p><at id="0">` + called + `</at> ` + text + `</p>`},
			"mentions": []map[string]any{{"id": 0, "mentionText": called,
				"mentioned": map[string]any{"user": map[string]string{"id": person.ID, "displayName": person.Name, "userIdentityType": "aadUser"}}}},
		})
		return err
	}
	return fmt.Errorf("nobody is called %q", called)
}

// opensPicture fetches a picture that stands in a post, and compares it.
func (p *player) opensPicture(me *teamsim.Teams, chat teamsim.Chat, name string) error {
	address, err := addressOf(me, chat.ID, name)
	if err != nil {
		return err
	}
	got, err := me.Read(address)
	if err != nil {
		return err
	}
	return p.crossed(name, got)
}

// reacted checks who reacted how to the message that holds a text: "👍 Anna Becker" …, in any order.
func (p *player) reacted(ctx context.Context, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("reacted CUSTOMER TEXT REACTION…")
	}
	c, err := p.lena(args[0])
	if err != nil {
		return err
	}
	var got []string
	ok := p.w.Until(patience, func() bool {
		chats, _ := p.threads(ctx, c)
		got = nil
		for _, m := range chats[0].Messages {
			for _, r := range m.Reactions {
				if strings.Contains(m.Text(), args[1]) {
					got = append(got, r.Emoji+" "+r.From)
				}
			}
		}
		slices.Sort(got)
		return slices.Equal(got, slices.Sorted(slices.Values(args[2:])))
	})
	if !ok {
		return fmt.Errorf("reactions are %q, want %q", got, args[2:])
	}
	return nil
}

// lastLine checks what the last message of a thread says.
func (p *player) lastLine(ctx context.Context, args []string) error {
	c, err := p.lena(args[0])
	if err != nil {
		return err
	}
	chats, err := p.threads(ctx, c)
	if err != nil || len(chats) == 0 {
		return fmt.Errorf("no thread: %w", err)
	}
	messages := chats[0].Messages
	if last := messages[len(messages)-1].Text(); !strings.Contains(last, args[1]) {
		return fmt.Errorf("the last message is %q", last)
	}
	return nil
}

func (p *player) tenant(ctx context.Context, args []string) error {
	verb, err := word(args, 0, "what Microsoft does")
	if err != nil {
		return err
	}
	if done, err := p.tenantApps(verb, args[1:]); done {
		return err
	}
	t, args := p.w.Tenant, append(args[1:], "", "", "")
	switch verb {
	case "throttles":
		n, err := strconv.Atoi(args[0])
		t.SetFaults(func(f *teamsim.Faults) { f.ThrottleNext = n })
		return err
	case "fails", "commits-then-fails", "fails-then-commits", "spares":
		return p.failNext(verb, args)
	case "loses-notifications", "doubles-notifications", "reorders-notifications":
		n, err := strconv.ParseFloat(args[0], 64)
		t.SetFaults(func(f *teamsim.Faults) {
			*map[string]*float64{"loses-notifications": &f.NotifyLossP, "doubles-notifications": &f.NotifyDuplicateP,
				"reorders-notifications": &f.NotifyReorderP}[verb] = n
		})
		return err
	case "drops-subscriptions":
		t.ExpireSubscriptions()
	case "removes-subscriptions":
		for _, s := range t.Subscriptions() {
			if err := t.RemoveSubscription(s.ID); err != nil {
				return err
			}
		}
	case "counts-calls":
		p.calls = t.RequestCounts()
	case "had-calls":
		if got := strconv.Itoa(t.RequestCounts()[args[0]] - p.calls[args[0]]); got != args[1] {
			return fmt.Errorf("%s calls %s since, want %s", got, args[0], args[1])
		}
	case "revokes":
		err := t.RevokeSignIn(args[0], 50173)
		t.ExpireTokens()
		return err
	case "consents": // an administrator, for everybody
		return p.consent(ctx, args[0])
	case "pairs": // what a request for a group chat of two gives: groups, oneOnOne, refused
		pair := strings.TrimPrefix(args[0], "groups")
		t.SetFaults(func(f *teamsim.Faults) { f.PairGroup = pair })
	case "cleans-up": // what becomes of hidden marks: keeps, strips, rewrites, flattens
		t.SetFaults(func(f *teamsim.Faults) { f.CleanUp = strings.TrimPrefix(args[0], "keeps") })
	case "notifies-first":
		t.SetFaults(func(f *teamsim.Faults) { f.NotifyFirst = true })
	case "blocks": // what the data-loss policy does with messages that hold a word
		words := []string{args[0]}
		t.SetFaults(func(f *teamsim.Faults) { f.BlockWords = words })
	case "offline":
		t.SetFaults(func(f *teamsim.Faults) { f.Offline = true })
	case "vanishes": // the thread, as if an administrator had deleted it
		c, err := p.lena(args[0])
		if err != nil {
			return err
		}
		chat, err := p.thread(ctx, c)
		if err != nil {
			return err
		}
		return t.Vanish(chat.ID)
	case "licenses", "unlicenses":
		person, ok := t.Person(args[0])
		if !ok {
			return fmt.Errorf("no person %q", args[0])
		}
		person.NoTeams = verb == "unlicenses"
		t.AddPerson(person)
	case "calms":
		t.SetFaults(func(f *teamsim.Faults) { *f = teamsim.Faults{} })
	case "reacted":
		return p.reacted(ctx, args[:len(args)-3])
	case "last-line":
		return p.lastLine(ctx, args)
	case "members":
		return p.members(ctx, args)
	case "unblocks":
		return p.unblocks()
	case "has-threads":
		return p.hasThreads(ctx, args)
	case "has-subscriptions":
		if got := strconv.Itoa(len(t.Subscriptions())); got != args[0] {
			return fmt.Errorf("%s subscriptions, want %s", got, args[0])
		}
	default:
		return fmt.Errorf("tenants don't %q", verb)
	}
	return nil
}

// consent lets an administrator consent on Microsoft's page.
func (p *player) consent(ctx context.Context, permission string) error {
	q := url.Values{"client_id": {clientID}, "redirect_uri": {p.w.URL + "/api/v1/teams/callback"}, "scope": {permission}}
	client := p.w.Net.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	page, _, err := get(ctx, client, "POST", "https://"+loginHost+"/"+p.w.Tenant.ID()+"/v2.0/adminconsent?"+q.Encode(), url.Values{"action": {"accept"}})
	if err == nil && page != "" && strings.Contains(page, "AADSTS") {
		err = fmt.Errorf("consent: %.300s", page)
	}
	return err
}

// lateCommit is how long after its failure a request is carried out all the same: later than the product expects.
const lateCommit = 50 * time.Second

// calls are the requests that can be told to fail, as scenarios name them.
var calls = map[string]string{"posts": "POST /chats/*/messages", "edits": "PATCH /chats/*/messages/*", "reads": "GET /chats/*/messages",
	"chats": "POST /chats", "members": "POST /chats/*/members", "removals": "DELETE /chats/*/members/*", "member-lists": "GET /chats/*/members",
	"shares": "POST /me/drive/items/*/invite", "content": "GET /shares/*/driveItem/content",
	"pictures": "GET /chats/*/messages/*/hostedContents/*/$value", "subscriptions": "POST /subscriptions"}

func (p *player) failNext(verb string, args []string) error {
	match := calls[args[0]]
	n, err := strconv.Atoi(args[1])
	if err != nil || match == "" {
		return fmt.Errorf("%s %s TIMES [STATUS|DURATION]", verb, strings.Join(slices.Sorted(maps.Keys(calls)), "|"))
	}
	fault := teamsim.Fault{Kind: teamsim.Refuse, Times: n}
	switch verb {
	case "commits-then-fails":
		fault.Kind = teamsim.CommitThenStatus
	case "fails-then-commits": // so late that it was given up
		fault.Kind, fault.Delay = teamsim.Zombie, lateCommit
	case "spares":
		fault.Kind = teamsim.Hold
	}
	if args[2] != "" && fault.Kind == teamsim.Zombie {
		fault.Delay, err = time.ParseDuration(args[2])
	} else if args[2] != "" {
		if fault.Status, err = strconv.Atoi(args[2]); err != nil {
			return err
		}
	}
	p.w.Tenant.FailNext(match, fault)
	return err
}

// unblocks lets everything be read again that a policy withholds.
func (p *player) unblocks() error {
	for _, chat := range p.w.Tenant.Chats() {
		for _, m := range chat.Messages {
			if !m.Blocked {
				continue
			}
			if err := p.w.Tenant.Block(chat.ID, m.ID, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *player) hasThreads(ctx context.Context, args []string) error {
	c, err := p.lena(args[0])
	if err != nil {
		return err
	}
	p.w.After(calm)
	chats, err := p.threads(ctx, c)
	if got := strconv.Itoa(len(chats)); err == nil && got != args[1] {
		err = fmt.Errorf("%s threads, want %s", got, args[1])
	}
	return err
}
