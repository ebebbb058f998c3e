package teamsim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// drive is somebody's OneDrive, or the library of a team.
type drive struct {
	id    string
	owner string // object id; empty for a team's
	team  *team
	root  *driveItem
}

// driveItem is a file or folder.
type driveItem struct {
	id, guid          string
	drive             *drive
	parent            *driveItem
	name              string
	folder            bool
	children          []*driveItem
	content           []byte
	mime              string
	version           int
	created, modified time.Time
	by                string
	permissions       []*permission
}

type permission struct {
	id     string
	roles  []string
	person string // object id, or empty for a link
	link   string // token of a sharing link
	kind   string // view, edit
	scope  string // organization
}

// driveOf gives somebody's OneDrive, made on first use. The caller holds t.mu.
func (t *Tenant) driveOf(person string) *drive {
	for _, d := range t.drives {
		if d.owner == person {
			return d
		}
	}
	return t.newDrive(&drive{owner: person})
}

func (t *Tenant) driveOfTeam(team *team) *drive {
	for _, d := range t.drives {
		if d.team == team {
			return d
		}
	}
	return t.newDrive(&drive{team: team})
}

func (t *Tenant) newDrive(d *drive) *drive {
	d.id = "b!" + strings.ToUpper(t.hexID())
	d.root = t.newItem(d, nil, "root", d.owner)
	d.root.folder = true
	t.drives[d.id] = d
	return d
}

func (t *Tenant) newItem(d *drive, parent *driveItem, name, by string) *driveItem {
	at := now()
	item := &driveItem{id: "01" + strings.ToUpper(t.hexID()), guid: strings.ToUpper(t.guid()), drive: d, parent: parent, name: name,
		version: 1, created: at, modified: at, by: by}
	if parent != nil {
		parent.children = append(parent.children, item)
	}
	t.items[item.id] = item
	return item
}

func (i *driveItem) child(name string) *driveItem {
	for _, c := range i.children {
		if strings.EqualFold(c.name, name) {
			return c
		}
	}
	return nil
}

// path is the place below the root, with a leading slash.
func (i *driveItem) path() string {
	if i.parent == nil {
		return ""
	}
	return i.parent.path() + "/" + i.name
}

// mayRead tells whether somebody may read an item; permissions of folders pass down.
func (i *driveItem) mayRead(person string) bool {
	if i.drive.owner == person || i.drive.team != nil && slices.Contains(i.drive.team.members, person) {
		return true
	}
	for at := i; at != nil; at = at.parent {
		for _, p := range at.permissions {
			if p.person == person {
				return true
			}
		}
	}
	return false
}

func (i *driveItem) mayWrite(person string) bool {
	if i.drive.owner == person || i.drive.team != nil && slices.Contains(i.drive.team.members, person) {
		return true
	}
	for at := i; at != nil; at = at.parent {
		for _, p := range at.permissions {
			if p.person == person && slices.Contains(p.roles, "write") {
				return true
			}
		}
	}
	return false
}

// webRoot is where a drive lives in the browser.
func (t *Tenant) webRoot(d *drive, base string) string {
	name := "team"
	if d.team != nil {
		name = d.team.id
	} else if p := t.people[d.owner]; p != nil {
		name = strings.NewReplacer("@", "_", ".", "_").Replace(p.UPN)
	}
	return base + "/personal/" + url.PathEscape(name) + "/Documents"
}

func (t *Tenant) webURL(i *driveItem, base string) string {
	return t.webRoot(i.drive, base) + (&url.URL{Path: i.path()}).EscapedPath()
}

// byWebURL finds an item by the path of its address in the browser; the host does not
// matter, since one tenant may be known under several.
func (t *Tenant) byWebURL(address string) *driveItem {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	for _, d := range t.drives {
		root, err := url.Parse(t.webRoot(d, ""))
		if err != nil {
			continue
		}
		if rest, found := strings.CutPrefix(u.Path, root.Path); found {
			return d.root.walk(rest)
		}
	}
	return nil
}

func (i *driveItem) walk(rest string) *driveItem {
	for _, name := range strings.Split(strings.Trim(rest, "/"), "/") {
		if name == "" {
			continue
		}
		if i = i.child(name); i == nil {
			return nil
		}
	}
	return i
}

func (t *Tenant) getDrive(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, a := t.driveFor(c)
	if d == nil {
		return a
	}
	if !d.root.mayRead(c.caller()) {
		return accessDenied()
	}
	return ok(map[string]any{"@odata.context": c.base + "/v1.0/$metadata#drives/$entity", "id": d.id, "driveType": "business", "name": "OneDrive",
		"webUrl": t.webRoot(d, c.base), "owner": t.identitySet(d.owner), "createdDateTime": stamp(d.root.created), "lastModifiedDateTime": stamp(d.root.modified),
		"quota": map[string]any{"deleted": 0, "remaining": 1 << 40, "state": "normal", "total": 1 << 40, "used": 0}})
}

func (t *Tenant) identitySet(person string) map[string]any {
	if person == "" {
		return map[string]any{}
	}
	return map[string]any{"user": map[string]any{"id": person, "displayName": t.name(person)}}
}

// wireItem shows a file or folder; files carry a short-lived address that needs no token.
func (t *Tenant) wireItem(i *driveItem, base string) map[string]any {
	w := map[string]any{"id": i.id, "name": i.name, "webUrl": t.webURL(i, base), "size": len(i.content),
		"eTag": fmt.Sprintf(`"{%s},%d"`, i.guid, i.version), "cTag": fmt.Sprintf(`"c:{%s},%d"`, i.guid, i.version),
		"createdDateTime": i.created.Format(time.RFC3339), "lastModifiedDateTime": i.modified.Format(time.RFC3339),
		"createdBy": t.identitySet(i.by), "lastModifiedBy": t.identitySet(i.by),
		"fileSystemInfo": map[string]any{"createdDateTime": i.created.Format(time.RFC3339), "lastModifiedDateTime": i.modified.Format(time.RFC3339)}}
	if i.parent != nil {
		w["parentReference"] = map[string]any{"driveType": "business", "driveId": i.drive.id, "id": i.parent.id, "name": i.parent.name,
			"path": "/drives/" + i.drive.id + "/root:" + i.parent.path()}
	} else {
		w["parentReference"] = map[string]any{"driveType": "business", "driveId": i.drive.id}
	}
	if len(i.permissions) > 0 {
		w["shared"] = map[string]any{"scope": "users"}
	}
	if i.folder {
		w["folder"] = map[string]any{"childCount": len(i.children)}
		return w
	}
	w["file"] = map[string]any{"mimeType": i.mime, "hashes": map[string]any{}}
	if token, err := t.downloadToken(i); err == nil {
		w["@microsoft.graph.downloadUrl"] = base + "/sim/download/" + token
	}
	return w
}

func (t *Tenant) itemAnswer(c *call, i *driveItem, status int) answer {
	w := t.wireItem(i, c.base)
	w["@odata.context"] = c.base + "/v1.0/$metadata#drives('" + i.drive.id + "')/items/$entity"
	return answer{status: status, body: w}
}

func (t *Tenant) getItem(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.itemFor(c)
	if item == nil {
		return a
	}
	return t.itemAnswer(c, item, http.StatusOK)
}

func (t *Tenant) listChildren(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.itemFor(c)
	if item == nil {
		return a
	}
	list := []map[string]any{}
	for _, child := range item.children {
		list = append(list, t.wireItem(child, c.base))
	}
	return ok(page{Context: c.base + "/v1.0/$metadata#drives('" + item.drive.id + "')/items('" + item.id + "')/children", Value: list})
}
