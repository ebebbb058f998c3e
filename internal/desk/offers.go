package desk

import (
	"context"
	"time"

	"trialog/internal/chat"
	"trialog/internal/store"
)

// offersEvery is how soon ends of offers are looked for again after that failed.
const offersEvery = 2 * time.Second

// WatchOffers ends offers whose time is over, until ctx ends. Any number of nodes may do so: an offer ends once. Deadlines stand in the
// log, so a restart loses none.
func (d *Desk) WatchOffers(ctx context.Context) error {
	sub := d.store.Subscribe(store.Filter{All: true})
	defer sub.Close()
	next, err := d.endOffers(ctx)
	for {
		if err != nil && ctx.Err() == nil {
			d.log.ErrorContext(ctx, "end offers", "err", err)
			next = time.Now().Add(offersEvery)
		}
		var due <-chan time.Time
		if !next.IsZero() {
			due = time.After(max(time.Until(next), 0))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-due:
			next, err = d.endOffers(ctx)
		case <-sub.C():
			next, err = d.earlier(ctx, next, sub.Take())
		}
	}
}

// earlier looks at what changed for an offer that ends before the next one known.
func (d *Desk) earlier(ctx context.Context, next time.Time, hints []store.Hint) (time.Time, error) {
	for _, h := range hints {
		if h.Topic == store.TopicAll {
			return d.endOffers(ctx)
		}
		if h.Topic != store.TopicOffer {
			continue
		}
		c, err := d.store.Conversation(ctx, h.Conversation)
		if err != nil {
			return next, err
		}
		for _, p := range c.Participants {
			if p.Open() && (next.IsZero() || p.Offer.Until.Before(next)) {
				next = p.Offer.Until
			}
		}
	}
	return next, nil
}

// endOffers ends what is over and returns when the next offer will be; zero for never.
func (d *Desk) endOffers(ctx context.Context) (next time.Time, err error) {
	open, err := d.store.WithOffers(ctx)
	if err != nil {
		return next, err
	}
	for _, c := range open {
		for _, p := range c.Participants {
			switch {
			case !p.Open():
			case time.Now().Before(p.Offer.Until):
				if next.IsZero() || p.Offer.Until.Before(next) {
					next = p.Offer.Until
				}
			default:
				end := func(c *chat.Conversation) ([]chat.Entry, error) { return c.EndOffer(p.ID, chat.ReasonExpired) }
				if err := d.decide(ctx, c.ID, end); err != nil {
					return next, err
				}
			}
		}
	}
	return next, nil
}
