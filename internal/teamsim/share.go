package teamsim

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// wirePermission shows who may do what with an item.
func (t *Tenant) wirePermission(p *permission, base string) map[string]any {
	w := map[string]any{"id": p.id, "roles": p.roles}
	if p.person != "" {
		w["grantedTo"] = t.identitySet(p.person)
		w["grantedToV2"] = map[string]any{"user": map[string]any{"id": p.person, "displayName": t.name(p.person)}}
		return w
	}
	w["link"] = map[string]any{"type": p.kind, "scope": p.scope, "webUrl": base + "/personal/links/" + p.link, "preventsDownload": false}
	w["shareId"] = "u!" + base64.RawURLEncoding.EncodeToString([]byte(base+"/personal/links/"+p.link))
	return w
}

// invite is POST …/invite [api: driveitem-invite].
func (t *Tenant) invite(c *call) answer {
	var body struct {
		Recipients []struct {
			ObjectID string `json:"objectId"`
			Email    string `json:"email"`
			Alias    string `json:"alias"`
		} `json:"recipients"`
		RequireSignIn  bool     `json:"requireSignIn"`
		SendInvitation bool     `json:"sendInvitation"`
		Roles          []string `json:"roles"`
	}
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if len(body.Recipients) == 0 || len(body.Roles) == 0 || slices.ContainsFunc(body.Roles, func(r string) bool { return r != "read" && r != "write" }) {
		return fail(http.StatusBadRequest, "invalidRequest", "Recipients and roles (read, write) are required.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.itemFor(c)
	if item == nil {
		return a
	}
	if !item.mayWrite(c.caller()) {
		return accessDenied()
	}
	var people []*Person
	for _, r := range body.Recipients {
		p := t.lookup(r.ObjectID + r.Email + r.Alias)
		if p == nil {
			return fail(http.StatusBadRequest, "invalidRequest", "The recipient could not be found.")
		}
		people = append(people, p)
	}
	list := []map[string]any{}
	for _, p := range people {
		list = append(list, t.wirePermission(t.permit(item, p.ID, body.Roles), c.base))
	}
	return ok(page{Context: c.base + "/v1.0/$metadata#Collection(permission)", Value: list})
}

// permit gives a person rights on an item, once.
func (t *Tenant) permit(item *driveItem, person string, roles []string) *permission {
	for _, p := range item.permissions {
		if p.person == person {
			p.roles = roles
			return p
		}
	}
	p := &permission{id: base64.RawURLEncoding.EncodeToString([]byte("i:0#.f|membership|" + person)), roles: roles, person: person}
	item.permissions = append(item.permissions, p)
	return p
}

// createLink is POST …/createLink [api: driveitem-createlink]: 201, or 200 for a link
// that exists already. Anonymous links are switched off in this tenant.
func (t *Tenant) createLink(c *call) answer {
	var body struct {
		Type  string `json:"type"`
		Scope string `json:"scope"`
	}
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if body.Type != "view" && body.Type != "edit" {
		return fail(http.StatusBadRequest, "invalidRequest", "Link type '%s' is not supported.", body.Type)
	}
	if body.Scope == "" {
		body.Scope = "organization"
	}
	if body.Scope != "organization" {
		return fail(http.StatusForbidden, "accessDenied", "Sharing by links of scope '%s' has been disabled by the administrator.", body.Scope)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.itemFor(c)
	if item == nil {
		return a
	}
	if !item.mayWrite(c.caller()) {
		return accessDenied()
	}
	for _, p := range item.permissions {
		if p.link != "" && p.kind == body.Type {
			return ok(t.wirePermission(p, c.base))
		}
	}
	p := &permission{id: t.guid(), link: t.hexID(), kind: body.Type, scope: body.Scope, roles: []string{"read"}}
	if body.Type == "edit" {
		p.roles = []string{"write"}
	}
	item.permissions = append(item.permissions, p)
	t.shareLinks[p.link] = item
	return created(t.wirePermission(p, c.base))
}

func (t *Tenant) listPermissions(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.itemFor(c)
	if item == nil {
		return a
	}
	list := []map[string]any{}
	for _, p := range item.permissions {
		list = append(list, t.wirePermission(p, c.base))
	}
	return ok(page{Context: c.base + "/v1.0/$metadata#Collection(permission)", Value: list})
}

// shareFor finds a shared item by "u!" and the address [api: shares-get]. Who follows a
// sharing link may read from then on; a plain address needs a permission.
func (t *Tenant) shareFor(c *call) (*driveItem, answer) {
	encoded, found := strings.CutPrefix(c.vars["share"], "u!")
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if !found || err != nil {
		return nil, fail(http.StatusBadRequest, "invalidRequest", "The sharing URL is not encoded properly.")
	}
	item := t.byAddress(string(raw), c.caller())
	switch {
	case item == nil:
		return nil, itemNotFound()
	case !item.mayRead(c.caller()):
		return nil, accessDenied()
	}
	return item, answer{}
}

// byAddress finds an item by sharing link or by its address in the browser.
func (t *Tenant) byAddress(address, person string) *driveItem {
	if _, token, isLink := strings.Cut(address, "/personal/links/"); isLink {
		item := t.shareLinks[token]
		if item != nil && !item.mayRead(person) {
			t.permit(item, person, []string{"read"})
		}
		return item
	}
	return t.byWebURL(address)
}

func (t *Tenant) sharedItem(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.shareFor(c)
	if item == nil {
		return a
	}
	return t.itemAnswer(c, item, http.StatusOK)
}

func (t *Tenant) sharedContent(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.shareFor(c)
	if item == nil {
		return a
	}
	return t.redirectToContent(c, item)
}

// sharedBytes gives the file itself; only people acting through this package ask for it.
func (t *Tenant) sharedBytes(c *call) answer {
	if !c.teams {
		return badRequest("Resource not found for the segment '$value'.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.shareFor(c)
	if item == nil {
		return a
	}
	return answer{status: http.StatusOK, body: item.content}.with("Content-Type", item.mime)
}

// serveWebFile is what a browser gets at a file's address: the file, for somebody who is
// signed in and may read it.
func (t *Tenant) serveWebFile(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	person := ""
	if c, err := r.Cookie(sessionCookie); err == nil {
		person = t.sessions[c.Value]
	}
	item := t.byAddress(r.URL.Path, person)
	allowed := item != nil && !item.folder && person != "" && item.mayRead(person)
	var content []byte
	var name, kind string
	if allowed {
		content, name, kind = item.content, item.name, item.mime
	}
	t.mu.Unlock()
	switch {
	case item == nil:
		http.NotFound(w, r)
	case !allowed:
		http.Error(w, "You need permission to access this item.", http.StatusForbidden)
	default:
		serveFile(w, r, name, kind, content)
	}
}
