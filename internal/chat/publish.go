package chat

// Publish says an expert's private line to the customer, as the expert's own line with a seq of its own; the private one stays where it
// is. content is the private line's newest version. A line that was published already (as earlier) gets the new version as an edit.
func (c *Conversation) Publish(by ParticipantID, private Entry, content Content, earlier Seq, key string) ([]Entry, error) {
	if err := c.agentActs(by); err != nil {
		return nil, err
	}
	author, ok := c.Participant(private.Author)
	if !ok || author.Kind != Expert || private.Kind != Message || private.Audience != BackRoom {
		return nil, RefuseField("ref", "not_private", "Only a private line of an expert can be published.")
	}
	e := Entry{Author: author.ID, Audience: Everyone, Kind: Message, Ref: private.Seq, Content: content, Key: key, Fact: &Fact{Subject: by}}
	if earlier != 0 {
		e.Kind, e.Ref = Edit, earlier
	}
	return []Entry{e}, nil
}

// Published reports whether the entry is a private line that an agent published. Ref is the private one, Fact.Subject the agent.
func (e Entry) Published() bool { return e.Kind == Message && e.Ref != 0 }

// Without returns the content without the quotes of certain lines: what is said to everyone must not carry what was said in private.
func (c Content) Without(quoted func(Seq) bool) Content {
	kept := make(Content, 0, len(c))
	for _, n := range c {
		if n.T == Quote && n.Ref != 0 && quoted(n.Ref) {
			continue
		}
		n.Kids = Content(n.Kids).Without(quoted)
		if len(n.Kids) == 0 {
			n.Kids = nil
		}
		kept = append(kept, n)
	}
	return kept
}

// Quotes lists the lines that the content quotes.
func (c Content) Quotes() []Seq {
	var refs []Seq
	c.walk(func(n Node) {
		if n.T == Quote && n.Ref != 0 {
			refs = append(refs, n.Ref)
		}
	})
	return refs
}

// Shows reports whether the content refers to a stored file, as a file or as an emoji's picture.
func (c Content) Shows(id FileID) bool {
	found := false
	c.walk(func(n Node) { found = found || n.File != nil && n.File.ID == id })
	return found
}
