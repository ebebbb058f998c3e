package teams

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// visible lists elements that Teams shows, and some that nobody has heard of. None of them may swallow a word, however they are mixed.
var visible = strings.Fields(`p div span b strong i em u s strike code pre codeblock blockquote ul ol li table thead tbody tr td th caption h1 h3 a at
	emoji attachment sub sup font readonly abbr details summary dl dt dd section center systemeventmessage svg math object select option textarea button hologram`)

// TestParseKeepsWords: whatever stands in whatever, closed or not, every word of it is there.
func TestParseKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		n := rapid.IntRange(1, 40).Draw(t, "pieces")
		for i := range n {
			tag := rapid.SampledFrom(visible).Draw(t, "tag")
			switch rapid.IntRange(0, 4).Draw(t, "piece") {
			case 0, 1:
				fmt.Fprintf(&b, "<%s>", tag)
			case 2:
				fmt.Fprintf(&b, "</%s>", tag)
			case 3:
				b.WriteString("<br>")
			}
			fmt.Fprintf(&b, " word%d. ", i)
		}
		html := b.String()
		text := readBack(html).PlainText()
		for i := range n {
			if word := fmt.Sprintf("word%d.", i); !strings.Contains(text, word) {
				t.Fatalf("%s is lost from %s\n%s", word, html, dump(readBack(html), 0))
			}
		}
	})
}
