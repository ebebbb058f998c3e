// What the JSON inside attachments says. It comes from outside: every field may be missing
// or of another type.

type Json = Record<string, unknown>;

export interface QuoteContent {
  messageId?: string;
  preview: string;
  senderId?: string;
  senderName?: string;
  at?: string;
}

export function quoteIn(content: string | null | undefined): QuoteContent {
  const json = parse(content);
  const original = object(json.originalMessageContext);
  const user = object(object(json.messageSender ?? json.originalMessageSender).user);
  const messageId = string(json.messageId) ?? string(json.originalMessageId);
  const senderId = string(user.id);
  const senderName = string(user.displayName);
  const at = string(json.createdDateTime) ?? string(original.createdDateTime) ?? timeOf(messageId);
  return {
    preview: string(json.messagePreview) ?? stripped(string(json.originalMessageContent)),
    ...(messageId ? { messageId } : {}),
    ...(senderId ? { senderId } : {}),
    ...(senderName ? { senderName } : {}),
    ...(at ? { at } : {}),
  };
}

/** Message ids of chats are their creation time in milliseconds. */
function timeOf(id: string | undefined): string | undefined {
  return id !== undefined && /^1\d{12}$/.test(id) ? new Date(Number(id)).toISOString() : undefined;
}

export interface SnippetContent {
  name: string;
  language: string;
  url?: string;
}

export function snippetIn(content: string | null | undefined): SnippetContent {
  const json = parse(content);
  const url = string(json.codeSnippetUrl);
  return { name: string(json.name) ?? "", language: string(json.language) ?? "", ...(url ? { url } : {}) };
}

const mostTexts = 12;

/** The readable texts of a card, in order. */
export function cardTexts(content: string | null | undefined): string[] {
  const texts: string[] = [];
  const walk = (value: unknown, depth: number): void => {
    if (texts.length >= mostTexts || depth > 12 || typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, depth + 1);
      return;
    }
    const json = value as Json;
    const fact = string(json.value);
    if (fact !== undefined && string(json.title) !== undefined) {
      texts.push(`${stripped(string(json.title))}: ${fact}`);
      return;
    }
    for (const key of ["title", "subtitle", "text"]) {
      const text = stripped(string(json[key]));
      if (text !== "" && texts.length < mostTexts) texts.push(text);
    }
    for (const key of ["body", "items", "columns", "facts"]) walk(json[key], depth + 1);
  };
  walk(parse(content), 0);
  return texts;
}

function stripped(html: string | undefined): string {
  if (html === undefined) return "";
  return (new DOMParser().parseFromString(html, "text/html").body?.textContent ?? "").trim();
}

function parse(content: string | null | undefined): Json {
  if (!content) return {};
  try {
    return object(JSON.parse(content));
  } catch {
    return {};
  }
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function string(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
