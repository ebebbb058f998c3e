package teamsim

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	fragmentUnit = 320 << 10 // fragments are multiples of it
	maxFragment  = 60 << 20
	uploadLife   = 15 * time.Minute
	downloadLife = time.Hour
)

// upload is an upload session [api: driveitem-createuploadsession].
type upload struct {
	to      target
	by      string
	base    string
	got     []byte
	total   int64
	expires time.Time
}

// download is an address that gives a file without a token, for a while.
type download struct {
	item    *driveItem
	expires time.Time
}

type wireUpload struct {
	Context string   `json:"@odata.context,omitempty"`
	URL     string   `json:"uploadUrl,omitempty"`
	Expires string   `json:"expirationDateTime"`
	Next    []string `json:"nextExpectedRanges"`
}

func (t *Tenant) createUpload(c *call) answer {
	var body struct {
		Item struct {
			Conflict string `json:"@microsoft.graph.conflictBehavior"`
		} `json:"item"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&body); err != nil {
			return badRequest("Invalid request body: %v", err)
		}
	}
	if body.Item.Conflict == "" {
		body.Item.Conflict = "replace"
	}
	token, err := t.secret(32)
	if err != nil {
		return fail(http.StatusInternalServerError, "generalException", "%v", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	to, a := t.uploadTarget(c, body.Item.Conflict)
	if a.status != 0 {
		return a
	}
	u := &upload{to: to, by: c.caller(), base: c.base, expires: time.Now().Add(uploadLife)}
	t.uploads[token] = u
	return ok(wireUpload{Context: c.base + "/v1.0/$metadata#microsoft.graph.uploadSession", URL: c.base + "/sim/upload/" + token,
		Expires: stamp(u.expires), Next: []string{"0-"}})
}

// serveUpload takes fragments. The address is the permission: a bearer token is refused.
func (t *Tenant) serveUpload(w http.ResponseWriter, r *http.Request, token string) {
	if r.Header.Get("Authorization") != "" {
		writeUploadError(w, http.StatusUnauthorized, "unauthenticated", "Do not send an Authorization header to an upload URL.")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxFragment+1))
	if err != nil {
		writeUploadError(w, http.StatusBadRequest, "invalidRequest", "The fragment could not be read.")
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.uploads[token]
	if u == nil || time.Now().After(u.expires) {
		writeUploadError(w, http.StatusNotFound, "itemNotFound", "The upload session was not found.")
		return
	}
	switch r.Method {
	case http.MethodGet:
		writeJSON(w, http.StatusOK, u.state())
	case http.MethodDelete:
		delete(t.uploads, token)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPut:
		t.takeFragment(w, r, token, u, body)
	default:
		writeUploadError(w, http.StatusMethodNotAllowed, "invalidRequest", "Method not allowed.")
	}
}

func (u *upload) state() wireUpload {
	next := fmt.Sprintf("%d-", len(u.got))
	if u.total > 0 {
		next = fmt.Sprintf("%d-%d", len(u.got), u.total-1)
	}
	return wireUpload{Expires: stamp(u.expires), Next: []string{next}}
}

func (t *Tenant) takeFragment(w http.ResponseWriter, r *http.Request, token string, u *upload, body []byte) {
	var from, to, total int64
	if _, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total); err != nil || to-from+1 != int64(len(body)) || total <= to {
		writeUploadError(w, http.StatusBadRequest, "invalidRequest", "The Content-Range header does not fit the fragment.")
		return
	}
	last := to == total-1
	switch {
	case len(body) > maxFragment, !last && len(body)%fragmentUnit != 0, u.total != 0 && u.total != total:
		writeUploadError(w, http.StatusBadRequest, "invalidRequest", "Fragments must be multiples of 320 KiB, below 60 MiB.")
		return
	case from != int64(len(u.got)):
		writeUploadError(w, http.StatusRequestedRangeNotSatisfiable, "invalidRange", "The fragments must come in order.")
		return
	}
	u.got, u.total, u.expires = append(u.got, body...), total, time.Now().Add(uploadLife)
	if !last {
		writeJSON(w, http.StatusAccepted, u.state())
		return
	}
	delete(t.uploads, token)
	item, fresh := t.store(u.to, u.got, r.Header.Get("Content-Type"), u.by)
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	writeJSON(w, status, t.wireItem(item, u.base))
}

func writeUploadError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, map[string]any{"error": map[string]any{"code": code, "message": message,
		"innerError": map[string]string{"date": time.Now().UTC().Format("2006-01-02T15:04:05")}}})
}

// downloadToken makes an address for a file. The caller holds t.mu.
func (t *Tenant) downloadToken(i *driveItem) (string, error) {
	token, err := t.secret(24)
	if err != nil {
		return "", err
	}
	at := time.Now()
	if len(t.downloads) > 2000 {
		for key, d := range t.downloads {
			if at.After(d.expires) {
				delete(t.downloads, key)
			}
		}
	}
	t.downloads[token] = &download{i, at.Add(downloadLife)}
	return token, nil
}

func (t *Tenant) serveDownload(w http.ResponseWriter, r *http.Request, token string) {
	t.mu.Lock()
	d := t.downloads[token]
	var content []byte
	var name, kind string
	if d != nil && time.Now().Before(d.expires) {
		content, name, kind = d.item.content, d.item.name, d.item.mime
	} else {
		d = nil
	}
	t.mu.Unlock()
	if d == nil {
		http.NotFound(w, r)
		return
	}
	serveFile(w, r, name, kind, content)
}

// serveFile sends a file as a download, so that nothing of it runs in this origin.
func serveFile(w http.ResponseWriter, r *http.Request, name, kind string, content []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+escapeID(name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(content)))
}

// getContent is GET …/content: 302 to an address that needs no token.
func (t *Tenant) getContent(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	item, a := t.itemFor(c)
	if item == nil {
		return a
	}
	return t.redirectToContent(c, item)
}

func (t *Tenant) redirectToContent(c *call, item *driveItem) answer {
	if item.folder {
		return itemNotFound()
	}
	token, err := t.downloadToken(item)
	if err != nil {
		return fail(http.StatusInternalServerError, "generalException", "%v", err)
	}
	return answer{status: http.StatusFound}.with("Location", c.base+"/sim/download/"+token)
}
