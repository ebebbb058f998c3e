// What a chat is called and what its last line was.

import type { Chat, Member, Preview } from "../graph/shapes";
import { fromPlain } from "../rich/tree";
import { plain } from "../rich/plain";
import { readHtml } from "../rich/read";
import type { Words } from "./en";
import { type NameOf, eventInWords } from "./events";

/** The other members, by name. */
export function others(chat: Chat, me: string): Member[] {
  return (chat.members ?? []).filter((m) => m.userId !== me);
}

export function chatTitle(chat: Chat, me: string, words: Words, nameOf: NameOf): string {
  if (chat.topic) return chat.topic;
  const names = others(chat, me).map((m) => memberName(m, words, nameOf));
  return names.length === 0 ? words.chat : names.join(", ");
}

export function memberName(member: Member, words: Words, nameOf: NameOf): string {
  return member.displayName || (member.userId ? nameOf(member.userId) : undefined) || member.email || words.unknownPerson;
}

/** "Anna: Thank you …", as one line. */
export function previewLine(chat: Chat, me: string, words: Words, nameOf: NameOf): string {
  const last = chat.lastMessagePreview;
  if (!last) return "";
  if (last.eventDetail || isSystem(last.messageType)) return eventInWords(last.eventDetail, words, nameOf);
  if (last.isDeleted) return words.deletedShort;
  const line = bodyLine(last, words);
  const user = last.from?.user;
  if (user?.id === me) return `${words.you}: ${line}`;
  if (chat.chatType === "oneOnOne") return line;
  const name = user ? (nameOf(user.id) ?? user.displayName) : last.from?.application?.displayName;
  return name ? `${name.split(" ")[0]}: ${line}` : line;
}

function bodyLine(message: Preview, words: Words): string {
  const content = message.body?.content ?? "";
  const nodes = message.body?.contentType === "text" ? fromPlain(content) : readHtml(content);
  return plain(nodes, { picture: words.picture, file: "" }) || plain(nodes, words) || words.message;
}

export function isSystem(messageType: string | undefined): boolean {
  return messageType === "systemEventMessage" || messageType === "unknownFutureValue" || messageType === "chatEvent";
}
