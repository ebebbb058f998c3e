package teamsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const maxPresences = 650 // ids per getPresencesByUserId

type presenceState struct {
	Presence
	sequence int
}

type wirePresence struct {
	Context      string  `json:"@odata.context,omitempty"`
	ID           string  `json:"id"`
	Availability string  `json:"availability"`
	Activity     string  `json:"activity"`
	Status       any     `json:"statusMessage"`
	OutOfOffice  any     `json:"outOfOfficeSettings"`
	Sequence     *string `json:"sequenceNumber"`
	WorkLocation any     `json:"workLocation"`
}

// wirePresence shows somebody's presence [api: presence-get].
func (t *Tenant) wirePresence(person string) wirePresence {
	p, state := t.people[person], t.presence[person]
	if p == nil || state == nil {
		return wirePresence{ID: person, Availability: "PresenceUnknown", Activity: "PresenceUnknown"}
	}
	sequence := "A" + strconv.Itoa(state.sequence)
	return wirePresence{ID: person, Availability: state.Availability, Activity: state.Activity, Sequence: &sequence,
		OutOfOffice: map[string]any{"isOutOfOffice": p.OutOfOffice != "", "message": orNull(p.OutOfOffice)}}
}

func presenceStates() []string {
	return []string{"Available", "AvailableIdle", "Away", "BeRightBack", "Busy", "BusyIdle", "DoNotDisturb", "Offline", "PresenceUnknown"}
}

// SetPresence changes what Teams shows beside somebody's name; an empty activity is the
// availability itself.
func (t *Tenant) SetPresence(who string, p Presence) error {
	if !slices.Contains(presenceStates(), p.Availability) {
		return fmt.Errorf("presence %q: unknown availability", p.Availability)
	}
	if p.Activity == "" {
		p.Activity = p.Availability
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	person := t.lookup(who)
	if person == nil {
		return fmt.Errorf("presence of %q: no such person", who)
	}
	state := t.presence[person.ID]
	state.Presence, state.sequence = p, state.sequence+1
	person.Presence = p
	t.presenceChanged(person.ID)
	return nil
}

func (t *Tenant) getPresence(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.lookup(c.vars["user"])
	if p == nil {
		return notFound("Could not find the user '%s'.", c.vars["user"])
	}
	w := t.wirePresence(p.ID)
	w.Context = c.base + "/v1.0/$metadata#users('" + p.ID + "')/presence/$entity"
	return ok(w)
}

// getPresences is POST /communications/getPresencesByUserId.
func (t *Tenant) getPresences(c *call) answer {
	var body struct {
		IDs []string `json:"ids"`
	}
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if len(body.IDs) == 0 || len(body.IDs) > maxPresences {
		return badRequest("Between 1 and %d user ids are expected.", maxPresences)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]wirePresence, 0, len(body.IDs))
	for _, id := range body.IDs {
		list = append(list, t.wirePresence(strings.ToLower(id)))
	}
	return ok(page{Context: c.base + "/v1.0/$metadata#Collection(microsoft.graph.presence)", Value: list})
}
