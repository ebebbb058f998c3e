package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"trialog/internal/badinput"
)

// letter is a type with everything that JSON can carry.
type letter struct {
	Type  string            `json:"type"`
	Seq   int64             `json:"seq,omitempty"`
	Kids  []*letter         `json:"kids,omitempty"`
	More  map[string]string `json:"more,omitempty"`
	Plain string
	Raw   json.RawMessage `json:"raw,omitempty"`
	Never string          `json:"-"`
}

func TestUnmarshal(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"type":"a","seq":1,"kids":[{"type":"b"},null],"more":{"X":"y"},"Plain":"p","raw":{"Any":[1]}}`: true,
		`null`:                             true,
		`{"Type":"a"}`:                     false,
		`{"plain":"a"}`:                    false,
		`{"kids":[{"TYPE":"b"}]}`:          false,
		`{"other":1}`:                      false,
		`{"Never":"x"}`:                    false,
		`{"-":"x"}`:                        false,
		`{"type":"a","type":"b"}`:          false,
		`{"type":"a","ty\u0070e":"b"}`:     false,
		`{"type":"a"} {}`:                  false,
		`{"type":"\ud800x"}`:               false,
		`{"type":"\ud83d\ude00"}`:          true,
		"{\"type\":\"\xff\"}":              false,
		`{"seq":"1"}`:                      false,
		`[]`:                               false,
		`{"kids":{"type":"x"}}`:            false,
		strings.Repeat(`{"kids":[`, 9):     false,
		``:                                 false,
		`{"seq":99999999999999999999}`:     false,
		`{"more":{"a":"1","a":"2"}}`:       false,
		`{"raw":{"a":1,"a":2}}`:            false,
		`{"raw":"` + "\u2028" + `"}`:       true,
		`{"type":"a","kids":[{"seq":1.5}]`: false,
	} {
		var l letter
		if err := Unmarshal([]byte(text), &l); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzCheck: what passes is one JSON value that every reader reads the same way: valid UTF-8, no name twice, no half characters, not too deep.
func FuzzCheck(f *testing.F) {
	for _, b := range badinput.Texts() {
		f.Add([]byte(b.Text))
		f.Add([]byte(`{"type":"` + b.Text + `","more":{"` + b.Text + `":"` + b.Text + `"}}`))
		text, err := json.Marshal(letter{Type: b.Text, Plain: b.Text})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, s := range []string{`{"a":1,"\u0061":2}`, `{"a":{"a":1},"b":[{"a":1},{"a":2}]}`, `"\ud800\ud800"`, `"\ud800\u0041"`, `"\\ud800"`, `["\"",":"]`, `{"type":"x","TYPE":"y"}`, strings.Repeat("[", 16) + strings.Repeat("]", 16), strings.Repeat("[", 17) + strings.Repeat("]", 17)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := Check(data)
		depth, rerr := readable(data)
		sound := json.Valid(data) && utf8.Valid(data) && rerr == nil && depth <= MaxDepth && !halves(data)
		if written := bytes.Contains(data, []byte("\uFFFD")) || bytes.Contains(bytes.ToLower(data), []byte(`\ufffd`)); !written && sound != (err == nil) {
			t.Fatalf("%q: %v, looked at otherwise %v at depth %d", data, err, rerr, depth)
		}
		var l letter
		if Unmarshal(data, &l) != nil {
			return
		}
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var again letter
		if err := Unmarshal(text, &again); err != nil || again.Type != l.Type || again.Plain != l.Plain || !reflect.DeepEqual(again.More, l.More) && len(l.More) > 0 {
			t.Fatalf("%q became %q, which became %+v: %v", data, text, again, err)
		}
	})
}

// readable reads JSON with the decoder's tokens and finds names that stand twice, and how deep it is.
func readable(data []byte) (deepest int, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	type level struct {
		names map[string]bool
		value bool // the next token is a value
	}
	var open []level
	for {
		token, err := d.Token()
		if err == io.EOF {
			return deepest, nil
		}
		if err != nil {
			return deepest, err
		}
		in := len(open) - 1
		if name, ok := token.(string); ok && in >= 0 && open[in].names != nil && !open[in].value {
			if open[in].names[name] {
				return deepest, fmt.Errorf("%q stands twice", name)
			}
			open[in].names[name], open[in].value = true, true
			continue
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:in]
		}
		if in = len(open) - 1; in >= 0 && token != json.Delim('{') && token != json.Delim('[') {
			open[in].value = false
		}
		deepest = max(deepest, len(open))
	}
}

// halves reports whether a replacement character, which nobody wrote, came of decoding.
func halves(data []byte) bool {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return false
	}
	text, err := json.Marshal(v)
	return err == nil && bytes.Contains(text, []byte(`\ufffd`)) || bytes.Contains(text, []byte("\uFFFD"))
}
