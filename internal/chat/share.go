package chat

import "slices"

// Share is what of the log an expert gets, as the agent chose it before inviting. It travels with the invitation, so that the lane renders
// the history the same way whenever it does: now, after a crash, anew for an edit.
type Share struct {
	From      Seq      `json:"from,omitempty"` // lines before it are left out; 0 shares all
	Hide      []Seq    `json:"hide,omitempty"`
	HideFiles []FileID `json:"hideFiles,omitempty"`
	Lifted    []Lift   `json:"lifted,omitempty"`
	Masks     Masks    `json:"masks"` // of the history
	Live      Masks    `json:"live"`  // of lines written after the invitation
}

// Lift takes the masks off one line, for a reason that the audit trail keeps.
type Lift struct {
	Seq    Seq    `json:"seq"`
	Reason string `json:"reason"`
}

// Excerpt reports whether anything was left out.
func (s Share) Excerpt() bool { return s.From > 1 || len(s.Hide)+len(s.HideFiles) > 0 }

// Shared is a share and the stretch of the log that it decides about: From to To is history; what follows, up to Ended, was said while
// experts took part.
type Shared struct {
	Share
	First   Seq  `json:"first"`
	To      Seq  `json:"to"`
	Reached bool `json:"reached,omitempty"` // the history got to Microsoft Teams
	Ended   Seq  `json:"ended,omitempty"`   // no expert took part any more; 0 while one does
}

// applyShare begins a stretch when the first expert is invited, or the first after all others left. Those who come while others take part
// get the thread as it is. A share that never reached Microsoft Teams gives way to the next one.
func (c *Conversation) applyShare(e Entry) {
	if e.Fact.Participant.Kind != Expert || c.Conference() {
		return
	}
	next := Shared{First: 1, To: e.Seq - 1}
	if e.Fact.Share != nil {
		next.Share = *e.Fact.Share
	}
	if n := len(c.Shares); n > 0 {
		last := c.Shares[n-1]
		next.First = last.First
		if last.Reached {
			next.First = max(last.To, last.Ended) + 1
		} else {
			c.Shares = c.Shares[:n-1]
		}
	}
	c.Shares = append(c.Shares, next)
}

// followShare notes how far the newest share has come, after an entry was applied.
func (c *Conversation) followShare(e Entry) {
	n := len(c.Shares)
	if n == 0 || e.Kind != Invitation && e.Kind != JoinedFact && e.Kind != LeftFact {
		return
	}
	last := &c.Shares[n-1]
	present := c.Present(Expert)
	last.Reached = last.Reached || slices.ContainsFunc(present, func(p Participant) bool { return p.State != Inviting })
	switch {
	case len(present) > 0:
		last.Ended = 0
	case last.Ended == 0:
		last.Ended = e.Seq
	}
}

// ShareOf returns the share that decides about a line, and whether the line is history to it.
func (c *Conversation) ShareOf(seq Seq) (s Share, history bool) {
	for _, at := range slices.Backward(c.Shares) {
		if at.First <= seq {
			return at.Share, seq <= at.To
		}
	}
	return Share{}, false
}

// NextShare is the first line that a share given now would decide about. 0: none, because experts take part and whoever is invited now gets
// the thread as it is.
func (c *Conversation) NextShare() Seq {
	n := len(c.Shares)
	switch {
	case c.Conference():
		return 0
	case n == 0:
		return 1
	case !c.Shares[n-1].Reached:
		return c.Shares[n-1].First
	}
	return max(c.Shares[n-1].To, c.Shares[n-1].Ended) + 1
}

// Hidden reports whether experts do not get a line at all.
func (c *Conversation) Hidden(seq Seq) bool {
	s, history := c.ShareOf(seq)
	return history && (seq < s.From || slices.Contains(s.Hide, seq))
}

// ForExperts returns what line seq says, as experts get it: without hidden files, and masked. kinds says what was masked.
func (c *Conversation) ForExperts(seq Seq, content Content) (shown Content, kinds []MaskKind) {
	s, history := c.ShareOf(seq)
	return s.apply(seq, history, content)
}

// masksOf returns the masks of a line.
func (s Share) masksOf(seq Seq, history bool) Masks {
	switch {
	case !history:
		return s.Live
	case slices.ContainsFunc(s.Lifted, func(l Lift) bool { return l.Seq == seq }):
		return Masks{}
	}
	return s.Masks
}

func (s Share) apply(seq Seq, history bool, content Content) (Content, []MaskKind) {
	if history && len(s.HideFiles) > 0 {
		content = slices.DeleteFunc(slices.Clone(content), func(n Node) bool {
			return n.T == FileNode && n.File != nil && slices.Contains(s.HideFiles, n.File.ID)
		})
	}
	return content.Masked(s.masksOf(seq, history))
}
