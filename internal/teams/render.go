package teams

import (
	"context"
	"fmt"
	"html"
	"strings"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// renderer makes one post out of entries.
type renderer struct {
	x       *lane
	w       words
	c       *chat.Conversation
	t       *store.Thread
	card    string
	history bool // the post begins the thread: times, and a heading
	parts   []string
	size    int
	first   chat.Seq
	last    chat.Seq
	message graph.NewMessage
	picture int // bytes of pictures so far
}

const (
	maxHTML     = graph.MaxHTML - 200 // room for the marker
	maxPictures = 3 << 20             // bytes of all pictures of one post [contract §5.1]
	maxPicture  = 1 << 20
)

// renderer begins a post that follows the thread's cursor.
func (x *lane) renderer(ctx context.Context, c *chat.Conversation, t *store.Thread) (*renderer, error) {
	account, _ := x.account(x.run.id)
	r := &renderer{x: x, w: wordsOf(account), c: c, t: t}
	if t.Cursor > 0 {
		return r, nil
	}
	service, err := x.Store.Service(ctx, c.Service)
	if err != nil {
		return nil, err
	}
	agent, ok := c.AgentIn(t.Agent)
	if !ok {
		return nil, fmt.Errorf("agent %s is not part of conversation %s", t.Agent, c.ID)
	}
	r.card, r.history = r.w.card(c, agent, service), true
	r.size = len(r.card) + 100
	return r, nil
}

// add renders one more entry, in its newest version, unless the post would become too large; the first one always fits.
func (r *renderer) add(ctx context.Context, e chat.Entry, changed *chat.Entry) (bool, error) {
	attachments, hosted, pictures := len(r.message.Attachments), len(r.message.Hosted), r.picture
	part, err := r.entry(ctx, e, changed)
	if err != nil {
		return false, err
	}
	full := r.size+len(part) > maxHTML || r.picture > maxPictures || len(r.message.Attachments) > 10
	if full && len(r.parts) > 0 {
		r.message.Attachments, r.message.Hosted, r.picture = r.message.Attachments[:attachments], r.message.Hosted[:hosted], pictures
		return false, nil
	}
	r.parts, r.size, r.last = append(r.parts, part), r.size+len(part), e.Seq
	if r.first == 0 {
		r.first = e.Seq
	}
	return true, nil
}

// done returns the post; n is how many lines it holds.
func (r *renderer) done(n int) (string, graph.NewMessage) {
	if n == 0 && !r.history {
		return "", graph.NewMessage{}
	}
	head := ""
	share, _ := r.c.ShareOf(1)
	switch {
	case r.history && n == 0:
		head = r.card + "<p><em>" + r.w.noHistory + "</em></p>"
	case r.history && share.Excerpt():
		head = r.card + fmt.Sprintf("<p><em>%s #%d–#%d</em></p>", r.w.excerpt, r.first, r.last)
	case r.history:
		head = r.card + fmt.Sprintf("<p><em>%s #%d–#%d</em></p>", r.w.history, r.first, r.last)
	}
	r.message.HTML = head + strings.Join(r.parts, "")
	return r.message.HTML, r.message
}

// entry renders one line: a head of name, role, time and number outside of what the person wrote, which stands in a block of its own
// and has no bold of its own unless it is staff's, so that nobody can write a head.
func (r *renderer) entry(ctx context.Context, e chat.Entry, changed *chat.Entry) (string, error) {
	switch {
	case e.Kind == chat.Notice && e.Fact.Reason == chat.ReasonReminder:
		return r.reminder(e), nil
	case e.Kind == chat.Notice:
		return "<p><em>" + r.w.notice(e, r.x.Desk.FileLimit()) + "</em></p>", nil
	case e.Kind != chat.Message:
		return "<p><em>● " + r.w.fact(r.masked(e)) + " · " + r.w.at(e.At) + "</em></p>", nil
	case e.Published():
		return r.published(e, changed), nil
	}
	p, _ := r.c.Participant(e.Author)
	head := fmt.Sprintf("<strong>%s</strong> · %s · %s · #%d", html.EscapeString(r.w.name(p)), r.w.role(p.Kind), r.w.at(e.At), e.Seq)
	if e.Audience == chat.BackRoom {
		head += " · " + r.w.onlyExperts
	}
	content := e.Content
	if changed != nil && changed.Kind == chat.Delete {
		return "<p>" + head + "</p><p><em>" + r.w.deleted + "</em></p>", nil
	}
	if changed != nil {
		content = changed.Content
		head += " · " + r.w.edited
	}
	content, _ = r.c.ForExperts(e.Seq, content)
	if len(content) == 0 {
		return "<p>" + head + "</p><p><em>" + r.w.withheld + "</em></p>", nil
	}
	body, err := r.content(ctx, e, content)
	if err != nil {
		return "", err
	}
	return "<p>" + head + "</p>" + body, nil
}

func (r *renderer) content(ctx context.Context, e chat.Entry, content chat.Content) (string, error) {
	var b strings.Builder
	for _, n := range content {
		if n.T == chat.FileNode && n.File != nil {
			part, err := r.file(ctx, e, *n.File)
			if err != nil {
				return "", err
			}
			b.WriteString(part)
			continue
		}
		r.node(&b, n)
	}
	return b.String(), nil
}

// tags are the elements of nodes that only wrap their kids.
var tags = map[chat.NodeType]string{chat.Paragraph: "p", chat.Item: "li", chat.Table: "table",
	chat.Row: "tr", chat.Cell: "td"}

var markTags = []struct {
	mark chat.Mark
	tag  string
}{{chat.Bold, "strong"}, {chat.Italic, "em"}, {chat.Underline, "u"}, {chat.Strike, "s"}, {chat.Code, "code"}}

// node writes one node as HTML that Teams takes. [contract §6.1]
func (r *renderer) node(b *strings.Builder, n chat.Node) {
	switch n.T {
	case chat.Text:
		b.WriteString(marks(n))
	case chat.Break:
		b.WriteString("<br>")
	case chat.Mention, chat.Emoji:
		b.WriteString(html.EscapeString(n.Text))
	case chat.CodeBlock:
		b.WriteString("<pre><code>" + strings.ReplaceAll(html.EscapeString(n.Text), "\n", "<br>") + "</code></pre>")
	case chat.Placeholder:
		b.WriteString("<p><em>" + fmt.Sprintf(r.w.placeholder, html.EscapeString(strings.TrimSpace(n.What+" "+n.Text))) + "</em></p>")
	case chat.Link:
		b.WriteString(`<a href="` + html.EscapeString(n.Href) + `">`)
		r.nodes(b, n.Kids)
		b.WriteString("</a>")
	case chat.Quote:
		b.WriteString("<blockquote>")
		if n.Text != "" {
			b.WriteString("<p><em>" + html.EscapeString(n.Text) + ":</em></p>")
		}
		r.nodes(b, n.Kids)
		b.WriteString("</blockquote>")
	case chat.List:
		tag := "ul"
		if n.Ordered {
			tag = "ol"
		}
		b.WriteString("<" + tag + ">")
		r.nodes(b, n.Kids)
		b.WriteString("</" + tag + ">")
	default:
		if tag, ok := tags[n.T]; ok {
			b.WriteString("<" + tag + ">")
			r.nodes(b, n.Kids)
			b.WriteString("</" + tag + ">")
		}
	}
}

func (r *renderer) nodes(b *strings.Builder, nodes []chat.Node) {
	for _, n := range nodes {
		r.node(b, n)
	}
}

// marks writes text with its marks. Teams folds runs of blanks, so every second one is made to stay.
func marks(n chat.Node) string {
	s := strings.ReplaceAll(html.EscapeString(n.Text), "  ", " &nbsp;")
	for _, m := range n.Marks {
		for _, t := range markTags {
			if t.mark == m {
				s = "<" + t.tag + ">" + s + "</" + t.tag + ">"
			}
		}
	}
	return s
}

// size words a file's size for people.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
