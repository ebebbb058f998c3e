package worlds

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"trialog/internal/store"
)

// Names of the misfortunes of our own making.
const (
	nodeKilled          = "node killed"
	tokensLapse         = "tokens lapse"
	tokensExpire        = "access tokens expire"
	subscriptionsSilent = "subscriptions gone silently"
	subscriptionRemoved = "subscription removed"
	keysRoll            = "signing keys roll"
	offline             = "microsoft unreachable"
	signInRevoked       = "sign-in revoked"
	answerLost          = "answer to a browser lost"
	postBlocked         = "post blocked by policy"
	strangerAdded       = "somebody added by hand"
	expertDisabled      = "expert's account disabled"
	threadRenamed       = "thread renamed by hand"
)

func databaseFault(at store.Point) string { return "database: " + string(at) }

// ofMicrosoft are the misfortunes that the simulated tenant counts by itself.
var ofMicrosoft = []string{
	"answer of another chat", "answer without id", "black hole", "committed, then 5xx", "committed, then reset", "committed, then silence", "empty page",
	"garbage answer", "held", "listed late", "member dropped", "notification delayed", "notification doubled", "notification lost", "notification overtaken",
	"refused", "reset", "zombie", "throttled, no pause named", "throttled, a date in the past", "throttled, no pause", "throttled, a day", "throttled, a fraction",
	"throttled, an honest pause",
}

// kinds lists every kind of misfortune there is: in enough worlds each must have happened.
func kinds() []string {
	list := slices.Concat(ofMicrosoft, []string{nodeKilled, tokensLapse, tokensExpire, subscriptionsSilent, subscriptionRemoved, keysRoll, offline, signInRevoked, answerLost,
		postBlocked, strangerAdded, expertDisabled, threadRenamed, lateZombie})
	for _, f := range forgeries {
		list = append(list, "forged: "+string(f))
	}
	for _, p := range store.Points() {
		list = append(list, databaseFault(p))
	}
	for _, p := range crashPoints {
		list = append(list, crashedAt(p))
	}
	slices.Sort(list)
	return list
}

func crashedAt(point string) string { return "crash at " + point }

// crashPoints are where a process may be killed in the middle of what it does.
var crashPoints = []string{
	"ahead.changed", "ahead.stored", "hear.private", "part.begun",
	"barrier.closed", "barrier.delete", "barrier.delete.done", "barrier.delete.stored", "barrier.edit", "barrier.edit.done",
	"barrier.edit.stored", "barrier.invitation", "barrier.invitation.done", "barrier.invitation.stored", "barrier.left",
	"barrier.left.done", "barrier.left.stored", "barrier.reaction", "barrier.reaction.done", "barrier.reaction.stored", "create.called",
	"create.intent", "create.stored", "hear.changed", "hear.posted", "hook.body", "hook.stored", "inbox.heard", "late.called",
	"late.confirmed", "late.intent", "link.adopted", "link.stored", "member.added", "member.invited", "member.removed", "member.stored",
	"post.called", "post.confirmed", "post.intent", "readback.heard", "readback.stored", "rewrite.called", "subscribe.called", "subscribe.intent",
	"thread.begun", "unclear.stored",
}

// unreached are the crash points of what the worlds' people do not do: sending files, handing conversations over.
var unreached = []string{"handover.added", "share.called", "upload.called", "upload.stored"}

// enoughWorlds is a number of worlds in which a kind that can happen happens but for a chance of about one in a million.
const enoughWorlds = 20_000

// neverFired lists the kinds that did not happen.
func neverFired(faults map[string]int) []string {
	return slices.DeleteFunc(kinds(), func(kind string) bool { return faults[kind] > 0 })
}

// TestCrashPointsAreKnown: the connector has no point at which the worlds never think of crashing.
func TestCrashPointsAreKnown(t *testing.T) {
	files, err := filepath.Glob("../teams/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of the connector: %v", err)
	}
	call := regexp.MustCompile(`crash(?:es)?\("([a-z.]+[a-z])"[,)]`)
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			found++
			if !slices.Contains(crashPoints, m[1]) && !slices.Contains(unreached, m[1]) {
				t.Errorf("%s can crash at %q, which is not in the list", filepath.Base(file), m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("found only %d crash points in the source", found)
	}
}
