package teams

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"slices"
	"strings"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/media"
	"trialog/internal/store"
)

// file renders a file of a line: a picture stands in the post, anything else as an attachment in the agent's drive that the experts may
// open. A file that can't cross says so, in the thread and to staff; the line goes on without it.
func (r *renderer) file(ctx context.Context, e chat.Entry, f chat.File) (string, error) {
	name := html.EscapeString(f.Name)
	inline := ""
	if f.Picture() {
		picture, kind, whole, err := r.x.picture(ctx, f)
		if err != nil {
			return "", err
		}
		if picture != nil && r.picture-r.before+len(picture) <= maxPictures { // what one line may bring in; the others become files
			id := fmt.Sprint(len(r.message.Hosted) + 1)
			r.message.Hosted = append(r.message.Hosted, graph.Hosted{ID: id, Type: kind, Bytes: picture})
			r.picture += len(picture)
			inline = `<p><img src="../hostedContents/` + id + `/$value" alt="` + name + `"></p>`
			if whole {
				return inline + "<p>🖼 " + name + "</p>", nil
			}
		}
	}
	u, err := r.x.upload(ctx, r.t, r.c, f)
	switch {
	case err == nil:
	case graph.Permanent(err):
		reason, _ := graph.Reason(err)
		if nerr := r.x.Desk.Notice(ctx, r.x.id, noticeKey("file", e.Seq)+":"+string(f.ID), chat.Staff, e.Seq, "file_refused_"+reason, f.Name); nerr != nil {
			return "", nerr
		}
		return inline + "<p><em>⚠ " + fmt.Sprintf(r.w.refused, name) + "</em></p>", nil
	default:
		return "", err
	}
	r.message.Attachments = append(r.message.Attachments, graph.Attachment{ID: u.GUID, ContentType: "reference", ContentURL: u.URL, Name: u.Name})
	return inline + "<p>📎 " + name + " (" + size(f.Size) + `)</p><attachment id="` + html.EscapeString(u.GUID) + `"></attachment>`, nil
}

// picture returns a picture as it can stand in a post: as it is while small, else a smaller JPEG of it (whole is false); nil when it
// can't be decoded.
func (x *lane) picture(ctx context.Context, f chat.File) (content []byte, kind string, whole bool, err error) {
	_, r, err := x.Desk.FileForThread(ctx, x.id, f.ID)
	if err != nil {
		return nil, "", false, err
	}
	defer r.Close()
	if f.Size <= maxPicture && f.Type != "image/webp" {
		content, err = io.ReadAll(r)
		return content, f.Type, true, err
	}
	preview, err := media.Preview(ctx, r, maxPicture)
	if ctx.Err() != nil {
		return nil, "", false, ctx.Err() // it may be decodable
	}
	if err != nil {
		return nil, "", false, nil // it goes as a file
	}
	return preview, "image/jpeg", false, nil
}

// upload is where a file of ours stands in an agent's drive.
type upload struct {
	Name, URL, GUID string
}

// chatFiles is the folder that Teams itself uses. [contract §7]
const chatFiles = "Microsoft Teams Chat Files"

// upload puts a file into the conference's folder of the sender's drive, once, and lets the thread's experts read the folder.
func (x *lane) upload(ctx context.Context, t *store.Thread, c *chat.Conversation, f chat.File) (upload, error) {
	var u upload
	known, err := x.Store.Upload(ctx, f.ID, t.Agent, &u)
	if err != nil || known {
		return u, err
	}
	_, r, err := x.Desk.FileForThread(ctx, x.id, f.ID)
	if err != nil {
		return u, err
	}
	defer r.Close()
	folder, err := x.share(ctx, t, c)
	if err != nil {
		return u, err
	}
	item, err := x.sender(t).Upload(ctx, chatFiles+"/"+folder+"/"+drivePath(f), r, f.Size)
	if err != nil {
		return u, err
	}
	if item.GUID() == "" || item.WebURL == "" {
		return u, errors.New("upload file: the answer names no file")
	}
	if x.crash("upload.called") {
		return u, errCrashed
	}
	u = upload{Name: item.Name, URL: item.WebURL, GUID: item.GUID()}
	return u, x.crashes("upload.stored", x.Store.PutUpload(ctx, f.ID, t.Agent, u))
}

// drivePath is where a file stands below the folder: in one named after its id, so that two files of one name don't overwrite each
// other and a repeat overwrites itself, under its name without the characters that OneDrive refuses.
func drivePath(f chat.File) string {
	return string(f.ID) + "/" + strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"*:<>?/\|#%`, r) {
			return '_'
		}
		return r
	}, f.Name)
}

// shared records with whom the folders of a conference in an agent's drive are shared, the one in use last. Who leaves may read on what lies in
// the folders up to then: the next file begins a new one.
type shared struct {
	Folders []folder
}

type folder struct {
	Item   graph.ItemID // "" until it is made
	People []chat.PersonID
}

// open reports whether the folder may be read by somebody who is no member of the thread.
func (f folder) open(t *store.Thread) bool {
	return slices.ContainsFunc(f.People, func(p chat.PersonID) bool { return !member(t, p) })
}

// folderName names the n-th folder of a conference's files, from 0.
func folderName(c *chat.Conversation, n int) string {
	if n == 0 {
		return fmt.Sprintf("Trialog %d", c.Number)
	}
	return fmt.Sprintf("Trialog %d-%d", c.Number, n+1)
}

func (x *lane) foldersKey() chat.FileID { return chat.FileID("folder/" + string(x.id)) }

// share lets all experts of the thread read its files and returns the folder for the next one, making it if need be. It costs Microsoft
// nothing when nobody is new.
func (x *lane) share(ctx context.Context, t *store.Thread, c *chat.Conversation) (name string, err error) {
	var s shared
	if _, err := x.Store.Upload(ctx, x.foldersKey(), t.Agent, &s); err != nil {
		return "", err
	}
	if n := len(s.Folders); n == 0 || s.Folders[n-1].open(t) {
		s.Folders = append(s.Folders, folder{})
	}
	last := len(s.Folders) - 1
	name = folderName(c, last)
	if s.Folders[last].Item == "" {
		if err := x.sender(t).EnsureFolder(ctx, "", chatFiles); err != nil {
			return "", err
		}
		item, err := x.sender(t).CreateFolder(ctx, chatFiles, name)
		if err != nil {
			return "", err
		}
		s.Folders[last].Item = item.ID
	}
	return name, x.letRead(ctx, t, t.Agent, s)
}

// letRead shares all folders that are made in an agent's drive with the experts of the thread.
func (x *lane) letRead(ctx context.Context, t *store.Thread, agent chat.AgentID, s shared) error {
	for i, f := range s.Folders {
		if f.Item == "" {
			continue
		}
		if err := x.letReadOne(ctx, t, agent, &s.Folders[i]); err != nil {
			return err
		}
	}
	if x.crash("share.called") {
		return errCrashed
	}
	return x.Store.PutUpload(ctx, x.foldersKey(), agent, s)
}

func (x *lane) letReadOne(ctx context.Context, t *store.Thread, agent chat.AgentID, f *folder) error {
	var fresh []graph.UserID
	for _, m := range t.Members {
		if !slices.Contains(f.People, m) {
			fresh = append(fresh, graph.UserID(m))
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := x.client(t.Account, agent).Invite(ctx, f.Item, fresh); err != nil {
		return err
	}
	for _, m := range fresh {
		f.People = append(f.People, chat.PersonID(m))
	}
	return nil
}

// shareFiles lets an expert who came later read the files that are in the thread already, in the drives of all who have carried it. When that
// can't be, because Microsoft refuses it for good or an earlier sender's sign-in is gone, staff are told and the expert joins without.
func (x *lane) shareFiles(ctx context.Context, t *store.Thread, invitation chat.Seq, name string) error {
	for _, agent := range slices.Compact(slices.Sorted(maps.Values(carriers(t)))) {
		var s shared
		known, err := x.Store.Upload(ctx, x.foldersKey(), agent, &s)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		err = x.letRead(ctx, t, agent, s)
		if !graph.Permanent(err) && (agent == t.Agent || !needsSignIn(err)) {
			if err != nil {
				return err
			}
			continue
		}
		reason, _ := graph.Reason(err)
		if needsSignIn(err) {
			reason = reasonNeedsSignIn
		}
		x.Log.WarnContext(ctx, "teams: files not shared", "conversation", x.id, "invitation", invitation, "agent", agent, "err", err)
		if err := x.Desk.Notice(ctx, x.id, noticeKey("unshared", invitation), chat.Staff, invitation, "files_unshared_"+reason, name); err != nil {
			return err
		}
	}
	return nil
}

// noticeKey makes a notice stand once.
func noticeKey(what string, seq chat.Seq) string { return fmt.Sprintf("n:%s:%d", what, seq) }
