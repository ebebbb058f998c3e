package teams

import (
	"context"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
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
	picture int        // bytes of pictures so far
	before  int        // of them in lines before the one being rendered
	uncut   bool       // a line that is too long for a post of its own is not shortened
	cut     []chat.Seq // lines that were
}

const (
	maxHTML     = graph.MaxHTML - 200 // room for the marker
	maxPictures = 3 << 20             // bytes of all pictures of one post [contract §5.1]
	maxPicture  = 1 << 20
	leastBytes  = 2500 // a post of one line that is refused as too large even so is no longer shortened
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

// bound is how many bytes the post may have.
func (r *renderer) bound() int {
	if r.t.MaxBytes > 0 {
		return r.t.MaxBytes
	}
	return maxHTML
}

// add renders one more entry, in its newest version, unless the post would become too large. The first one always fits: it is shortened,
// and then stands alone.
func (r *renderer) add(ctx context.Context, e chat.Entry, changed *chat.Entry) (bool, error) {
	if len(r.cut) > 0 {
		return false, nil
	}
	before, pictures := r.message, r.picture
	r.before = pictures
	part, err := r.entry(ctx, e, changed, math.MaxInt)
	if err != nil {
		return false, err
	}
	long := r.size+len(part) > r.bound()
	full := long || r.picture > maxPictures || len(r.message.Attachments) > 10
	if full && (len(r.parts) > 0 || r.uncut) {
		r.message, r.picture = before, pictures
		return false, nil
	}
	if long {
		r.message, r.picture = before, pictures
		if part, err = r.entry(ctx, e, changed, max(r.bound()-r.size, leastBytes)); err != nil {
			return false, err
		}
	}
	r.take(e, part)
	return true, nil
}

// take puts a rendered entry into the post.
func (r *renderer) take(e chat.Entry, part string) {
	r.parts, r.size, r.last = append(r.parts, part), r.size+len(part), e.Seq
	if r.first == 0 {
		r.first = e.Seq
	}
}

// move says of a line that its newest words stand elsewhere.
func (r *renderer) move(e chat.Entry) {
	r.take(e, "<p>"+r.head(e)+"</p><p><em>"+r.w.moved+"</em></p>")
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

// entry renders one line, shortened to so many bytes: a head of name, role, time and number outside of what the person wrote, which stands in a block of its own
// and has no bold of its own unless it is staff's, so that nobody can write a head.
func (r *renderer) entry(ctx context.Context, e chat.Entry, changed *chat.Entry, most int) (string, error) {
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
	head, content := r.head(e), e.Content
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
	body, err := r.body(ctx, e, content, most-len(head))
	if err != nil {
		return "", err
	}
	return "<p>" + head + "</p>" + body, nil
}

// head names who wrote a line, when, and its number.
func (r *renderer) head(e chat.Entry) string {
	p, _ := r.c.Participant(e.Author)
	head := fmt.Sprintf("<strong>%s</strong> · %s · %s · #%d", html.EscapeString(r.w.name(p)), r.w.role(p.Kind), r.w.at(e.At), e.Seq)
	if e.Audience == chat.BackRoom {
		head += " · " + r.w.onlyExperts
	}
	return head
}

// body renders what was said, as plain text that is cut off where it has more than so many bytes.
func (r *renderer) body(ctx context.Context, e chat.Entry, content chat.Content, most int) (string, error) {
	before, pictures := r.message, r.picture
	body, err := r.content(ctx, e, content)
	if err != nil || len(body) <= most {
		return body, err
	}
	r.message, r.picture = before, pictures
	note := "<p><em>" + r.w.shortened + "</em></p>"
	if body, err = r.content(ctx, e, shorten(content, most-len(note))); err != nil {
		return "", err
	}
	r.cut = append(r.cut, e.Seq)
	return body + note, nil
}

// shorten cuts the text of a line off where it would have more than so many bytes of HTML, and keeps its files.
func shorten(content chat.Content, most int) chat.Content {
	isFile := func(n chat.Node) bool { return n.T == chat.FileNode }
	text := slices.DeleteFunc(slices.Clone(content), isFile).PlainText()
	left := most - 500 // for what stands around it, and files
	for i, c := range text {
		n := len(html.EscapeString(string(c)))
		switch c {
		case ' ':
			n = len("&nbsp;")
		case '\n':
			n = len("<br>")
		}
		if left -= n; left < 0 {
			text = text[:i] + "…"
			break
		}
	}
	var kids []chat.Node
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			kids = append(kids, chat.Node{T: chat.Break})
		}
		kids = append(kids, chat.Node{T: chat.Text, Text: line})
	}
	short := chat.Content{{T: chat.Paragraph, Kids: kids}}
	for _, n := range content {
		if isFile(n) {
			short = append(short, n)
		}
	}
	return short
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
		tag, from := "ul", ""
		if n.Ordered {
			tag = "ol"
		}
		if n.Start > 0 {
			from = ` start="` + strconv.Itoa(n.Start) + `"`
		}
		b.WriteString("<" + tag + from + ">")
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
