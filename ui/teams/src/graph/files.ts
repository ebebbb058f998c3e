// Files: upload to the sender's drive, share with the chat, read a shared file.
// [api: driveitem-put-content, driveitem-createuploadsession, driveitem-invite, shares-get]

import { GraphError, asGraphError, refused } from "./error";
import { type Graph, onOrigin } from "./graph";
import type { Attachment, DriveItem } from "./shapes";

export const folder = "Microsoft Teams Chat Files";
const simpleLimit = 10 * 1024 * 1024; // bytes; larger files go up in pieces
const piece = 16 * 320 * 1024; // 5 MiB, a multiple of 320 KiB as Microsoft requires

/** Uploads a file into the folder that Microsoft Teams uses; a taken name gets a number. */
export async function upload(graph: Graph, file: File, progress: (share: number) => void): Promise<DriveItem> {
  const path = `/v1.0/me/drive/root:/${encodeURIComponent(folder)}/${encodeURIComponent(file.name)}:`;
  if (file.size > simpleLimit) return uploadInPieces(graph, path, file, progress);
  const answer = await graph.call("PUT", `${path}/content?@microsoft.graph.conflictBehavior=rename`, {
    body: file,
    headers: { "Content-Type": file.type || "application/octet-stream" },
  });
  progress(1);
  return (await answer.json()) as DriveItem;
}

async function uploadInPieces(
  graph: Graph,
  path: string,
  file: File,
  progress: (share: number) => void,
): Promise<DriveItem> {
  const session = await graph.post<{ uploadUrl: string }>(`${path}/createUploadSession`, {
    item: { "@microsoft.graph.conflictBehavior": "rename" },
  });
  const url = onOrigin(session.uploadUrl);
  for (let from = 0; ; from += piece) {
    const to = Math.min(from + piece, file.size);
    const answer = await putPiece(url, file.slice(from, to), `bytes ${from}-${to - 1}/${file.size}`);
    progress(to / file.size);
    if (to === file.size) return (await answer.json()) as DriveItem;
  }
}

/** One fragment; the upload address is its own permission, so no token goes with it. */
async function putPiece(url: string, body: Blob, range: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { method: "PUT", body, headers: { "Content-Range": range } });
  } catch (cause) {
    throw asGraphError(cause);
  }
  if (!answer.ok) throw await refused(answer);
  return answer;
}

/** Lets the members of a chat open the file. */
export async function share(graph: Graph, item: DriveItem, people: string[]): Promise<void> {
  if (people.length === 0) return;
  await graph.post(`/v1.0/me/drive/items/${encodeURIComponent(item.id)}/invite`, {
    recipients: people.map((objectId) => ({ objectId })),
    requireSignIn: true,
    sendInvitation: false,
    roles: ["read"],
  });
}

/** The attachment of an uploaded file; its id is the GUID inside the item's eTag. */
export function attachmentOf(item: DriveItem): Attachment {
  const id = /\{([0-9a-fA-F-]{36})\}/.exec(item.eTag ?? "")?.[1];
  if (id === undefined || !item.webUrl) {
    throw new GraphError(0, "badDriveItem", `drive item ${item.id} has no usable eTag or webUrl`);
  }
  return { id, contentType: "reference", contentUrl: item.webUrl, name: item.name };
}

/** The sharing token of an address: unpadded base64url behind "u!". */
export function shareId(url: string): string {
  const bytes = new TextEncoder().encode(url);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return "u!" + btoa(binary).replace(/=+$/, "").replaceAll("/", "_").replaceAll("+", "-");
}

export function sharedItem(graph: Graph, url: string): Promise<DriveItem> {
  return graph.get<DriveItem>(`/v1.0/shares/${shareId(url)}/driveItem`);
}

export async function sharedContent(graph: Graph, url: string): Promise<Blob> {
  const answer = await graph.call("GET", `/v1.0/shares/${shareId(url)}/driveItem/content`);
  return answer.blob();
}
