package auth

import (
	"sync"
	"time"
)

// Buckets limits how often something happens per key: so many times at once, then one each interval. What is remembered is
// bounded; when there are too many keys, those that are full again are forgotten, and if none is, new keys share one bucket.
type Buckets struct {
	size     int
	interval time.Duration
	max      int

	mu    sync.Mutex
	spent map[string]bucket
	swept time.Time // when full buckets were last looked for
}

// bucket is what was taken out, as of a moment. It fills up again by one each interval.
type bucket struct {
	taken float64
	at    time.Time
}

// NewBuckets returns buckets of a size that get one back each interval, for about max keys at a time.
func NewBuckets(size int, interval time.Duration, max int) *Buckets {
	return &Buckets{size: size, interval: interval, max: max, spent: map[string]bucket{}}
}

// Take takes one out of a key's bucket. When it is empty, wait says how long until there is one.
func (b *Buckets) Take(key string) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	key = b.room(key, now)
	k := b.now(key, now)
	if over := k.taken + 1 - float64(b.size); over > 0 {
		return time.Duration(over * float64(b.interval)), false
	}
	k.taken++
	b.spent[key] = k
	return 0, true
}

// Return puts one back: what it was taken for did not count.
func (b *Buckets) Return(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.now(key, time.Now())
	if k.taken <= 1 {
		delete(b.spent, key)
		return
	}
	k.taken--
	b.spent[key] = k
}

// now is the key's bucket, filled up to this moment.
func (b *Buckets) now(key string, now time.Time) bucket {
	k := b.spent[key]
	k.taken = max(0, k.taken-float64(now.Sub(k.at))/float64(b.interval))
	k.at = now
	return k
}

// room makes room for a key, or sends it to the bucket that all late-comers share.
func (b *Buckets) room(key string, now time.Time) string {
	if _, known := b.spent[key]; known || len(b.spent) < b.max {
		return key
	}
	if now.Sub(b.swept) >= b.interval {
		b.swept = now
		for other := range b.spent {
			if b.now(other, now).taken == 0 {
				delete(b.spent, other)
			}
		}
	}
	if len(b.spent) < b.max {
		return key
	}
	return ""
}
