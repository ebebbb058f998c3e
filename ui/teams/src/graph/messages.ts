// Calls about messages. [api: chat-list-messages, chat-post-messages, chatmessage-update,
// chatmessage-replywithquote, chatmessage-softdelete, chatmessage-setreaction]

import { type Graph, chatPath, messagePath, onOrigin } from "./graph";
import type { Attachment, HostedContent, Mention, Message, Page } from "./shapes";

// Without this header system events read as unknownFutureValue.
const readable = { Prefer: "include-unknown-enum-members" };

export interface MessagePage {
  messages: Message[];
  older?: string; // path of the next older page
}

export async function newestMessages(graph: Graph, chat: string): Promise<MessagePage> {
  return messagePage(graph, chatPath(chat, "/messages?$top=50&$orderby=createdDateTime desc"));
}

/** The messages that changed last, whenever they were written. */
export async function changedMessages(graph: Graph, chat: string): Promise<Message[]> {
  const page = await messagePage(graph, chatPath(chat, "/messages?$top=50&$orderby=lastModifiedDateTime desc"));
  return page.messages;
}

export async function messagePage(graph: Graph, path: string): Promise<MessagePage> {
  const page = await graph.get<Page<Message>>(path, readable);
  const link = page["@odata.nextLink"];
  return link === undefined ? { messages: page.value } : { messages: page.value, older: onOrigin(link) };
}

export function oneMessage(graph: Graph, chat: string, message: string): Promise<Message> {
  return graph.get<Message>(messagePath(chat, message), readable);
}

export interface Outgoing {
  body: { contentType: "html"; content: string };
  mentions?: Mention[];
  attachments?: Attachment[];
  hostedContents?: HostedContent[];
}

export function postMessage(graph: Graph, chat: string, message: Outgoing): Promise<Message> {
  return graph.post<Message>(chatPath(chat, "/messages"), message);
}

export function postQuote(graph: Graph, chat: string, quoted: string, message: Outgoing): Promise<Message> {
  return graph.post<Message>(chatPath(chat, "/messages/replyWithQuote"), {
    messageIds: [quoted],
    replyMessage: message,
  });
}

/** Replaces the content. Attachments and mentions not sent again vanish. */
export async function editMessage(graph: Graph, chat: string, message: string, change: Outgoing): Promise<void> {
  await graph.call("PATCH", messagePath(chat, message), { json: change });
}

export async function setDeleted(
  graph: Graph,
  me: string,
  chat: string,
  message: string,
  deleted: boolean,
): Promise<void> {
  const path = messagePath(chat, message, deleted ? "/softDelete" : "/undoSoftDelete");
  await graph.call("POST", path.replace("/v1.0/", `/v1.0/users/${encodeURIComponent(me)}/`));
}

export async function react(graph: Graph, chat: string, message: string, emoji: string, on: boolean): Promise<void> {
  await graph.call("POST", messagePath(chat, message, on ? "/setReaction" : "/unsetReaction"), {
    json: { reactionType: emoji },
  });
}
