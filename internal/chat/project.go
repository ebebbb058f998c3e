package chat

import "slices"

// Project returns the entry as a viewer of that kind may see it, or false. Beyond the rule for single entries it knows who takes part: names
// that stand in mentions and quotes, which Microsoft Teams fills in by itself, are for customers the names that customers may see.
func (c *Conversation) Project(viewer Kind, e Entry) (Entry, bool) {
	v, ok := Project(viewer, e)
	if ok && viewer == Customer && v.Content.NamesPeople() {
		v.Content = c.renamed(v.Content)
	}
	return v, ok
}

// NamesPeople reports whether there are names in the content that people did not type: only then must one know who takes part to project it.
func (c Content) NamesPeople() bool {
	found := false
	c.walk(func(n Node) { found = found || names(n) })
	return found
}

// names reports whether the text of a node is somebody's name.
func names(n Node) bool { return (n.T == Mention || n.T == Quote) && n.Text != "" }

func (c *Conversation) renamed(nodes []Node) []Node {
	if nodes == nil {
		return nil
	}
	out := make([]Node, len(nodes))
	for i, n := range nodes {
		if names(n) {
			n.Text = c.publicName(n.Text)
		}
		n.Kids = c.renamed(n.Kids)
		out[i] = n
	}
	return out
}

// publicName is what customers may read for a name. Somebody unknown keeps theirs where nobody's name is hidden.
func (c *Conversation) publicName(name string) string {
	const hidden = "…"
	if i := slices.IndexFunc(c.Participants, func(p Participant) bool { return p.Name == name || p.Nickname == name }); i >= 0 {
		if p := c.Participants[i]; p.PublicName != "" {
			return p.PublicName
		}
		return hidden
	}
	if slices.ContainsFunc(c.Participants, func(p Participant) bool {
		return p.Kind != Customer && p.PublicName != p.Known() && p.PublicName != p.Name
	}) {
		return hidden
	}
	return name
}
