package teamsim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// hostedRoot stands for Graph's address inside stored bodies; readers get the address
// under which they know Graph. The byte 0 cannot come from HTML.
const hostedRoot = "\x00graph\x00"

var (
	relativeHosted = regexp.MustCompile(`^\.\./hostedContents/([^/]+)/\$value$`)
	absoluteHosted = regexp.MustCompile(`/messages/([^/]+)/hostedContents/([^/]+)/\$value$`)
)

// takeHosted replaces the images of a message by those sent. An edit may refer to images
// the message already has.
func (t *Tenant) takeHosted(ch *chat, m *message, sent []sentHosted) answer {
	var fresh []hostedContent
	for i, s := range sent {
		if s.TemporaryID == "" && s.ID != "" {
			if old := findHosted(m.hosted, s.ID); old != nil {
				fresh = append(fresh, *old)
				continue
			}
		}
		if len(s.ContentBytes) == 0 || s.ContentType == "" {
			return badRequest("Invalid request body was sent: hostedContents need contentBytes and contentType.")
		}
		if t.faults.RefuseBigImage && len(s.ContentBytes) > 1<<20 {
			return badRequest("Invalid request body was sent.")
		}
		id := base64.URLEncoding.EncodeToString([]byte(fmt.Sprintf("id=x_%d-%s,type=1,tmp=%s", i, t.hexID()[:12], s.TemporaryID)))
		fresh = append(fresh, hostedContent{id, s.ContentType, s.ContentBytes})
	}
	m.hosted = fresh
	return answer{}
}

func findHosted(list []hostedContent, id string) *hostedContent {
	for i := range list {
		if list[i].id == id {
			return &list[i]
		}
	}
	return nil
}

// temporary is the id the sender gave an image, which its body refers to.
func (h hostedContent) temporary() string {
	raw, err := base64.URLEncoding.DecodeString(h.id)
	if err != nil {
		return ""
	}
	_, tmp, _ := strings.Cut(string(raw), ",tmp=")
	return tmp
}

// hostedURL makes the address of an image absolute, as readers get it. Addresses of
// images the message does not have are left out.
func hostedURL(ch *chat, m *message, src string) (string, bool) {
	if found := relativeHosted.FindStringSubmatch(src); found != nil {
		for _, h := range m.hosted {
			if h.temporary() == found[1] || h.id == found[1] {
				return hostedRoot + messagePath(ch, m) + "/hostedContents/" + h.id + "/$value", true
			}
		}
		return "", false
	}
	if found := absoluteHosted.FindStringSubmatch(src); found != nil {
		id, err := url.PathUnescape(found[2])
		if err == nil && findHosted(m.hosted, id) != nil {
			return hostedRoot + messagePath(ch, m) + "/hostedContents/" + id + "/$value", true
		}
	}
	return src, strings.HasPrefix(src, "https://") || strings.HasPrefix(src, "http://")
}

// messagePath is a message's path below /v1.0.
func messagePath(ch *chat, m *message) string {
	if ch.kind != channel {
		return "/chats/" + ch.id + "/messages/" + m.id
	}
	root := "/teams/" + ch.team.id + "/channels/" + ch.id + "/messages/"
	if m.replyTo != "" {
		return root + m.replyTo + "/replies/" + m.id
	}
	return root + m.id
}

// listHosted gives ids only [api: chatmessage-list-hostedcontents].
func (t *Tenant) listHosted(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, m, a := t.messageFor(c)
	if m == nil {
		return a
	}
	list := []wireHosted{}
	for _, h := range m.hosted {
		list = append(list, wireHosted{ID: h.id})
	}
	count := len(list)
	return ok(page{Context: c.base + "/v1.0/$metadata#hostedContents", Count: &count, Value: list})
}

func (t *Tenant) hostedFor(c *call) (*hostedContent, answer) {
	_, m, a := t.messageFor(c)
	if m == nil {
		return nil, a
	}
	h := findHosted(m.hosted, c.vars["hosted"])
	if h == nil || !m.deleted.IsZero() {
		return nil, notFound("Could not find the hosted content.")
	}
	return h, answer{}
}

// getHosted is the entity; its bytes are behind $value.
func (t *Tenant) getHosted(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	h, a := t.hostedFor(c)
	if h == nil {
		return a
	}
	return ok(wireHosted{Context: c.base + "/v1.0/$metadata#hostedContents/$entity", ID: h.id, ContentType: &h.contentType})
}

// hostedBytes is …/hostedContents/{id}/$value.
func (t *Tenant) hostedBytes(c *call) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	h, a := t.hostedFor(c)
	if h == nil {
		return a
	}
	return answer{status: http.StatusOK, body: h.bytes}.with("Content-Type", h.contentType)
}

// checkAttachment keeps to the rules for files: the name ends like the address.
func checkAttachment(a wireAttachment) answer {
	if a.ContentType == nil || *a.ContentType == "" {
		return badRequest("Attachment '%s' has no contentType.", a.ID)
	}
	if *a.ContentType != "reference" {
		return answer{}
	}
	if a.ContentURL == nil || a.Name == nil {
		return badRequest("A reference attachment needs contentUrl and name.")
	}
	if !isGUID(strings.Trim(a.ID, "{}")) {
		return badRequest("The id of a reference attachment must be the GUID of the file's eTag.")
	}
	target, err := url.Parse(*a.ContentURL)
	if err != nil || !strings.EqualFold(path.Ext(target.Path), path.Ext(*a.Name)) {
		return badRequest("The extension of the attachment's name does not match its contentUrl.")
	}
	return answer{}
}
