package chat

import "testing"

// What was taken back, or corrected, stands in every agent's list as it was before.
func TestZwLastMessageFollowsChanges(t *testing.T) {
	s := conference(t)
	line := s.says(1, Everyone, "my card is 4111 1111 1111 1111")
	s.do(s.c.DeleteLine(line, Line{By: 1}))
	if s.c.LastMessage.Text != "" {
		t.Errorf("after the customer took the line back the lists say %q", s.c.LastMessage.Text)
	}
}

// A line that was deleted can be edited, deleted and reacted to.
func TestZwChangeOfDeleted(t *testing.T) {
	s := conference(t)
	line := s.says(1, Everyone, "a")
	s.do(s.c.DeleteLine(line, Line{By: 1}))
	e, err := s.c.EditLine(line, Line{By: 1, Content: FromText("b")})
	t.Log("edit after delete:", len(e), err)
}
