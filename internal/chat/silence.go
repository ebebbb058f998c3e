package chat

import "time"

// Reasons of notices that the rules themselves know.
const (
	ReasonSilent   = "no_answer" // Fact.Subject has not answered in time
	ReasonReminder = "reminder"  // Fact.Subject was reminded; it stands in the thread too
)

// RemindEvery is how often at most an expert is reminded.
const RemindEvery = 3 * time.Minute

// AskedAt is the moment since when an answer of an expert is waited for: the invitation, or the last reminder. ok is false when nothing
// is waited for.
func (p Participant) AskedAt() (at time.Time, ok bool) {
	if p.Kind != Expert || !p.Present() || p.AnsweredAt != nil || p.InvitedAt == nil {
		return time.Time{}, false
	}
	if p.RemindedAt != nil {
		return *p.RemindedAt, true
	}
	return *p.InvitedAt, true
}

// Silence tells staff, once after every time of asking, that an expert has not answered. asked is what the teller knew, so that an
// answer or reminder that came meanwhile wins.
func (c *Conversation) Silence(expert ParticipantID, asked time.Time) ([]Entry, error) {
	p, err := c.expert(expert)
	if err != nil {
		return nil, err
	}
	if at, waits := p.AskedAt(); !waits || !at.Equal(asked) || p.SilentAt != nil {
		return nil, nil
	}
	return []Entry{{Audience: Staff, Kind: Notice, Fact: &Fact{Subject: expert, Reason: ReasonSilent}}}, nil
}

// Remind asks an expert once more, in the thread.
func (c *Conversation) Remind(by, expert ParticipantID, now time.Time) ([]Entry, error) {
	if err := c.MayManage(by, expert); err != nil {
		return nil, err
	}
	p, _ := c.Participant(expert)
	if _, waits := p.AskedAt(); !waits {
		return nil, Refuse(Conflict, "nothing_to_remind", "No answer of this expert is waited for.")
	}
	if p.RemindedAt != nil && now.Sub(*p.RemindedAt) < RemindEvery {
		return nil, Refuse(Conflict, "reminded", "This expert was reminded less than %d minutes ago.", int(RemindEvery.Minutes()))
	}
	return []Entry{{Author: by, Audience: BackRoom, Kind: Notice, Fact: &Fact{Subject: expert, Reason: ReasonReminder}}}, nil
}

func (c *Conversation) applyNotice(e Entry) {
	if e.Fact == nil {
		return
	}
	p, ok := c.Participant(e.Fact.Subject)
	if !ok || p.Kind != Expert {
		return
	}
	at := e.At
	switch e.Fact.Reason {
	case ReasonSilent:
		p.SilentAt = &at
	case ReasonReminder:
		p.RemindedAt, p.SilentAt = &at, nil
	}
	c.Participants[p.ID-1] = p
}
