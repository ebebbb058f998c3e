package soak

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"trialog/internal/chat"
)

// token is how every line in a soak can be told from every other: who, in which conversation, which one.
var token = regexp.MustCompile(`[LE]\d+x\d+z`)

// screen is what somebody's window has got of a conversation, over all connections.
type screen struct {
	mu      sync.Mutex
	entries []chat.Entry
	raw     map[chat.Seq]string // the entry as it came
	upTo    chat.Seq
	tokens  map[string]bool // of every line of which a byte came down
	ids     map[string]bool // of people at Microsoft of whom a byte came down
	wrong   []string
}

func newScreen() *screen {
	return &screen{raw: map[chat.Seq]string{}, tokens: map[string]bool{}, ids: map[string]bool{}}
}

// add takes in what came; a seq that is no higher than the last is an error of the server.
func (s *screen) add(entries []json.RawMessage, upTo chat.Seq) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, raw := range entries {
		var e chat.Entry
		if err := json.Unmarshal(raw, &e); err != nil {
			s.wrong = append(s.wrong, fmt.Sprintf("entry %s: %v", raw, err))
			continue
		}
		if n := len(s.entries); n > 0 && e.Seq <= s.entries[n-1].Seq {
			s.wrong = append(s.wrong, fmt.Sprintf("entry %d came after %d", e.Seq, s.entries[n-1].Seq))
			continue
		}
		s.entries = append(s.entries, e)
		s.raw[e.Seq] = string(raw)
		upTo = max(upTo, e.Seq)
	}
	s.upTo = max(s.upTo, upTo)
}

// watch notes whose words and which people are in a frame.
func (s *screen) watch(raw []byte, people []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range token.FindAllString(string(raw), -1) {
		s.tokens[t] = true
	}
	for _, id := range people {
		if strings.Contains(string(raw), id) {
			s.ids[id] = true
		}
	}
}

func (s *screen) reached() chat.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.upTo
}

// over reports whether the screen shows the end of the conversation.
func (s *screen) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		if e.Kind == chat.ClosedFact {
			return true
		}
	}
	return false
}

// has reports whether the screen shows all of these lines.
func (s *screen) has(tokens []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range tokens {
		if !s.tokens[t] {
			return false
		}
	}
	return true
}
