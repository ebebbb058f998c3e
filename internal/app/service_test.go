package app

import (
	"testing"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// TestServiceChange: what is given changes, what is not given stays.
func TestServiceChange(t *testing.T) {
	v := store.Service{ID: "s", Name: "S", Settings: store.ServiceSettings{ExpertsPrivate: true, ExpertNames: store.NameFirst}}
	minutes, masks, alias := 7, []string{"cards", "phones"}, "alias"
	ServiceChange{ID: "s", AnswerMinutes: &minutes, Masks: &masks, AgentNames: &alias}.apply(&v)
	s := v.Settings
	if v.Name != "S" || !s.ExpertsPrivate || s.ExpertNames != store.NameFirst || s.AgentNames != store.NameAlias ||
		s.AnswerWithin() != 7*time.Minute || s.LiveMasks() != (chat.Masks{Cards: true, Phones: true}) {
		t.Errorf("got %+v", v)
	}
	if d := (store.ServiceSettings{}); d.AnswerWithin() != 3*time.Minute || d.LiveMasks() != store.DefaultMasks || (store.ServiceSettings{AnswerMinutes: -1}).AnswerWithin() != 0 {
		t.Errorf("defaults: %v %v", d.AnswerWithin(), d.LiveMasks())
	}
}
