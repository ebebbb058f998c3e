package teamsim

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// File uploads a file to the person's OneDrive, shares it with the chat and posts it.
func (a *Teams) File(chat, name string, content []byte, text string) (string, error) {
	id, err := a.find(chat)
	if err != nil {
		return "", err
	}
	var item struct {
		ID     string `json:"id"`
		ETag   string `json:"eTag"`
		Name   string `json:"name"`
		WebURL string `json:"webUrl"`
	}
	path := "/me/drive/root:/Microsoft%20Teams%20Chat%20Files/" + url.PathEscape(name) + ":/content?@microsoft.graph.conflictBehavior=rename"
	if err := a.send(http.MethodPut, path, http.DetectContentType(content), content, &item); err != nil {
		return "", err
	}
	if err := a.share(id, item.ID); err != nil {
		return "", err
	}
	guid := strings.Trim(strings.Split(item.ETag, ",")[0], `"{}`)
	return a.post(id, map[string]any{
		"body":        map[string]string{"contentType": "html", "content": text + `<attachment id="` + guid + `"></attachment>`},
		"attachments": []map[string]string{{"id": guid, "contentType": "reference", "contentUrl": item.WebURL, "name": item.Name}},
	})
}

// share lets the members of a chat read a file.
func (a *Teams) share(chatID, itemID string) error {
	c, _ := a.t.ChatByID(chatID)
	var recipients []map[string]string
	self, _ := a.t.Person(a.who)
	for _, m := range c.Members {
		if m.ID != self.ID {
			recipients = append(recipients, map[string]string{"objectId": m.ID})
		}
	}
	if len(recipients) == 0 {
		return nil
	}
	return a.call(http.MethodPost, "/me/drive/items/"+itemID+"/invite", map[string]any{
		"recipients": recipients, "requireSignIn": true, "sendInvitation": false, "roles": []string{"read"}}, nil)
}

// Picture posts an inline image, as pasting does.
func (a *Teams) Picture(chat, name string, content []byte, text string) (string, error) {
	return a.post(chat, map[string]any{
		"body": map[string]string{"contentType": "html", "content": text + `<p><img alt="` + html.EscapeString(name) + `" src="../hostedContents/1/$value"></p>`},
		"hostedContents": []map[string]string{{"@microsoft.graph.temporaryId": "1",
			"contentBytes": base64.StdEncoding.EncodeToString(content), "contentType": http.DetectContentType(content)}},
	})
}

// Pictures posts several inline images in one message, which all bear one name, as pasted ones do.
func (a *Teams) Pictures(chat, name string, contents ...[]byte) (string, error) {
	var body strings.Builder
	var hosted []map[string]string
	for i, content := range contents {
		id := strconv.Itoa(i + 1)
		body.WriteString(`<p><img alt="` + html.EscapeString(name) + `" src="../hostedContents/` + id + `/$value"></p>`)
		hosted = append(hosted, map[string]string{"@microsoft.graph.temporaryId": id,
			"contentBytes": base64.StdEncoding.EncodeToString(content), "contentType": http.DetectContentType(content)})
	}
	return a.post(chat, map[string]any{"body": map[string]string{"contentType": "html", "content": body.String()}, "hostedContents": hosted})
}

// Read fetches a file or picture by the address a message gives, with the person's own
// permissions: an image of a message, or a file in somebody's OneDrive.
func (a *Teams) Read(address string) ([]byte, error) {
	if _, path, found := strings.Cut(address, "/v1.0/"); found {
		return a.fetch("/" + path)
	}
	return a.fetch("/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte(address)) + "/driveItem/$value")
}

func (a *Teams) fetch(path string) ([]byte, error) {
	t := a.t
	t.mu.Lock()
	p, app := t.lookup(a.who), t.apps[teamsAppID]
	t.mu.Unlock()
	if p == nil {
		return nil, fmt.Errorf("act as %q: no such person", a.who)
	}
	c := &call{ctx: context.Background(), method: http.MethodGet, path: path, query: url.Values{}, teams: true, header: http.Header{},
		token: &accessToken{app: teamsAppID, person: p.ID, scopes: app.consented}, base: t.base(nil, t.cfg.GraphURL), requestID: t.traceID()}
	res := t.perform(c)
	if raw, isRaw := res.body.([]byte); isRaw && res.status == http.StatusOK {
		return bytes.Clone(raw), nil
	}
	return nil, readAnswer(http.MethodGet, path, res, nil)
}
