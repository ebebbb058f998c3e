package teams

import (
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"strings"

	"trialog/internal/graph"
)

// isLoop reports whether an attachment is a Loop component: the card of one, or the link to one.
func isLoop(kind string, a graph.Attachment) bool {
	if strings.HasSuffix(kind, "card.fluidembedcard") || strings.HasSuffix(kind, "card.fluid") {
		return true
	}
	u, err := url.Parse(a.ContentURL)
	return err == nil && (strings.HasSuffix(strings.ToLower(u.Path), ".fluid") || strings.HasSuffix(strings.ToLower(u.Path), ".loop"))
}

// whatOf names what can't be carried, by the type of its attachment.
func whatOf(kind string, a graph.Attachment) string {
	family, _, _ := strings.Cut(kind, "/")
	_, card, isCard := strings.Cut(kind, ".card.")
	switch {
	case kind == "meetingreference":
		return "meeting"
	case kind == "tabreference":
		return "tab"
	case family == "audio", card == "audio":
		return "voice"
	case family == "video", card == "video":
		return "video"
	case card == "animation":
		return "sticker"
	case family == "image", strings.Contains(kind, ".file."):
		return "file"
	case isCard && poll.MatchString(titleOf(a)):
		return "poll"
	case isCard:
		return "card"
	}
	return "unknown"
}

// poll finds polls: to Graph they are cards like others, only their titles tell. (inf)
var poll = regexp.MustCompile(`(?i)\b(polls?|umfrage|abstimmung)\b`)

// titleOf finds the words by which people know an attachment: its name, or what its card says first.
func titleOf(a graph.Attachment) string {
	if name := oneLine(a.Name); !blank(name) {
		return name
	}
	var c map[string]any
	if json.Unmarshal([]byte(a.Content), &c) != nil {
		return ""
	}
	for _, key := range []string{"title", "name", "summary", "fallbackText", "text", "subtitle", "subTitle"} {
		if text, ok := c[key].(string); ok && !blank(flat(text)) {
			return oneLine(flat(text))
		}
	}
	return firstText(c["body"], maxDepth)
}

// firstText finds the first text of an adaptive card.
func firstText(card any, depth int) string {
	if depth < 0 {
		return ""
	}
	switch card := card.(type) {
	case []any:
		for _, element := range card {
			if text := firstText(element, depth-1); text != "" {
				return text
			}
		}
	case map[string]any:
		if text, ok := card["text"].(string); ok && !blank(text) {
			return oneLine(text)
		}
		for _, key := range []string{"items", "columns", "inlines"} {
			if text := firstText(card[key], depth-1); text != "" {
				return text
			}
		}
	}
	return ""
}

// fileName is the name of a file that is attached, or the end of its address.
func fileName(a graph.Attachment) string {
	if name := oneLine(a.Name); !blank(name) {
		return name
	}
	if u, err := url.Parse(a.ContentURL); err == nil && path.Base(u.Path) != "/" && path.Base(u.Path) != "." {
		return oneLine(path.Base(u.Path))
	}
	return ""
}
