// Calls about chats, members and people. [api: chat-list, chat-post, chat-patch, chat-post-members]

import { type Graph, chatPath } from "./graph";
import type { Chat, Member, Page } from "./shapes";

/** The newest chats, most recent first; further pages are followed up to `limit` chats. */
export async function listChats(graph: Graph): Promise<Chat[]> {
  return graph.all<Chat>("/v1.0/me/chats?$expand=members,lastMessagePreview&$top=50");
}

export function getChat(graph: Graph, chat: string): Promise<Chat> {
  return graph.get<Chat>(chatPath(chat, "?$expand=members"));
}

export function listMembers(graph: Graph, chat: string): Promise<Member[]> {
  return graph.all<Member>(chatPath(chat, "/members"));
}

export function addMember(graph: Graph, chat: string, person: string): Promise<void> {
  return graph.post<void>(chatPath(chat, "/members"), {
    ...membership(person),
    visibleHistoryStartDateTime: "0001-01-01T00:00:00Z",
  });
}

export async function removeMember(graph: Graph, chat: string, membership: string): Promise<void> {
  await graph.call("DELETE", chatPath(chat, `/members/${encodeURIComponent(membership)}`));
}

export async function renameChat(graph: Graph, chat: string, topic: string): Promise<void> {
  await graph.call("PATCH", chatPath(chat), { json: { topic } });
}

/** Opens the one-to-one chat of two people; Graph answers with the existing one if there is one. */
export function openPersonalChat(graph: Graph, me: string, other: string): Promise<Chat> {
  return graph.post<Chat>("/v1.0/chats", { chatType: "oneOnOne", members: [membership(me), membership(other)] });
}

export function markRead(graph: Graph, chat: string, me: string, tenant: string | undefined): Promise<void> {
  const user = tenant === undefined ? { id: me } : { id: me, tenantId: tenant };
  return graph.post<void>(chatPath(chat, "/markChatReadForUser"), { user });
}

export interface Found {
  id: string;
  displayName?: string | null;
  mail?: string | null;
  userPrincipalName?: string | null;
  jobTitle?: string | null;
  department?: string | null;
}

/** People of the tenant whose name or address has words that start like the query's. */
export async function findPeople(graph: Graph, query: string): Promise<Found[]> {
  const words = query.replace(/["\\]/g, " ").trim();
  if (words === "") return [];
  const search = `"displayName:${words}" OR "mail:${words}"`;
  const page = await graph.get<Page<Found>>(
    `/v1.0/users?$search=${encodeURIComponent(search)}` +
      "&$select=id,displayName,mail,userPrincipalName,jobTitle,department&$top=20&$count=true",
    { ConsistencyLevel: "eventual" },
  );
  return page.value;
}

function membership(person: string): Record<string, unknown> {
  return {
    "@odata.type": "#microsoft.graph.aadUserConversationMember",
    roles: ["owner"],
    "user@odata.bind": `https://graph.microsoft.com/v1.0/users('${person}')`,
  };
}
