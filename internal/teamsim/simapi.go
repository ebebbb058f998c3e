package teamsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// simTokenLife is long enough for any demonstration.
const simTokenLife = 30 * 24 * time.Hour

type simPerson struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	JobTitle   string   `json:"jobTitle"`
	Department string   `json:"department"`
	Presence   Presence `json:"presence"`
}

func (t *Tenant) simPerson(p *Person) simPerson {
	return simPerson{p.ID, p.Name, p.JobTitle, p.Department, t.presence[p.ID].Presence}
}

// serveSim is the private API of the browser client, the stage and outside checkers. It
// guards nothing: the simulator has no secrets to keep.
func (t *Tenant) serveSim(w http.ResponseWriter, r *http.Request) {
	rest := strings.TrimPrefix(r.URL.Path, "/sim/")
	switch r.Method + " " + rest {
	case "GET people":
		t.simPeople(w)
	case "POST session":
		t.simSession(w, r)
	case "GET events":
		t.serveEvents(w, r)
	case "PATCH presence":
		t.simPresence(w, r)
	case "POST faults":
		t.simFaults(w, r)
	case "GET faults":
		writeJSON(w, http.StatusOK, t.CurrentFaults())
	case "POST revoke":
		t.simRevoke(w, r)
	case "GET requests":
		writeJSON(w, http.StatusOK, map[string]any{"requests": t.Requests(), "counts": t.RequestCounts(), "deliveries": t.Deliveries()})
	case "GET chats":
		writeJSON(w, http.StatusOK, map[string]any{"chats": t.Chats()})
	case "POST fail":
		t.simFail(w, r)
	case "POST subscriptions":
		t.simSubscriptions(w, r)
	case "POST disable":
		t.simDisable(w, r)
	case "GET subscriptions":
		writeJSON(w, http.StatusOK, map[string]any{"subscriptions": t.Subscriptions()})
	default:
		switch kind, token, _ := strings.Cut(rest, "/"); kind {
		case "upload":
			t.serveUpload(w, r, token)
		case "download":
			t.serveDownload(w, r, token)
		default:
			http.NotFound(w, r)
		}
	}
}

func (t *Tenant) simPeople(w http.ResponseWriter) {
	t.mu.Lock()
	list := []simPerson{}
	for _, id := range t.peopleOrder {
		list = append(list, t.simPerson(t.people[id]))
	}
	t.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"people": list})
}

// simSession signs somebody in to the Teams client.
func (t *Tenant) simSession(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Person string `json:"person"`
	}
	if !readSim(w, r, &body) {
		return
	}
	token, p, err := t.TeamsToken(body.Person)
	if err != nil {
		simError(w, http.StatusNotFound, err)
		return
	}
	t.mu.Lock()
	person := t.simPerson(&p)
	t.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"token": token, "person": person})
}

// TeamsToken signs somebody in to the Teams client and returns a long-lived Graph token
// with all permissions. Throttles and faults do not apply to it.
func (t *Tenant) TeamsToken(who string) (string, Person, error) {
	t.mu.Lock()
	p := t.lookup(who)
	app := t.apps[teamsAppID]
	t.mu.Unlock()
	if p == nil {
		return "", Person{}, fmt.Errorf("sign %q in to Teams: no such person", who)
	}
	token, _, err := t.newAccessToken(accessToken{app: teamsAppID, person: p.ID, scopes: app.consented, expires: time.Now().Add(simTokenLife)})
	if err != nil {
		return "", Person{}, fmt.Errorf("sign %q in to Teams: %w", who, err)
	}
	return token, *p, nil
}

func (t *Tenant) simPresence(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Token string `json:"token"`
		Presence
	}
	if !readSim(w, r, &body) {
		return
	}
	token := t.tokenOf("Bearer " + body.Token)
	if token == nil {
		simError(w, http.StatusUnauthorized, fmt.Errorf("unknown token"))
		return
	}
	if err := t.SetPresence(token.person, body.Presence); err != nil {
		simError(w, http.StatusBadRequest, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// simFaults changes the knobs that the body names; durations may be written "30s". The
// body {} changes nothing, {"reset":true} makes the tenant conform first.
func (t *Tenant) simFaults(w http.ResponseWriter, r *http.Request) {
	var body map[string]json.RawMessage
	if !readSim(w, r, &body) {
		return
	}
	for _, key := range []string{"zombieDelay", "listLag", "notifyLatency", "notifyDelay", "tokenLife"} {
		var text string
		if json.Unmarshal(body[key], &text) != nil {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil {
			simError(w, http.StatusBadRequest, fmt.Errorf("%s: %w", key, err))
			return
		}
		body[key] = json.RawMessage(fmt.Sprint(int64(d)))
	}
	if string(body["reset"]) == "true" {
		t.ClearFaults()
	}
	delete(body, "reset")
	raw, err := json.Marshal(body)
	if err == nil {
		t.SetFaults(func(f *Faults) {
			next := *f
			if err = strictJSON(raw, &next); err == nil {
				*f = next
			}
		})
	}
	if err != nil {
		simError(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, t.CurrentFaults())
}

func (t *Tenant) simRevoke(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Person string `json:"person"`
		Code   int    `json:"code"`
	}
	if !readSim(w, r, &body) {
		return
	}
	if err := t.RevokeSignIn(body.Person, body.Code); err != nil {
		simError(w, http.StatusNotFound, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func readSim(w http.ResponseWriter, r *http.Request, into any) bool {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err == nil {
		err = strictJSON(raw, into)
	}
	if err != nil {
		simError(w, http.StatusBadRequest, err)
		return false
	}
	return true
}

// strictJSON refuses misspelt names.
func strictJSON(raw []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func simError(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// escapeID writes an id for a path.
func escapeID(id string) string { return url.PathEscape(id) }
