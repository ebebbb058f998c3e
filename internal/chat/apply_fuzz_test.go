package chat_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trialog/internal/chat"
)

// FuzzApply: any list of entries applies without panic, whatever it says; the state survives its own encoding; and the state of a part
// of the log is not changed by applying the rest to its clone.
func FuzzApply(f *testing.F) {
	seed := []chat.Entry{
		{Seq: 1, Kind: chat.Opened, Audience: chat.Everyone, Fact: &chat.Fact{Participant: &chat.Participant{ID: 1, Kind: chat.Customer, Name: "Lena"}}},
		{Seq: 2, Kind: chat.JoinedFact, Audience: chat.Everyone, Fact: &chat.Fact{Participant: &chat.Participant{ID: 2, Kind: chat.Agent, Agent: "anna"}}},
		{Seq: 3, Kind: chat.Invitation, Audience: chat.Staff, Author: 2, Fact: &chat.Fact{State: chat.Inviting, Participant: &chat.Participant{
			ID: 3, Kind: chat.Expert, Person: &chat.Person{Account: "a", ID: "p"}, State: chat.Inviting}}},
		{Seq: 4, Kind: chat.Invitation, Audience: chat.Staff, Fact: &chat.Fact{Subject: 3, State: chat.Failed, Reason: "throttled"}},
		{Seq: 5, Kind: chat.Message, Audience: chat.BackRoom, Author: 3, Content: chat.FromText("see https://example.com/a\nline two")},
		{Seq: 6, Kind: chat.LeftFact, Audience: chat.Everyone, Fact: &chat.Fact{Subject: 3, Reason: chat.ReasonRemoved}},
		{Seq: 7, Kind: chat.ClosedFact, Audience: chat.Everyone, Fact: &chat.Fact{Reason: chat.ReasonAgent}},
	}
	text, err := json.Marshal(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`[{"kind":"joined"},{"kind":"left"},{"kind":"invitation"},{"kind":"message","author":-1},{"kind":"opened","fact":{}},{"kind":"?"}]`))
	f.Add([]byte(`[{"kind":"joined","fact":{"participant":{"id":-9}}},{"kind":"left","fact":{"subject":99}},{"kind":"invitation","fact":{"subject":7}}]`))
	f.Add([]byte(`[{"kind":"message","author":1,"content":[{"t":"list","kids":[{"t":"item","kids":[{"t":"p"}]}]}]},{"kind":"closed"}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var entries []chat.Entry
		if json.Unmarshal(text, &entries) != nil {
			return
		}
		state := &chat.Conversation{ID: "c"}
		for i, e := range entries {
			e.Seq, e.At = chat.Seq(i+1), time.UnixMicro(int64(i)).UTC()
			before := encode(t, state)
			next := state.Clone()
			next.Apply(e)
			if diff := cmp.Diff(string(before), string(encode(t, state))); diff != "" {
				t.Fatalf("applying %s to a clone changed the original:\n%s", e.Kind, diff)
			}
			state = next
			for _, p := range state.Participants {
				chat.Project(p.Kind, e)
				state.MaySpeak(p.ID)
			}
		}
		if state.Last != chat.Seq(len(entries)) {
			t.Fatalf("the state is at %d after %d entries", state.Last, len(entries))
		}
		var again chat.Conversation
		if err := json.Unmarshal(encode(t, state), &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(encode(t, state)), string(encode(t, &again))); diff != "" {
			t.Fatalf("the state changed on the way through its encoding:\n%s", diff)
		}
	})
}

func encode(t *testing.T, c *chat.Conversation) []byte {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
