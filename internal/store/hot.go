package store

import (
	"container/list"
	"sync"

	"trialog/internal/chat"
)

// hotCache keeps the states and the newest entries of the conversations used last, within a bound of bytes. States are checked
// against the version of the stored row before use; entries never change, so a run of them is right as far as it goes.
type hotCache struct {
	mu    sync.Mutex
	limit int
	used  int                                   // guarded by mu
	items map[chat.ConversationID]*list.Element // guarded by mu
	order *list.List                            // guarded by mu: of *hotItem, last used first
}

// hotItem is what is kept of one conversation.
type hotItem struct {
	id    chat.ConversationID
	snap  snapshot
	tail  []chat.Entry // newest entries, dense, ending with snap.state.Last; shared, append only
	sizes []int        // encoded sizes of tail
	bytes int
}

// Bounds of the run of entries kept of one conversation.
const (
	maxTailEntries = 128
	maxTailBytes   = 64 << 10
	itemOverhead   = 512
)

func newHotCache(limit int) *hotCache {
	return &hotCache{limit: limit, items: map[chat.ConversationID]*list.Element{}, order: list.New()}
}

// snapshot returns the cached state, which may be older than the stored one.
func (h *hotCache) snapshot(id chat.ConversationID) (snapshot, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	el := h.items[id]
	if el == nil {
		return snapshot{}, false
	}
	h.order.MoveToFront(el)
	return el.Value.(*hotItem).snap, true
}

// after returns cached entries that follow seq without a gap, at most limit; none when the cache does not reach back that far or
// knows no newer one.
func (h *hotCache) after(id chat.ConversationID, seq chat.Seq, limit int) []chat.Entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	el := h.items[id]
	if el == nil {
		return nil
	}
	tail := el.Value.(*hotItem).tail
	if len(tail) == 0 || seq+1 < tail[0].Seq || seq >= tail[len(tail)-1].Seq {
		return nil
	}
	h.order.MoveToFront(el)
	from := int(seq + 1 - tail[0].Seq)
	to := min(from+limit, len(tail))
	return tail[from:to:to]
}

// learn caches a state that was read. An older one never replaces a newer one.
func (h *hotCache) learn(snap snapshot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := snap.state.ID
	if el := h.items[id]; el != nil {
		if el.Value.(*hotItem).snap.version >= snap.version {
			return
		}
		h.remove(el)
	}
	h.add(&hotItem{id: id, snap: snap, bytes: itemOverhead + snap.bytes})
}

// put caches the state after a commit and the entries it added, of encoded size bytes.
func (h *hotCache) put(id chat.ConversationID, snap snapshot, fresh []chat.Entry, bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	item := &hotItem{id: id}
	if el := h.items[id]; el != nil {
		item = el.Value.(*hotItem)
		if item.snap.version > snap.version {
			return // somebody has read a later state meanwhile
		}
		h.remove(el)
	}
	item.snap = snap
	item.extend(fresh, bytes)
	h.add(item)
}

// extend adds fresh entries to the tail and cuts it to its bounds.
func (i *hotItem) extend(fresh []chat.Entry, bytes int) {
	if n := len(i.tail); n > 0 && i.tail[n-1].Seq+1 != fresh[0].Seq {
		i.tail, i.sizes = nil, nil
	}
	i.tail = append(i.tail, fresh...)
	for range fresh {
		i.sizes = append(i.sizes, bytes/len(fresh))
	}
	total := 0
	cut := len(i.tail)
	for cut > 0 && len(i.tail)-cut < maxTailEntries && total+i.sizes[cut-1] <= maxTailBytes {
		cut--
		total += i.sizes[cut]
	}
	i.tail, i.sizes = i.tail[cut:], i.sizes[cut:]
	i.bytes = itemOverhead + i.snap.bytes + total
}

// drop forgets a conversation.
func (h *hotCache) drop(id chat.ConversationID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if el := h.items[id]; el != nil {
		h.remove(el)
	}
}

// add expects h.mu to be held.
func (h *hotCache) add(item *hotItem) {
	h.items[item.id] = h.order.PushFront(item)
	h.used += item.bytes
	for h.used > h.limit && h.order.Len() > 1 {
		h.remove(h.order.Back())
	}
}

// remove expects h.mu to be held.
func (h *hotCache) remove(el *list.Element) {
	item := h.order.Remove(el).(*hotItem)
	h.used -= item.bytes
	delete(h.items, item.id)
}

// expire forgets a conversation whose cached state is not of that version.
func (h *hotCache) expire(id chat.ConversationID, version int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if el := h.items[id]; el != nil && el.Value.(*hotItem).snap.version < version {
		h.remove(el)
	}
}

// clear forgets everything.
func (h *hotCache) clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used = 0
	clear(h.items)
	h.order.Init()
}
