package store

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/badinput"
	"trialog/internal/chat"
)

// FuzzSnapshot: whatever entries a log holds, the state that is stored in two parts, of which one is written only when it changed, is the state
// that the log adds up to.
func FuzzSnapshot(f *testing.F) {
	f.Add([]byte(`[{"kind":"opened","audience":"everyone","fact":{"participant":{"id":1,"kind":"customer"}}},{"kind":"joined","fact":{"participant":{"id":2,"kind":"agent","agent":"a"}}},
		{"kind":"invitation","fact":{"state":"inviting","share":{"from":2},"participant":{"id":3,"kind":"expert","person":{"account":"x","id":"y"},"state":"inviting"}}},
		{"kind":"invitation","fact":{"subject":3,"state":"invited"}},{"kind":"joined","fact":{"participant":{"id":3,"kind":"expert"}}},{"kind":"message","author":3,"audience":"everyone"},
		{"kind":"message","author":1},{"kind":"left","fact":{"subject":3}},{"kind":"closed","fact":{"reason":"agent"}}]`))
	f.Add([]byte(`[{"kind":"opened","fact":{"participant":{"id":1}}},{"kind":"edit","ref":1},{"kind":"delete","ref":9},{"kind":"reaction"},{"kind":"later"}]`))
	f.Add([]byte(`[{"kind":"notice","fact":{"reason":"no_answer","subject":1}},{"kind":"notice","fact":{"reason":"reminder","subject":1}},{"kind":"message","author":1}]`))
	for _, b := range badinput.Texts() {
		text, err := json.Marshal([]chat.Entry{{Kind: chat.Opened, Fact: &chat.Fact{Participant: &chat.Participant{ID: 1, Name: b.Text}}}, {Kind: chat.Message, Author: 1, Content: chat.FromText(b.Text)}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var entries []chat.Entry
		if json.Unmarshal([]byte(strings.ToValidUTF8(string(text), "?")), &entries) != nil || len(entries) > 200 {
			return
		}
		sum := &chat.Conversation{ID: "c", Number: 7, Service: "technik"}
		var before *chat.Conversation
		var body string
		for i, e := range entries {
			e.Seq, e.At = chat.Seq(i+1), time.UnixMicro(int64(i)).UTC()
			next := sum.Clone()
			next.Apply(e)
			head, err := encodeHead(next)
			if err != nil {
				t.Fatal(err)
			}
			if bodyChanged(before, next, []chat.Entry{e}) {
				if body, err = encodeBody(next); err != nil {
					t.Fatal(err)
				}
			}
			var stored snapshot
			if err := stored.decode([]byte(body), []byte(head)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(encoded(t, next), encoded(t, stored.state)); diff != "" {
				t.Fatalf("after a %s the store has another state:\n%s", e.Kind, diff)
			}
			sum, before = next, next
		}
	})
}

func encoded(t *testing.T, c *chat.Conversation) string {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
