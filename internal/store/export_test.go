package store

// SetHook has fn called at named points of every commit: "commit" before COMMIT, "committed" after it.
func (s *Store) SetHook(fn func(point string)) { s.hook = fn }

// Queued says how many writes wait for the next commit.
func (s *Store) Queued() int {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	return len(s.queue.ops)
}

// HotBytes says how much memory the hot conversations are counted with.
func (s *Store) HotBytes() int {
	s.hot.mu.Lock()
	defer s.hot.mu.Unlock()
	return s.hot.used
}
