package teams

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"trialog/internal/chat"
	"trialog/internal/graph"
)

var update = flag.Bool("update", false, "write what comes out into the golden files")

// fake is an outside that has every file that can be asked for, as package graph asks for files, and knows one line: message
// 1700000000017 is line 17.
func fake() outside {
	return outside{
		file: func(r remote) chat.Node {
			if r.Picture && !strings.HasPrefix(r.URL, "https://graph.microsoft.com/") {
				return chat.Node{T: chat.Placeholder, What: "file", Text: oneLine(r.Name)}
			}
			f := &chat.File{ID: "fetched", Name: r.Name, Type: "application/pdf"}
			switch {
			case path.Ext(r.Name) == ".txt":
				f.Type = "text/plain"
			case r.Picture:
				f.Type, f.Width, f.Height = "image/png", 16, 16
			}
			return chat.Node{T: chat.FileNode, File: f}
		},
		calls: func(graph.UserID, string) {},
		quoted: func(id graph.MessageID) chat.Seq {
			if id == "1700000000017" {
				return 17
			}
			return 0
		},
	}
}

// golden is one case of testdata/parse: a message and the tree that must come out.
type golden struct {
	name    string
	message graph.ChatMessage
	tree    string
}

// cases reads a golden file. The sections of a case are called NAME.message (more of the message, as Graph's JSON), NAME.html or
// NAME.text (its body), and NAME.tree, which ends the case.
func cases(t testing.TB, a *txtar.Archive) (list []golden) {
	t.Helper()
	var c golden
	for _, f := range a.Files {
		name, section, _ := strings.Cut(f.Name, ".")
		if c.name != "" && c.name != name {
			t.Fatalf("case %q has no tree", c.name)
		}
		c.name = name
		switch section {
		case "message":
			if err := json.Unmarshal(f.Data, &c.message); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		case "html", "text":
			c.message.Body = graph.Body{ContentType: section, Content: strings.TrimSuffix(string(f.Data), "\n")}
		case "tree":
			c.tree = string(f.Data)
			list = append(list, c)
			c = golden{}
		default:
			t.Fatalf("%s: there is no such section", f.Name)
		}
	}
	return list
}

// leastCases is how many messages the golden files must hold at least.
const leastCases = 120

// TestParse reads every message of testdata/parse.
func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/parse/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases(t, a) {
			count++
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+c.name, func(t *testing.T) {
				content := parse(c.message, fake())
				if err := content.Validate("content"); err != nil {
					t.Errorf("not valid content: %v", err)
				}
				got := dump(content, 0)
				if *update {
					setTree(a, c.name, got)
				} else if diff := cmp.Diff(c.tree, got); diff != "" {
					t.Error(diff)
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if count < leastCases {
		t.Errorf("only %d cases, there must be %d", count, leastCases)
	}
}

func setTree(a *txtar.Archive, name, tree string) {
	for i := range a.Files {
		if a.Files[i].Name == name+".tree" {
			a.Files[i].Data = []byte(tree)
		}
	}
}

// dump writes a tree as indented lines.
func dump(nodes []chat.Node, depth int) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(strings.Repeat("  ", depth) + string(n.T))
		if n.What != "" {
			b.WriteString(" " + n.What)
		}
		if n.Text != "" {
			fmt.Fprintf(&b, " %q", n.Text)
		}
		for _, m := range n.Marks {
			b.WriteString(" +" + string(m))
		}
		if n.Href != "" {
			b.WriteString(" → " + n.Href)
		}
		if n.Lang != "" {
			b.WriteString(" lang=" + n.Lang)
		}
		if n.Ordered {
			b.WriteString(" ordered")
		}
		if n.Start != 0 {
			fmt.Fprintf(&b, " from %d", n.Start)
		}
		if n.Ref != 0 {
			fmt.Fprintf(&b, " #%d", n.Ref)
		}
		if n.File != nil {
			fmt.Fprintf(&b, " %q (%s)", n.File.Name, n.File.Type)
		}
		b.WriteString("\n" + dump(n.Kids, depth+1))
	}
	return b.String()
}

// FuzzParse: whatever a message says, the tree is valid and says something, also without its private marks.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/parse/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range cases(f, a) {
			attached := `{"messageId":"1700000000017","messagePreview":"x","messageSender":{"user":{"displayName":"E"}}}`
			if len(c.message.Attachments) > 0 {
				attached = c.message.Attachments[0].Content
			}
			f.Add(c.message.Body.Content, attached)
		}
	}
	f.Add(strings.Repeat("<div>", 600)+"deep"+strings.Repeat("<ul><li>", 40)+"x", "{}")
	f.Add(strings.Repeat("<b>a</b><i>b</i>", 3000), "")
	f.Add(strings.Repeat("<table><tr><td>", 30), `{"originalMessageContent":"<p>x</p>"}`)
	f.Add(strings.Repeat("<blockquote>", 9)+`<attachment id="1"></attachment><attachment id="2"></attachment>`, `{"messagePreview":"https://x.example","originalMessageContent":"<ul><li>x"}`)
	f.Fuzz(func(t *testing.T, text, attached string) {
		m := graph.ChatMessage{Body: graph.Body{ContentType: "html", Content: text}, Attachments: []graph.Attachment{
			{ID: "1", ContentType: "messageReference", Content: attached}, {ID: "2", ContentType: "forwardedMessageReference", Content: attached},
			{ID: "3", ContentType: "reference", ContentURL: attached, Name: attached}, {ID: "4", ContentType: attached, Content: text},
			{ID: "5", ContentType: "application/vnd.microsoft.card.adaptive", Content: attached}}}
		content := parse(m, fake())
		if err := content.Validate("content"); err != nil {
			t.Fatalf("%v\n%s", err, dump(content, 0))
		}
		if kept, _ := unmark(content); kept.Validate("content") != nil {
			t.Fatalf("unmarked: %v\n%s", kept.Validate("content"), dump(content, 0))
		}
		m.Body.ContentType = "text"
		if err := parse(m, fake()).Validate("content"); err != nil {
			t.Fatalf("as text: %v", err)
		}
	})
}
