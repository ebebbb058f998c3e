package gateway

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/coder/websocket"

	"trialog/internal/badinput"
	"trialog/internal/chat"
)

// FuzzCommand: a frame is a command that says the same when it is written and read again, or it is refused, with the id it named.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{`{"type":"hello","after":3}`, `{"type":"post","id":"a","text":"x","files":["f"]}`, `{"TYPE":"post","ID":"a"}`, `{"type":"post","type":"end"}`, `{"type":"post","id":"a"} {}`, `{"type":"x","other":1,"id":"i"}`,
		`{"type":"post","id":"a","content":[{"t":"p","kids":[{"t":"text","text":"x"}]}]}`, `{"type":"post","id":"a","content":[{"T":"p"}]}`, `null`, `{"id":7}`, "{\"type\":\"post\",\"text\":\"\xff\"}", `{"type":"\ud800"}`} {
		f.Add([]byte(s), false)
	}
	f.Add([]byte(`{"type":"hello"}`), true)
	for _, b := range badinput.Texts() {
		f.Add([]byte(b.Text), false)
		f.Add([]byte(`{"type":"post","id":"a","text":"`+b.Text+`"}`), false)
	}
	f.Fuzz(func(t *testing.T, frame []byte, binary bool) {
		kind := websocket.MessageText
		if binary {
			kind = websocket.MessageBinary
		}
		cmd, err := decode(kind, frame)
		if err != nil {
			if !chat.IsKind(err, chat.Invalid) || !reflect.DeepEqual(cmd, command{ID: cmd.ID}) {
				t.Fatalf("%q is refused as %+v: %v", frame, cmd, err)
			}
			return
		}
		if binary {
			t.Fatal("bytes are no command")
		}
		text, err := json.Marshal(cmd)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(kind, text)
		if rewritten, merr := json.Marshal(again); err != nil || merr != nil || string(rewritten) != string(text) {
			t.Fatalf("%q became %q, which became %q: %v", frame, text, rewritten, err)
		}
	})
}
