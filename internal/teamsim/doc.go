// Package teamsim simulates one Microsoft tenant: sign-in with Entra ID, the part of
// Microsoft Graph that Teams chats need, OneDrive, change notifications, and a small
// private API for a Teams client in the browser.
//
// It answers to Microsoft's description of Graph, not to any client of this project,
// and imports none of the project's packages. It conforms by default and is hostile on
// demand: see [Faults] and [Tenant.FailNext]. Everything is kept in memory; nothing is
// meant to be reachable from outside a laptop or a test.
//
// One listener serves everything ([Tenant.Handler]); [Tenant.Run] delivers change
// notifications and lets time pass. People act through [Tenant.As]; what was really
// committed is read from [Tenant.Chats], the oracle of tests.
//
// References in brackets, such as [api: chat-post], name pages of Microsoft's reference.
package teamsim
