package teamsim

import (
	"net/http"
	"regexp"
	"strings"
)

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
