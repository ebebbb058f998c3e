package teamsim

import (
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
)

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
