package teams

import (
	"context"
	"errors"
	"slices"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// echoPatience is how long the notification of an own post may take. When it is missing, the thread is read back once: our own posts
// are the heartbeat that shows whether notifications arrive.
const echoPatience = 30 * time.Second

// step does the next thing there is to do for a conversation and says when to look again.
func (x *lane) step(ctx context.Context) (time.Duration, error) {
	c, err := x.Store.Conversation(ctx, x.id)
	if err != nil {
		return idle, err
	}
	t, ok, err := x.Store.Thread(ctx, x.id)
	if err != nil {
		return idle, err
	}
	if !ok {
		return x.begin(ctx, c)
	}
	if t.Account != x.run.id {
		return idle, nil
	}
	pause, err := x.advance(ctx, c, &t)
	if pause == idle {
		pause = x.untilRecheck(&t)
	}
	return x.settleError(ctx, &t, pause, err)
}

// untilRecheck is how long a lane with nothing else to do waits to look for a post that stands twice. One that is paused or blocked does
// not look, however long that is due: whoever lets it go on wakes it.
func (x *lane) untilRecheck(t *store.Thread) time.Duration {
	if t.Recheck.IsZero() || t.State == store.LanePaused || t.State == store.LaneBlocked {
		return idle
	}
	return max(x.recheckIn(t), time.Millisecond)
}

// recheckIn is how long it is until a thread is to be read back because of what was given up.
func (x *lane) recheckIn(t *store.Thread) time.Duration {
	return x.left(&x.rechecked, t.Recheck, x.Settle)
}

// advance looks at a thread that exists, or is being made.
func (x *lane) advance(ctx context.Context, c *chat.Conversation, t *store.Thread) (time.Duration, error) {
	if wait := until(t.NotBefore, t.Pause); wait > 0 {
		return wait, nil
	}
	if still, err := x.standsStill(ctx, t); still || err != nil {
		return idle, err
	}
	if t.Attempt != nil {
		return x.resolve(ctx, c, t)
	}
	if t.Chat == "" {
		return x.create(ctx, c, t)
	}
	recheck := !t.Recheck.IsZero() && x.recheckIn(t) == 0
	if recheck && len(t.Rewrite) > 0 {
		return now, x.rewrite(ctx, c, t)
	}
	if recheck && len(t.Unsure) > 0 {
		return now, x.putOutUnsure(ctx, c, t)
	}
	if x.takeBehind() || t.CatchUp || recheck {
		return now, x.readBack(ctx, t)
	}
	if t.Echo != "" && x.unmarked.lost() {
		return x.awaitEcho(ctx, t) // one at a time: no more than one post is ever to be told from what people write
	}
	if t.Late > 0 && !t.LateAnswered && t.Resend == 0 {
		return x.answerLate(ctx, c, t)
	}
	if t.Ended && t.State != store.LaneEnded {
		return now, x.put(ctx, t, store.LaneEnded, "", "")
	}
	if t.Ended {
		return x.awaitEcho(ctx, t)
	}
	if acted, err := x.handOver(ctx, c, t); acted || err != nil {
		return now, err
	}
	if t.Cursor < c.Last {
		return x.relay(ctx, c, t)
	}
	if c.Status == chat.Closed {
		if wait := x.recheckIn(t); !t.Recheck.IsZero() && wait > 0 {
			return wait, nil // a post that stands twice is still to be found
		}
		if t.Echo != "" {
			return x.awaitEcho(ctx, t) // and whether Microsoft tells of this thread at all
		}
		t.Ended = true
		return now, x.put(ctx, t, store.LaneEnded, "", "")
	}
	if t.State != store.LaneIdle {
		t.MaxEntries = 0 // what was found too large stands, in parts
		return now, x.put(ctx, t, store.LaneIdle, "", "")
	}
	return x.await(ctx, c, t)
}

// standsStill reports whether nothing is to be done before somebody signs in, or asks for it.
func (x *lane) standsStill(ctx context.Context, t *store.Thread) (bool, error) {
	if t.State == store.LanePaused || t.State == store.LaneBlocked {
		if up, err := x.mayResume(ctx, t); err != nil || !up {
			return true, err
		}
	}
	return x.anothersSignIn(ctx, t)
}

// mayResume looks whether what paused a lane is over: a paused one goes on when the sign-in works again; a blocked one only when
// somebody asks (Retry sets it idle).
func (x *lane) mayResume(ctx context.Context, t *store.Thread) (bool, error) {
	if t.State == store.LaneBlocked {
		return false, nil
	}
	if t.Reason != reasonNeedsSignIn {
		return true, nil
	}
	link, ok, err := x.Store.LinkOf(ctx, t.Account, t.Agent)
	if err != nil || !ok || link.State != store.LinkConnected || link.Person != t.Sender {
		return false, err
	}
	t.State, t.Reason, t.Detail = store.LaneIdle, "", ""
	t.CatchUp = t.Chat != ""
	return true, x.Store.PutThread(ctx, t)
}

// anothersSignIn pauses a lane whose agent has signed in as somebody other than its sender: that person is no member of the thread, and must not
// speak there in the sender's place. Paused, it goes on by itself once the sender is back.
func (x *lane) anothersSignIn(ctx context.Context, t *store.Thread) (bool, error) {
	link, ok, err := x.Store.LinkOf(ctx, t.Account, t.Agent)
	if err != nil || !ok || link.Person == t.Sender {
		return false, err
	}
	return true, x.put(ctx, t, store.LanePaused, reasonNeedsSignIn, "")
}

// reasonNeedsSignIn is why a lane is paused until its agent signs in again.
const reasonNeedsSignIn = "needs_sign_in"

// awaitEcho waits for the notification of the last own post and reads back when it is overdue.
func (x *lane) awaitEcho(ctx context.Context, t *store.Thread) (time.Duration, error) {
	if t.Echo == "" {
		return idle, nil
	}
	if x.echoed(t.Echo) {
		t.Echo = ""
		return now, x.Store.PutThread(ctx, t)
	}
	if wait := until(t.EchoSince.Add(echoPatience), echoPatience); wait > 0 {
		return wait, nil
	}
	x.count(t.Account, Overdue)
	x.Log.WarnContext(ctx, "teams: no notification of an own post, reading back", "conversation", x.id)
	t.Echo, t.Recheck = "", time.Now().Add(x.Settle).UTC() // until Microsoft tells again, it does not tell of what comes
	if err := x.doubt(ctx, t.Account, t.Agent); err != nil {
		return idle, err
	}
	return now, x.readBack(ctx, t)
}

// put stores a thread with a new state.
func (x *lane) put(ctx context.Context, t *store.Thread, state store.LaneState, reason, detail string) error {
	if t.State != state || t.Reason != reason {
		t.Since = time.Now().UTC()
	}
	t.State, t.Reason, t.Detail = state, reason, detail
	return x.Store.PutThread(ctx, t)
}

// settleError turns what a step met into a state of the lane: waiting for Microsoft, paused for a sign-in, or our own trouble.
func (x *lane) settleError(ctx context.Context, t *store.Thread, pause time.Duration, err error) (time.Duration, error) {
	if err == nil || errors.Is(err, errCrashed) || ctx.Err() != nil {
		return pause, err
	}
	if errors.Is(err, store.ErrStale) {
		return now, nil // somebody asked for a retry meanwhile: look anew
	}
	fresh, ok, rerr := x.Store.Thread(ctx, x.id)
	if rerr != nil || !ok {
		return pause, errors.Join(err, rerr)
	}
	*t = fresh
	if after, throttled := graph.Throttled(err); throttled {
		return now, x.throttled(ctx, t, after)
	}
	if signedOut(err) {
		return now, x.put(ctx, t, store.LanePaused, reasonNeedsSignIn, "")
	}
	var g *graph.Error
	var a *graph.AuthError
	if errors.As(err, &g) || errors.As(err, &a) {
		t.Throttles++
		reason, detail := graph.Reason(err)
		pauseFor(t, backoff(t.Throttles))
		x.Log.WarnContext(ctx, "teams: lane waits", "conversation", x.id, "err", err)
		return now, x.put(ctx, t, store.LaneWaiting, reason, detail)
	}
	return pause, err
}

// throttled waits as long as Microsoft asks, or ever longer when it does not say.
func (x *lane) throttled(ctx context.Context, t *store.Thread, after time.Duration) error {
	t.Throttles++
	if after == 0 {
		after = backoff(t.Throttles)
	}
	pauseFor(t, after)
	return x.put(ctx, t, store.LaneWaiting, "throttled", "")
}

// pauseFor lets the lane rest. How long is noted, too: when the clock is set back meanwhile, it is not waited for that as well. [F22]
func pauseFor(t *store.Thread, pause time.Duration) {
	t.NotBefore, t.Pause = time.Now().Add(pause).UTC(), pause
}

// backoff is 2 s, 4 s … up to a minute.
func backoff(n int) time.Duration { return min(time.Second<<min(n, 6), time.Minute) }

// signedOut reports whether nothing can be done until the agent signs in, which the sign-in's state says, too: a new one ends the wait.
func signedOut(err error) bool { return errors.Is(err, errNeedsSignIn) || graph.NeedsSignIn(err) }

// needsSignIn reports whether nothing can be done for the moment without a new sign-in: also because Graph refuses a fresh token, which it may
// take later though nobody signs in.
func needsSignIn(err error) bool { return signedOut(err) || graph.Unauthorized(err) }

// sender is the client in whose name the lane acts.
func (x *lane) sender(t *store.Thread) *graph.Client { return x.client(t.Account, t.Agent) }

// inviting lists the experts who are on the way in.
func inviting(c *chat.Conversation) []chat.Participant {
	var list []chat.Participant
	for _, p := range c.Participants {
		if p.Kind == chat.Expert && p.State == chat.Inviting {
			list = append(list, p)
		}
	}
	return list
}

// member reports whether Teams is known to list the person.
func member(t *store.Thread, p chat.PersonID) bool { return slices.Contains(t.Members, p) }

// Retry lets a blocked or waiting lane try again at once.
func (k *Connector) Retry(ctx context.Context, id chat.ConversationID) error {
	t, ok, err := k.Store.Thread(ctx, id)
	if err != nil {
		return err
	}
	if !ok {
		return chat.Refuse(chat.NotFound, "no_thread", "This chat has no Microsoft Teams thread.")
	}
	if t.State != store.LaneBlocked && t.State != store.LaneWaiting && t.State != store.LanePaused {
		return nil
	}
	t.State, t.Reason, t.Detail, t.NotBefore, t.Throttles = store.LaneIdle, "", "", time.Time{}, 0
	t.MaxBytes, t.Refused = 0, nil
	t.CatchUp = t.Chat != "" // a lane that stands still reads nothing back, whatever happens meanwhile
	if err := k.Store.PutThread(ctx, &t); err != nil && !errors.Is(err, store.ErrStale) {
		return err
	}
	k.Store.Signal(ctx, store.Hint{Conversation: id, Topic: store.TopicLog})
	return nil
}

// Focus is told that the agent opened a conversation: its thread is read back, at most every 30 s, because a person asked. The account's
// work may be done by another node, which finds the wish in the thread.
func (k *Connector) Focus(ctx context.Context, id chat.ConversationID) {
	t, ok, err := k.Store.Thread(ctx, id)
	if err != nil || !ok || t.Ended || t.Chat == "" || since(t.ReadAt) < echoPatience {
		return
	}
	k.mu.Lock()
	r := k.runs[t.Account]
	k.mu.Unlock()
	if r != nil {
		r.lanes.catchUp(id)
		return
	}
	if err := k.updateThread(ctx, id, func(t *store.Thread) { t.CatchUp = true }); err != nil {
		k.Log.WarnContext(ctx, "teams: thread is not read back on a person's wish", "conversation", id, "err", err)
		return
	}
	k.Store.Signal(ctx, store.Hint{Conversation: id, Topic: store.TopicLog})
}

// updateThread changes a thread from outside of its lane, which may be writing it too.
func (k *Connector) updateThread(ctx context.Context, id chat.ConversationID, change func(*store.Thread)) error {
	for {
		t, ok, err := k.Store.Thread(ctx, id)
		if err != nil || !ok {
			return err
		}
		change(&t)
		if err := k.Store.PutThread(ctx, &t); !errors.Is(err, store.ErrStale) {
			return err
		}
	}
}
