package graph

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// Item is a file or folder of a drive. [api: resources/driveitem]
type Item struct {
	ID       ItemID `json:"id"`
	Name     string `json:"name"`
	Size     int64  `json:"size"`
	WebURL   string `json:"webUrl"`
	ETag     string `json:"eTag"` // "{GUID},1"
	Download string `json:"@microsoft.graph.downloadUrl"`
	File     *struct {
		Type string `json:"mimeType"`
	} `json:"file"`
}

// GUID is the id by which a message refers to the file: the one inside the eTag. [contract §5.1]
func (i Item) GUID() string {
	_, rest, ok := strings.Cut(i.ETag, "{")
	guid, _, closed := strings.Cut(rest, "}")
	if !ok || !closed {
		return ""
	}
	return guid
}

const (
	smallFile = 4 << 20        // more goes through an upload session
	fragment  = 10 * 320 << 10 // bytes; a multiple of 320 KiB, below 60 MiB [api: driveitem-createuploadsession]
)

// Upload puts size bytes of r under a path of the caller's drive, replacing what stands there, so that it may be repeated.
// [api: driveitem-put-content]
func (c *Client) Upload(ctx context.Context, at string, r io.Reader, size int64) (Item, error) {
	if size > smallFile {
		return c.uploadSession(ctx, at, r, size)
	}
	content, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil {
		return Item{}, fmt.Errorf("upload file: %w", err)
	}
	var item Item
	err = c.do(ctx, request{op: "upload file", method: http.MethodPut, path: drivePath(at) + ":/content", body: content,
		kind: "application/octet-stream", query: url.Values{"@microsoft.graph.conflictBehavior": {"replace"}}, limit: fileTimeout}, &item)
	return item, err
}

// drivePath addresses an item by its path.
func drivePath(at string) string {
	parts := strings.Split(strings.Trim(at, "/"), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return "/me/drive/root:/" + path.Join(parts...)
}

func (c *Client) uploadSession(ctx context.Context, at string, r io.Reader, size int64) (Item, error) {
	var session struct {
		UploadURL string `json:"uploadUrl"`
	}
	if err := c.do(ctx, request{op: "begin upload", method: http.MethodPost, path: drivePath(at) + ":/createUploadSession",
		body: map[string]any{"item": map[string]string{"@microsoft.graph.conflictBehavior": "replace"}}}, &session); err != nil {
		return Item{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	buf := make([]byte, fragment)
	for from := int64(0); from < size; {
		n, err := io.ReadFull(r, buf[:min(int64(fragment), size-from)])
		if err != nil {
			return Item{}, fmt.Errorf("upload file: %w", err)
		}
		item, done, err := c.putFragment(ctx, session.UploadURL, buf[:n], from, size)
		if err != nil || done {
			return item, err
		}
		from += int64(n)
	}
	return Item{}, &Error{Op: "upload file", Status: http.StatusAccepted, unclear: true, err: errors.New("all bytes sent, no file made")}
}

// putFragment sends one piece to the session's own address, which must not get our token.
func (c *Client) putFragment(ctx context.Context, to string, piece []byte, from, size int64) (Item, bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to, strings.NewReader(string(piece)))
	if err != nil {
		return Item{}, false, fmt.Errorf("upload file: %w", err)
	}
	req.Header.Set("Content-Range", "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+int64(len(piece))-1, 10)+"/"+strconv.FormatInt(size, 10))
	resp, err := c.http.Do(req)
	if err != nil {
		return Item{}, false, &Error{Op: "upload file", err: err}
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		failed := answerError("upload file", resp, body)
		failed.err = err
		return Item{}, false, failed
	}
	if resp.StatusCode == http.StatusAccepted {
		return Item{}, false, nil
	}
	var item Item
	err = c.decode(request{op: "upload file"}, resp, &item)
	return item, true, err
}

// CreateFolder makes a folder below a path of the caller's drive, or returns the one that is there.
// [api: driveitem-post-children]
func (c *Client) CreateFolder(ctx context.Context, parent, name string) (Item, error) {
	item, there, err := c.createFolder(ctx, parent, name)
	if there {
		return c.Item(ctx, path.Join(parent, name))
	}
	return item, err
}

// EnsureFolder makes a folder below a path of the caller's drive, unless it is there.
func (c *Client) EnsureFolder(ctx context.Context, parent, name string) error {
	_, there, err := c.createFolder(ctx, parent, name)
	if there {
		return nil
	}
	return err
}

func (c *Client) createFolder(ctx context.Context, parent, name string) (item Item, there bool, err error) {
	at := "/me/drive/root/children"
	if parent != "" {
		at = drivePath(parent) + ":/children"
	}
	err = c.do(ctx, request{op: "create folder", method: http.MethodPost, path: at,
		body: map[string]any{"name": name, "folder": map[string]any{}, "@microsoft.graph.conflictBehavior": "fail"}}, &item)
	var e *Error
	return item, errors.As(err, &e) && e.Status == http.StatusConflict, err
}

// Item reads a file or folder by its path.
func (c *Client) Item(ctx context.Context, at string) (Item, error) {
	var item Item
	err := c.do(ctx, request{op: "read file", method: http.MethodGet, path: drivePath(at)}, &item)
	return item, err
}

// Invite lets people read an item, without a mail to them. [api: driveitem-invite]
func (c *Client) Invite(ctx context.Context, id ItemID, people []UserID) error {
	recipients := make([]map[string]string, len(people))
	for i, p := range people {
		recipients[i] = map[string]string{"objectId": string(p)}
	}
	return c.do(ctx, request{op: "share file", method: http.MethodPost, path: "/me/drive/items/" + seg(id) + "/invite",
		body: map[string]any{"recipients": recipients, "requireSignIn": true, "sendInvitation": false, "roles": []string{"read"}}}, nil)
}

// SharedItem reads a file that somebody shared, by the address in a message. [api: shares-get]
func (c *Client) SharedItem(ctx context.Context, contentURL string) (Item, error) {
	var item Item
	err := c.do(ctx, request{op: "read shared file", method: http.MethodGet, path: sharePath(contentURL)}, &item)
	return item, err
}

func sharePath(contentURL string) string {
	return "/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte(contentURL)) + "/driveItem"
}

// DownloadShared opens the bytes of a file that somebody shared. Graph answers with a redirect to a short-lived address, which is
// followed once, without our token. The caller closes it.
func (c *Client) DownloadShared(ctx context.Context, contentURL string) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	resp, err := c.send(ctx, request{op: "read shared file", method: http.MethodGet, path: sharePath(contentURL) + "/content"})
	if err == nil && resp.StatusCode == http.StatusFound {
		resp.Body.Close()
		resp, err = c.download(ctx, resp.Header.Get("Location"))
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &streamed{resp.Body, cancel}, nil
}

func (c *Client) download(ctx context.Context, from string) (*http.Response, error) {
	u, err := url.Parse(from)
	if err != nil || u.Scheme != "https" && !c.end.onGraph(from) {
		return nil, &Error{Op: "read shared file", Status: http.StatusFound, err: fmt.Errorf("unsafe download address: %v", err)}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, fmt.Errorf("read shared file: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &Error{Op: "read shared file", err: err}
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, &Error{Op: "read shared file", Status: resp.StatusCode, Message: "download refused"}
	}
	return resp, nil
}
