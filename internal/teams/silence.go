package teams

import (
	"context"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// await waits, when there is nothing to post, for the echo of the last post and for experts' answers.
func (x *lane) await(ctx context.Context, c *chat.Conversation, t *store.Thread) (time.Duration, error) {
	echo, err := x.awaitEcho(ctx, t)
	if err != nil || echo == now {
		return echo, err
	}
	answer, err := x.awaitAnswers(ctx, c, t)
	return sooner(x.untilRecheck(t), sooner(answer, echo)), err
}

// sooner is the shorter of two pauses.
func sooner(a, b time.Duration) time.Duration {
	if a == idle || b == idle {
		return max(a, b)
	}
	return min(a, b)
}

// awaitAnswers tells staff that an expert has not answered in time. Deadlines come from the log, so they survive restarts; and before the
// desk claims that nobody answered, the thread is read back.
func (x *lane) awaitAnswers(ctx context.Context, c *chat.Conversation, t *store.Thread) (time.Duration, error) {
	service, err := x.Store.Service(ctx, c.Service)
	within := service.Settings.AnswerWithin()
	if err != nil || within == 0 || c.Status == chat.Closed {
		return idle, err
	}
	next := idle
	for _, p := range c.Participants {
		asked, waits := p.AskedAt()
		if !waits || p.SilentAt != nil {
			continue
		}
		deadline := asked.Add(within)
		wait := time.Until(deadline)
		switch {
		case wait > 0:
			if next == idle || wait < next {
				next = wait
			}
		case t.ReadAt.Before(deadline):
			return now, x.readBack(ctx, t)
		default:
			return now, x.Desk.NobodyAnswered(ctx, x.id, p.ID, asked)
		}
	}
	return next, nil
}
