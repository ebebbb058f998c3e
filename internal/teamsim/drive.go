package teamsim

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
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

var pathAddress = regexp.MustCompile(`^/(users/[^/]+/drive|drives/[^/]+)/(root|items/[^/]+):/(.*?):?(?:/(content|createUploadSession|children|createLink|invite|permissions))?$`)

// drivePath recognises addressing by path, "/me/drive/root:/{path}:/content", whose path
// may hold slashes.
func drivePath(c *call) (*route, map[string]string) {
	full := "/" + strings.Join(c.segments, "/")
	if !strings.Contains(full, ":/") {
		return nil, nil
	}
	m := pathAddress.FindStringSubmatch(full)
	if m == nil {
		return nil, nil
	}
	kind, id, _ := strings.Cut(m[1], "/")
	vars := map[string]string{"path": m[3]}
	if kind == "users" {
		vars["user"] = strings.TrimSuffix(id, "/drive")
	} else {
		vars["drive"] = id
	}
	if item, found := strings.CutPrefix(m[2], "items/"); found {
		vars["item"] = item
	}
	for _, r := range itemOperations("/drive/root:/{path}:") {
		if r.method == c.method && strings.HasSuffix(r.template, ":"+suffix(m[4])) {
			return &r, vars
		}
	}
	return nil, nil
}

func suffix(action string) string {
	if action == "" {
		return ""
	}
	return "/" + action
}

// itemOperations are the routes below one item.
func itemOperations(root string) []route {
	read := []string{fileRead, fileReadAll, fileWrite, fileWriteAll}
	write := []string{fileWrite, fileWriteAll}
	return []route{
		{method: "GET", template: root, scopes: read, serve: (*Tenant).getItem},
		{method: "GET", template: root + "/children", scopes: read, serve: (*Tenant).listChildren},
		{method: "POST", template: root + "/children", scopes: write, serve: (*Tenant).createFolder},
		{method: "GET", template: root + "/content", scopes: read, serve: (*Tenant).getContent},
		{method: "PUT", template: root + "/content", scopes: write, serve: (*Tenant).putContent},
		{method: "POST", template: root + "/createUploadSession", scopes: write, serve: (*Tenant).createUpload},
		{method: "POST", template: root + "/createLink", scopes: write, serve: (*Tenant).createLink},
		{method: "POST", template: root + "/invite", scopes: write, serve: (*Tenant).invite},
		{method: "GET", template: root + "/permissions", scopes: read, serve: (*Tenant).listPermissions},
	}
}

func driveRoutes() []route {
	read := []string{fileRead, fileReadAll, fileWrite, fileWriteAll}
	routes := []route{
		{method: "GET", template: "/users/{user}/drive", scopes: read, serve: (*Tenant).getDrive},
		{method: "GET", template: "/drives/{drive}", scopes: read, serve: (*Tenant).getDrive},
		{method: "GET", template: "/shares/{share}/driveItem", scopes: []string{fileReadAll, fileWriteAll, fileRead, fileWrite}, serve: (*Tenant).sharedItem},
		{method: "GET", template: "/shares/{share}/driveItem/content", scopes: []string{fileReadAll, fileWriteAll, fileRead, fileWrite}, serve: (*Tenant).sharedContent},
		{method: "GET", template: "/shares/{share}/driveItem/$value", scopes: []string{fileReadAll, fileWriteAll}, serve: (*Tenant).sharedBytes},
	}
	for _, root := range []string{"/users/{user}/drive/root", "/drives/{drive}/root", "/users/{user}/drive/items/{item}", "/drives/{drive}/items/{item}"} {
		routes = append(routes, itemOperations(root)...)
	}
	return routes
}

func itemNotFound() answer {
	return fail(http.StatusNotFound, "itemNotFound", "The resource could not be found.")
}

func accessDenied() answer {
	return fail(http.StatusForbidden, "accessDenied", "Access denied")
}

// driveFor finds the drive a request names.
func (t *Tenant) driveFor(c *call) (*drive, answer) {
	if id, named := c.vars["drive"]; named {
		if d := t.drives[id]; d != nil {
			return d, answer{}
		}
		return nil, itemNotFound()
	}
	p := t.lookup(c.vars["user"])
	if p == nil {
		return nil, itemNotFound()
	}
	return t.driveOf(p.ID), answer{}
}

// itemFor finds an item the caller may read, by id or by path.
func (t *Tenant) itemFor(c *call) (*driveItem, answer) {
	d, a := t.driveFor(c)
	if d == nil {
		return nil, a
	}
	item := d.root
	if id, named := c.vars["item"]; named && id != "root" {
		if item = t.items[id]; item == nil || item.drive != d {
			return nil, itemNotFound()
		}
	}
	item = item.walk(c.vars["path"])
	switch {
	case item == nil:
		return nil, itemNotFound()
	case !item.mayRead(c.caller()):
		return nil, accessDenied()
	}
	return item, answer{}
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

// createFolder is POST …/children.
func (t *Tenant) createFolder(c *call) answer {
	var body struct {
		Name     string         `json:"name"`
		Folder   map[string]any `json:"folder"`
		Conflict string         `json:"@microsoft.graph.conflictBehavior"`
	}
	if err := c.decode(&body); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	if body.Name == "" || body.Folder == nil || !goodName(body.Name) {
		return fail(http.StatusBadRequest, "invalidRequest", "A folder needs a valid name.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	parent, a := t.itemFor(c)
	if parent == nil {
		return a
	}
	if !parent.mayWrite(c.caller()) {
		return accessDenied()
	}
	name, old, a := resolveConflict(parent, body.Name, body.Conflict)
	if a.status != 0 {
		return a
	}
	if old != nil {
		return t.itemAnswer(c, old, http.StatusCreated)
	}
	folder := t.newItem(parent.drive, parent, name, c.caller())
	folder.folder = true
	return t.itemAnswer(c, folder, http.StatusCreated)
}

// goodName keeps to what OneDrive allows in names.
func goodName(name string) bool {
	return name != "." && name != ".." && !strings.ContainsAny(name, `"*:<>?/\|`) && strings.TrimSpace(name) == name
}

// resolveConflict decides what happens when a name is taken: rename, replace or fail.
func resolveConflict(parent *driveItem, name, behaviour string) (string, *driveItem, answer) {
	old := parent.child(name)
	if old == nil {
		return name, nil, answer{}
	}
	switch behaviour {
	case "rename":
		ext := path.Ext(name)
		for n := 1; ; n++ {
			free := fmt.Sprintf("%s %d%s", strings.TrimSuffix(name, ext), n, ext)
			if parent.child(free) == nil {
				return free, nil, answer{}
			}
		}
	case "replace", "":
		return name, old, answer{}
	}
	return name, nil, fail(http.StatusConflict, "nameAlreadyExists", "The specified item name already exists.")
}

// target is where an upload goes.
type target struct {
	parent *driveItem
	old    *driveItem // when an item is replaced
	name   string
}

// uploadTarget finds or makes the folders of a path; an item addressed by id is replaced.
func (t *Tenant) uploadTarget(c *call, behaviour string) (target, answer) {
	d, a := t.driveFor(c)
	if d == nil {
		return target{}, a
	}
	at := d.root
	if id, named := c.vars["item"]; named && id != "root" {
		if at = t.items[id]; at == nil || at.drive != d {
			return target{}, itemNotFound()
		}
	}
	if !at.mayWrite(c.caller()) {
		return target{}, accessDenied()
	}
	names := strings.Split(strings.Trim(c.vars["path"], "/"), "/")
	if c.vars["path"] == "" {
		if at.folder {
			return target{}, fail(http.StatusBadRequest, "invalidRequest", "A folder has no content.")
		}
		return target{parent: at.parent, old: at, name: at.name}, answer{}
	}
	for i, name := range names {
		if !goodName(name) {
			return target{}, fail(http.StatusBadRequest, "invalidRequest", "The name '%s' is not valid.", name)
		}
		if i == len(names)-1 {
			break
		}
		next := at.child(name)
		if next == nil {
			next = t.newItem(d, at, name, c.caller())
			next.folder = true
		}
		if at = next; !at.folder {
			return target{}, itemNotFound()
		}
	}
	name, old, a := resolveConflict(at, names[len(names)-1], behaviour)
	return target{at, old, name}, a
}

// store puts content where an upload goes and tells whether the item is new.
func (t *Tenant) store(to target, content []byte, contentType, by string) (*driveItem, bool) {
	item := to.old
	fresh := item == nil
	if fresh {
		item = t.newItem(to.parent.drive, to.parent, to.name, by)
	} else {
		item.version++
		item.modified = now()
	}
	item.content = content
	if item.mime = mime.TypeByExtension(path.Ext(item.name)); item.mime == "" {
		item.mime = contentType
	}
	if item.mime == "" {
		item.mime = "application/octet-stream"
	}
	return item, fresh
}

// putContent is PUT …/content, at most 250 MB [api: driveitem-put-content].
func (t *Tenant) putContent(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	to, a := t.uploadTarget(c, c.query.Get("@microsoft.graph.conflictBehavior"))
	if a.status != 0 {
		return a
	}
	item, fresh := t.store(to, c.body, c.header.Get("Content-Type"), c.caller())
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	return t.itemAnswer(c, item, status)
}

// filesFolder is the folder of a channel in its team's library.
func (t *Tenant) filesFolder(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, a := t.channelFor(c)
	if ch == nil {
		return a
	}
	root := t.driveOfTeam(ch.team).root
	folder := root.child(ch.topic)
	if folder == nil {
		folder = t.newItem(root.drive, root, ch.topic, c.caller())
		folder.folder = true
	}
	return t.itemAnswer(c, folder, http.StatusOK)
}
