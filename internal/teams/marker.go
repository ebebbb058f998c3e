package teams

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"time"

	"trialog/internal/chat"
	"trialog/internal/graph"
	"trialog/internal/store"
)

// markerKey reads, or mints, the key of the markers.
func (k *Connector) markerKey(ctx context.Context) ([]byte, error) {
	const name = "teams-marker-key"
	text, ok, err := k.Store.Setting(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read marker key: %w", err)
	}
	if ok {
		return base64.StdEncoding.DecodeString(text)
	}
	key := make([]byte, 32)
	if _, err := io.ReadFull(k.Rand, key); err != nil {
		return nil, fmt.Errorf("mint marker key: %w", err)
	}
	return key, k.Store.PutSetting(ctx, name, base64.StdEncoding.EncodeToString(key))
}

// mark is the hidden marker of a post: 16 base32 characters that nobody can guess, bound to tenant, chat, conversation and range, so
// that it proves nothing anywhere else; and to the moment its last line was written, so that a log that was set back to a backup and
// goes on with other lines repeats none. at is zero for a post that holds no line.
func (k *Connector) mark(a store.Account, t store.Thread, kind string, from, to chat.Seq, at time.Time) string {
	mac := hmac.New(sha256.New, k.marker)
	for _, part := range []string{a.Tenant, t.Chat, string(t.Conversation), kind} {
		fmt.Fprintf(mac, "%d:%s|", len(part), part)
	}
	var n [24]byte
	binary.BigEndian.PutUint64(n[:], uint64(from))
	binary.BigEndian.PutUint64(n[8:], uint64(to))
	if !at.IsZero() {
		binary.BigEndian.PutUint64(n[16:], uint64(at.UnixMicro()))
	}
	mac.Write(n[:])
	return base32.StdEncoding.EncodeToString(mac.Sum(nil)[:10])
}

// markTag is how a marker stands at the very end of a post: an empty abbr survives Teams' clean-up. [contract §6.1, §9]
func markTag(marker string) string { return `<abbr title="tl:` + marker + `"></abbr>` }

// marked matches a marker at its place: the end, whatever blanks and closing tags Teams' clients put behind it. A quoted post contains
// one too, but inside the quotation, so the rest of such a message is heard.
var marked = regexp.MustCompile(`<abbr title="tl:([A-Z2-7]{16})">(?:[\s\x{a0}]|&nbsp;)*</abbr>(?:[\s\x{a0}]|&nbsp;|<br ?/?>|</?(?:p|div)>)*$`)

// markerOf returns the marker of a message if it stands at its place in a message of one who is or was the thread's sender, or "".
func markerOf(t store.Thread, m graph.ChatMessage) string {
	if !bySender(t, m) || m.Body.ContentType != "html" {
		return ""
	}
	if found := marked.FindStringSubmatch(m.Body.Content); found != nil {
		return found[1]
	}
	return ""
}
