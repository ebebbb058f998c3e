package teamsim

import (
	"slices"
	"strings"
)

// scopeSet holds delegated permissions by lower-case name; the value is the name as
// Microsoft writes it.
type scopeSet map[string]string

// knownScopes are the delegated permissions this tenant can grant. The value tells
// whether an administrator has to consent [permissions-reference].
var knownScopes = map[string]bool{
	"openid": false, "profile": false, "offline_access": false, "email": false,
	"User.Read": false, "User.ReadBasic.All": false, "User.Read.All": true,
	"Chat.Create": false, "Chat.Read": false, "Chat.ReadBasic": false, "Chat.ReadWrite": false,
	"ChatMessage.Send": false, "ChatMessage.Read": false,
	"ChatMember.Read": true, "ChatMember.ReadWrite": true,
	"Presence.Read": false, "Presence.Read.All": false,
	"Files.Read": false, "Files.Read.All": false, "Files.ReadWrite": false, "Files.ReadWrite.All": false,
	"Team.ReadBasic.All": false, "Channel.ReadBasic.All": false,
	"ChannelMessage.Send": false, "ChannelMessage.Read.All": true, "ChannelMessage.ReadWrite": true,
	"ChannelMember.Read.All": true, "Directory.Read.All": true,
}

// contentScopes are what the Microsoft-managed consent policy takes out of users' hands
// (roll-out since late 2025, Message Center MC1163922).
var contentScopes = []string{"chat.read", "chat.readwrite", "chatmessage.read", "files.readwrite.all", "files.read.all"}

// scopeName gives Microsoft's spelling of a permission.
func scopeName(s string) (string, bool) {
	for name := range knownScopes {
		if strings.EqualFold(name, s) {
			return name, true
		}
	}
	return "", false
}

func (s scopeSet) add(names ...string) scopeSet {
	for _, n := range names {
		if name, ok := scopeName(n); ok {
			s[strings.ToLower(name)] = name
		}
	}
	return s
}

func (s scopeSet) has(name string) bool { _, ok := s[strings.ToLower(name)]; return ok }

// covers tells whether everything in other is in s.
func (s scopeSet) covers(other scopeSet) bool {
	for key := range other {
		if !s.has(key) {
			return false
		}
	}
	return true
}

func (s scopeSet) merge(other scopeSet) scopeSet {
	for k, v := range other {
		s[k] = v
	}
	return s
}

// String lists the scopes sorted, as the token answer does.
func (s scopeSet) String() string { return strings.Join(s.list(), " ") }

func (s scopeSet) list() []string {
	names := make([]string, 0, len(s))
	for _, v := range s {
		names = append(names, v)
	}
	slices.Sort(names)
	return names
}

// resources lists only Graph permissions: what a consent or an access token is about.
func (s scopeSet) resources() scopeSet {
	out := scopeSet{}
	for k, v := range s {
		if !isIdentityScope(k) {
			out[k] = v
		}
	}
	return out
}

// isIdentityScope tells OpenID's scopes, which no consent is about, from permissions.
func isIdentityScope(key string) bool {
	switch key {
	case "openid", "profile", "offline_access", "email":
		return true
	}
	return false
}

// parseScopes reads a scope parameter. Names may carry the address of Graph; ".default"
// stands for everything consented. It returns the first unknown name, if any.
func parseScopes(param, graphURL string) (set scopeSet, all bool, unknown string) {
	set = scopeSet{}
	for _, raw := range strings.Fields(param) {
		name := raw
		for _, prefix := range []string{"https://graph.microsoft.com/", graphURL + "/", "00000003-0000-0000-c000-000000000000/"} {
			if len(raw) > len(prefix) && strings.EqualFold(raw[:len(prefix)], prefix) {
				name = strings.TrimLeft(raw[len(prefix):], "/")
			}
		}
		if strings.EqualFold(name, ".default") {
			all = true
			continue
		}
		known, ok := scopeName(name)
		if !ok {
			return nil, false, raw
		}
		set[strings.ToLower(known)] = known
	}
	return set, all, ""
}
