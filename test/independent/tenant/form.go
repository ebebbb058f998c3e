package tenant

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Form is the form of a page.
type Form struct {
	Action  string // empty: the page's own address
	Fields  url.Values
	Buttons []Button
}

// Button is a way to send a form.
type Button struct{ Name, Value, Label string }

// readForm finds the first form of a page.
func readForm(page string) (Form, bool) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return Form{}, false
	}
	var form *html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" {
			form = n
			break
		}
	}
	if form == nil {
		return Form{}, false
	}
	out := Form{Action: attr(form, "action"), Fields: url.Values{}}
	for n := range form.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "input":
			out.Fields.Add(attr(n, "name"), attr(n, "value"))
		case n.Data == "button":
			out.Buttons = append(out.Buttons, Button{Name: attr(n, "name"), Value: attr(n, "value"), Label: label(doc, n)})
		}
	}
	return out, true
}

// label is a button's accessible name.
func label(doc, button *html.Node) string {
	if id := attr(button, "aria-labelledby"); id != "" {
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && attr(n, "id") == id {
				return text(n)
			}
		}
	}
	return text(button)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && (d.Parent == nil || d.Parent.Data != "style" && d.Parent.Data != "script") {
			out.WriteString(d.Data)
			out.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// words is what a page says, for error messages.
func words(page string) string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return err.Error()
	}
	return text(doc)
}
