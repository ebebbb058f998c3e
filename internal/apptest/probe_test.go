package apptest

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"trialog/internal/teams"
	"trialog/internal/teamsim"
)

// TestProbe: the questions that only a real tenant can answer are asked and answered, and nothing is left behind but a marked chat.
func TestProbe(t *testing.T) {
	run := func(t *testing.T, faults teamsim.Faults, patient bool, want map[string]string) {
		synctest.Test(t, func(t *testing.T) {
			w := Start(t, Options{Faults: faults})
			anna, err := w.SignIn(w.ctx, "anna", "demo")
			w.must(err)
			if _, err := w.App.Probe(w.ctx, "anna", teams.ProbeRequest{}); err == nil {
				t.Error("a probe without a sign-in works")
			}
			w.must(anna.LinkTeams(w.ctx, "Anna Becker"))
			w.After(time.Minute)
			erik, _ := w.Tenant.Person("Erik Lind")
			mei, _ := w.Tenant.Person("Mei Tanaka")
			answers, err := w.App.Probe(w.ctx, "anna", teams.ProbeRequest{First: erik.ID, Second: mei.UPN, Patient: patient})
			w.must(err)
			found := map[string]string{}
			for _, a := range answers {
				found[a.Question] = a.Answer
			}
			for question, answer := range want {
				if !strings.Contains(found[question], answer) {
					t.Errorf("%s %q, want %q", question, found[question], answer)
				}
			}
			if n := len(w.Tenant.Subscriptions()); n != 1 {
				t.Errorf("%d subscriptions are left", n)
			}
		})
	}
	t.Run("friendly", func(t *testing.T) {
		run(t, teamsim.Faults{}, true, map[string]string{
			"Which permissions were granted?": "all", "How long does the list of recent chats take?": "chats in", "Do two people get a group chat?": "yes",
			"Can somebody be added to it later, with its history?": "yes", "Does the hidden mark of our posts survive?": "after posting: yes, after an edit: yes",
			"Is Chat.ReadWrite enough to be notified?": "yes", "How soon does Microsoft tell of a message?": "after",
			"Does Microsoft still tell 65 minutes later, without a fresh token?": "not within", "How is somebody refused who has no licence, or is behind a barrier?": "not asked",
		})
	})
	t.Run("strict", func(t *testing.T) {
		run(t, teamsim.Faults{PairGroup: teamsim.PairAsOneOnOne}, false, map[string]string{"Do two people get a group chat?": "oneOnOne"})
	})
	t.Run("strips", func(t *testing.T) {
		run(t, teamsim.Faults{CleanUp: teamsim.CleanUpStrips}, false, map[string]string{"Does the hidden mark of our posts survive?": "after posting: no"})
	})
}
