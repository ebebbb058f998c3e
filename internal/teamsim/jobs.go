package teamsim

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// job is something that happens at a time.
type job struct {
	at    time.Time
	order uint64
	do    func()
}

// jobQueue is a heap of jobs by time, then by order of planning.
type jobQueue struct {
	list []*job
	last uint64
}

// Len, Less, Swap, Push and Pop are heap.Interface.
func (q *jobQueue) Len() int { return len(q.list) }

// Less orders by time.
func (q *jobQueue) Less(i, j int) bool {
	a, b := q.list[i], q.list[j]
	if a.at.Equal(b.at) {
		return a.order < b.order
	}
	return a.at.Before(b.at)
}

// Swap exchanges two jobs.
func (q *jobQueue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }

// Push appends a job.
func (q *jobQueue) Push(x any) { q.list = append(q.list, x.(*job)) }

// Pop takes the last job.
func (q *jobQueue) Pop() any {
	last := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	return last
}

// after plans something that takes t.mu itself.
func (t *Tenant) after(d time.Duration, do func()) {
	t.mu.Lock()
	t.afterLocked(d, do)
	t.mu.Unlock()
}

// afterLocked is after for callers that hold t.mu.
func (t *Tenant) afterLocked(d time.Duration, do func()) {
	t.jobs.last++
	heap.Push(&t.jobs, &job{time.Now().Add(d), t.jobs.last, do})
	t.nudge()
}

// work does everything that is due, starts deliveries, and tells when to look again.
func (t *Tenant) work(ctx context.Context, wg *sync.WaitGroup) time.Duration {
	for {
		t.mu.Lock()
		if t.jobs.Len() == 0 || t.jobs.list[0].at.After(time.Now()) {
			break
		}
		due := heap.Pop(&t.jobs).(*job)
		t.mu.Unlock()
		due.do()
	}
	defer t.mu.Unlock()
	wait := time.Hour
	if t.jobs.Len() > 0 {
		wait = min(wait, time.Until(t.jobs.list[0].at))
	}
	return min(wait, t.startDeliveries(ctx, wg))
}
