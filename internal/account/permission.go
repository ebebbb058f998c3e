package account

import (
	"slices"
	"strings"

	"trialog/internal/graph"
	"trialog/internal/store"
)

// Feature is something that agents can do with Microsoft Teams, and the permission it needs.
type Feature struct {
	Name      string
	Scope     string
	Essential bool // nothing works without it
	Admin     bool // only an administrator of the tenant can consent [permissions-reference]
}

// features lists what the product can do, the essential first.
var features = []Feature{
	{Name: "sign_in", Scope: "User.Read", Essential: true},
	{Name: "chats", Scope: "Chat.ReadWrite", Essential: true},
	{Name: "search", Scope: "User.ReadBasic.All"},
	{Name: "presence", Scope: "Presence.Read.All"},
	{Name: "files", Scope: "Files.ReadWrite"},
	{Name: "members", Scope: "ChatMember.ReadWrite", Admin: true},
}

func featureOf(name string) (Feature, bool) {
	i := slices.IndexFunc(features, func(f Feature) bool { return f.Name == name })
	if i < 0 {
		return Feature{}, false
	}
	return features[i], true
}

// Permission is whether a feature works for somebody.
type Permission struct {
	Feature string `json:"feature" enum:"sign_in,chats,search,presence,files,members"`
	Scope   string `json:"scope"`
	State   string `json:"state" enum:"granted,missing,off" doc:"off: the account does not ask for it."`
	Admin   bool   `json:"admin" doc:"Only an administrator of the tenant can consent to it."`
}

// Permissions compares what was granted with what the features of an account need.
func Permissions(a store.Account, granted []string) []Permission {
	list := make([]Permission, len(features))
	for i, f := range features {
		list[i] = Permission{Feature: f.Name, Scope: f.Scope, State: "missing", Admin: f.Admin}
		switch {
		case slices.Contains(a.Settings.Without, f.Name):
			list[i].State = "off"
		case graph.HasScope(granted, f.Scope):
			list[i].State = "granted"
		}
	}
	return list
}

// Missing lists the permissions that an account needs and that were not granted.
func Missing(a store.Account, granted []string) (scopes []string) {
	for _, p := range Permissions(a, granted) {
		if p.State == "missing" {
			scopes = append(scopes, p.Scope)
		}
	}
	return scopes
}

// Scopes is what an account asks Microsoft for.
func Scopes(a store.Account) []string {
	return slices.DeleteFunc(slices.Clone(graph.DefaultScopes), func(scope string) bool {
		return slices.ContainsFunc(features, func(f Feature) bool { return f.Scope == scope && slices.Contains(a.Settings.Without, f.Name) })
	})
}

// ScopesFor names the permissions that a refused consent is about: those that only an administrator can give, or all.
func ScopesFor(a store.Account, p graph.Problem) string {
	var all, admin []string
	for _, f := range features {
		if slices.Contains(a.Settings.Without, f.Name) {
			continue
		}
		all = append(all, f.Scope)
		if f.Admin {
			admin = append(admin, f.Scope)
		}
	}
	if (p == "admin_consent" || p == "consent_requested") && len(admin) > 0 {
		return strings.Join(admin, ", ")
	}
	return strings.Join(all, ", ")
}
