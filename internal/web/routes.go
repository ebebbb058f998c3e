package web

import (
	"net/http"
	"slices"
)

// routes lists every route, by whom they are for. All but the pages and hooks are below /api/v1. Who may call stands first in each line: anybody;
// customer: the bearer token names the conversation; staff: any session; administrator: a session with that role; onlooker and agent: a session
// that may read, or takes part in, the conversation {id}; page: a browser without any proof. docs/api.md explains what goes in and out.
func (s *Server) routes() []route {
	return slices.Concat(s.customerRoutes(), s.staffRoutes(), s.conversationRoutes(), s.directoryRoutes(), s.talkRoutes(), s.administratorRoutes(), s.pageRoutes(),
		s.hookRoutes(), s.stageRoutes())
}

// customerRoutes are what the widget calls.
func (s *Server) customerRoutes() []route {
	return []route{
		anybody("GET", "/visitor/services", 200, "List the topics a customer can ask about.", s.services),
		anybody("POST", "/visitor/conversations", 201, "Open a conversation.", s.openConversation),
		customer("GET", "/visitor/conversation", 200, "Read the conversation.", s.visitorConversation),
		customer("POST", "/visitor/messages", 201, "Say a line.", s.visitorPost),
		customer("POST", "/visitor/edits", 201, "Change an own line.", s.visitorEdit),
		customer("POST", "/visitor/deletions", 201, "Take an own line back.", s.visitorDelete),
		customer("POST", "/visitor/read", 204, "Say how far one has read.", s.visitorRead),
		customer("POST", "/visitor/typing", 204, "Say that one types, or has stopped.", s.visitorTyping),
		customer("POST", "/visitor/end", 204, "End the conversation.", s.visitorEnd),
		customer("POST", "/visitor/files", 201, "Upload a file.", s.visitorUpload).uploads(),
		customer("GET", "/visitor/files/{file}", 200, "Download a file.", s.visitorDownload).streams("application/octet-stream"),
		customer("GET", "/visitor/transcript", 200, "Download the conversation.", s.visitorTranscript).streams("text/html"),
		customer("POST", "/visitor/tickets", 201, "Get a one-use ticket for the live connection.", s.visitorTicket),
		raw("GET", "/visitor/live", 101, "Live connection; the ticket is the proof.", s.cfg.VisitorLive),
		customer("GET", "/visitor/photos", 200, "Which participants have a photo.", s.visitorPhotos),
		customer("GET", "/visitor/photos/{n}", 200, "A participant's photo.", s.visitorPhoto).streams("image/jpeg"),
	}
}

// staffRoutes are about who is signed in, and what everybody at the desk may know.
func (s *Server) staffRoutes() []route {
	return []route{
		anybody("POST", "/session", 200, "Sign in.", s.signIn),
		staff("GET", "/session", 200, "Who is signed in.", s.session),
		staff("DELETE", "/session", 204, "Sign out.", s.signOut),
		staff("PATCH", "/me", 200, "Change the own profile.", s.changeMe),
		staff("GET", "/me/teams", 200, "The own Microsoft sign-in.", s.teamsLink),
		staff("POST", "/me/teams", 200, "Begin to sign in at Microsoft.", s.teamsStart),
		staff("DELETE", "/me/teams", 204, "Revoke and forget the Microsoft sign-in.", s.teamsDisable),
		raw("GET", "/teams/callback", 303, "Microsoft sends the browser here.", http.HandlerFunc(s.teamsCallback)),
		staff("GET", "/notices", 200, "What the reader should know of the Microsoft Teams accounts.", s.notices),
		staff("GET", "/me/teams/conferences", 200, "What disabling Microsoft Teams would stop.", s.teamsCarries),
		staff("PUT", "/me/photo", 200, "Replace the own photo.", s.putPhoto).uploads(),
		staff("DELETE", "/me/photo", 204, "Delete the own photo.", s.dropPhoto),
		staff("POST", "/tickets", 201, "Get a one-use ticket for the live connection.", s.ticket),
		raw("GET", "/live", 101, "Live connection; the ticket is the proof.", s.cfg.StaffLive),
		raw("GET", "/openapi.json", 200, "This description.", http.HandlerFunc(s.describe)),
	}
}

// conversationRoutes are what agents do with customers.
func (s *Server) conversationRoutes() []route {
	return []route{
		staff("GET", "/conversations", 200, "List own and waiting conversations.", s.lists),
		onlooker("GET", "/conversations/{id}", 200, "Read a conversation.", s.conversation),
		staff("POST", "/conversations/{id}/accept", 200, "Take a waiting conversation.", s.accept),
		agent("POST", "/conversations/{id}/messages", 201, "Say a line.", s.post),
		agent("POST", "/conversations/{id}/edits", 201, "Change an own line.", s.edit),
		agent("POST", "/conversations/{id}/deletions", 201, "Take an own line back.", s.delete),
		agent("POST", "/conversations/{id}/reactions", 201, "React to a line, or take it back.", s.react),
		agent("POST", "/conversations/{id}/invitations", 200, "Invite experts.", s.invite),
		agent("POST", "/conversations/{id}/participants/{n}/retry", 204, "Send a failed invitation again.", s.retryInvitation),
		agent("DELETE", "/conversations/{id}/participants/{n}", 204, "Remove an expert.", s.remove),
		agent("POST", "/conversations/{id}/lane/retry", 204, "Set a blocked lane going again.", s.retryLane),
		agent("POST", "/conversations/{id}/read", 204, "Say how far one has read.", s.read),
		agent("POST", "/conversations/{id}/typing", 204, "Say that one types, or has stopped.", s.typing),
		onlooker("POST", "/conversations/{id}/focus", 204, "Say that one looks at it.", s.focus),
		agent("POST", "/conversations/{id}/close", 204, "End it, or leave it to the other agents.", s.close),
		onlooker("GET", "/conversations/{id}/transcript", 200, "Download the conversation.", s.transcript).streams("text/html"),
		agent("POST", "/conversations/{id}/files", 201, "Upload a file.", s.upload).uploads(),
		staff("GET", "/files/{file}", 200, "Download a file.", s.download).streams("application/octet-stream"),
		agent("GET", "/conversations/{id}/suggestions", 200, "Who solved the like before.", s.suggestions),
		agent("GET", "/conversations/{id}/preview", 200, "What an expert would get who is invited now.", s.preview),
		agent("POST", "/conversations/{id}/publications", 201, "Say an expert's private line to the customer.", s.publish),
		agent("POST", "/conversations/{id}/participants/{n}/reminders", 204, "Ask an expert once more.", s.remind),
		agent("POST", "/conversations/{id}/colleagues", 200, "Offer a colleague or a service a place.", s.inviteColleague),
		staff("POST", "/conversations/{id}/decline", 204, "Turn an offer down.", s.decline),
	}
}

// directoryRoutes are about whom one can find and invite.
func (s *Server) directoryRoutes() []route {
	return []route{
		staff("GET", "/directory", 200, "The folders of people to invite.", s.directory),
		staff("GET", "/directory/search", 200, "Find anybody in the tenant.", s.directorySearch),
		staff("GET", "/directory/folders/{folder}", 200, "More people of a folder.", s.directoryFolder),
		staff("POST", "/directory/presence", 200, "Who can be reached now.", s.directoryPresence),
		staff("POST", "/directory/favourites", 204, "Star somebody, or take the star away.", s.star),
		staff("GET", "/photos", 200, "Which agents have a photo.", s.photos),
		staff("GET", "/photos/{agent}", 200, "An agent's photo.", s.photo).streams("image/jpeg"),
	}
}

// talkRoutes are what agents read and write in Microsoft Teams outside of conversations.
func (s *Server) talkRoutes() []route {
	return []route{
		staff("POST", "/teams-chats", 200, "Find or make the one-to-one chat with somebody.", s.openTalk),
		staff("GET", "/teams-chats/{chat}/messages", 200, "Read an own chat in Microsoft Teams.", s.readChat),
		staff("POST", "/teams-chats/{chat}/messages", 201, "Write in an own chat in Microsoft Teams.", s.sayInChat),
		staff("POST", "/teams-chats/{chat}/read", 204, "Say that one has read it.", s.seenChat),
		staff("GET", "/teams-chats/{chat}/messages/{message}/files/{n}", 200, "A file of a message.", s.chatFile).streams("application/octet-stream"),
		staff("GET", "/teams-channels", 200, "The teams and channels one is in.", s.channels),
		staff("GET", "/teams-channels/{team}/{channel}/messages", 200, "Read a channel.", s.readChannel),
		staff("POST", "/teams-channels/{team}/{channel}/messages", 201, "Write in a channel.", s.sayInChannel),
		staff("GET", "/teams-channels/{team}/{channel}/messages/{message}/files/{n}", 200, "A file of a message.", s.channelFile).streams("application/octet-stream"),
	}
}

// administratorRoutes are about the Microsoft Teams accounts.
func (s *Server) administratorRoutes() []route {
	return []route{
		administrator("GET", "/accounts", 200, "List the Microsoft Teams accounts.", s.accounts),
		administrator("POST", "/accounts", 201, "Create an account.", s.createAccount),
		administrator("PATCH", "/accounts/{account}", 200, "Change an account; another application makes a new one in its place.", s.changeAccount),
		administrator("DELETE", "/accounts/{account}", 204, "Delete an account through which nothing runs.", s.deleteAccount),
		administrator("POST", "/accounts/{account}/test", 200, "Ask Microsoft whether the account works.", s.testAccount),
		administrator("POST", "/accounts/{account}/key", 204, "Make a new key for the encryption of notifications.", s.rotateKey),
		administrator("GET", "/accounts/{account}/health", 200, "How an account is doing.", s.accountHealth),
		administrator("POST", "/accounts/{account}/lanes/{conversation}/retry", 204, "Set a lane going again.", s.retryLaneOf),
		administrator("POST", "/accounts/{account}/letters/{letter}/replay", 204, "Try a notification again that was set aside.", s.replayLetter),
		administrator("DELETE", "/accounts/{account}/letters/{letter}", 204, "Discard a notification that was set aside.", s.discardLetter),
	}
}

// pageRoutes are what browsers load.
func (s *Server) pageRoutes() []route {
	return []route{
		page("GET", "/{$}", "The desk.", s.file("desk/index.html", deskPage)),
		page("GET", "/desk/{path...}", "The desk's parts.", s.folder("desk", deskPage)),
		page("GET", "/widget.js", "The loader that sites put on their pages.", s.file("widget/loader.js", widgetPart)),
		page("GET", "/widget/{path...}", "The widget's parts.", s.folder("widget", widgetPart)),
		page("GET", "/demo", "A shop page with the widget.", s.file("widget/demo.html", shopPage)),
		page("GET", "/favicon.ico", "The icon.", s.file("desk/favicon.ico", deskPage)),
	}
}

// hookRoutes are where Microsoft calls.
func (s *Server) hookRoutes() []route {
	if s.cfg.Microsoft.Hooks == nil {
		return nil
	}
	return []route{page("POST", "/hooks/graph/", "Microsoft's notifications.", s.cfg.Microsoft.Hooks)}
}

// stageRoutes are the demo's own page.
func (s *Server) stageRoutes() []route {
	if s.cfg.Demo == nil {
		return nil
	}
	return []route{
		page("GET", "/stage", "Customer, agent and expert side by side.", s.file("widget/stage.html", stagePage)),
		page("GET", "/stage/config", "Who can act on the stage.", s.stageConfig()),
		page("GET", "/stage/conversations", "What the stage can play.", s.stageConversations()),
	}
}
