// Pictures and shared files, fetched once with the token and kept as blob addresses.

import { type Graph } from "../graph/graph";
import { sharedContent, sharedItem } from "../graph/files";
import type { DriveItem } from "../graph/shapes";
import { hostedPath } from "../rich/read";
import { pictureType } from "./sniff";

export class NotAPicture extends Error {}

export class Pictures {
  private readonly urls = new Map<string, Promise<string>>();
  private readonly items = new Map<string, Promise<DriveItem>>();

  constructor(private readonly graph: Graph) {}

  /** A blob address for a picture hosted with a message. */
  hosted(src: string): Promise<string> {
    return this.once(src, async () => {
      const path = hostedPath(src);
      if (path === undefined) throw new NotAPicture(src);
      const answer = await this.graph.call("GET", path);
      return pictureUrl(await answer.blob());
    });
  }

  /** A blob address for a picture that lies in somebody's drive. */
  shared(url: string): Promise<string> {
    return this.once(url, async () => pictureUrl(await sharedContent(this.graph, url)));
  }

  /** Name and size of a shared file. */
  item(url: string): Promise<DriveItem> {
    const known = this.items.get(url);
    if (known) return known;
    const asked = sharedItem(this.graph, url);
    this.items.set(url, asked);
    asked.catch(() => this.items.delete(url));
    return asked;
  }

  /** Saves a shared file under its name. */
  async download(url: string, name: string): Promise<void> {
    const bytes = await sharedContent(this.graph, url);
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  /** Frees all blob addresses. */
  close(): void {
    for (const url of this.urls.values()) url.then(URL.revokeObjectURL, () => undefined);
    this.urls.clear();
  }

  private once(key: string, make: () => Promise<string>): Promise<string> {
    const known = this.urls.get(key);
    if (known) return known;
    const made = make();
    this.urls.set(key, made);
    made.catch(() => this.urls.delete(key)); // the next look may succeed
    return made;
  }
}

/** The type is read from the bytes: a blob address runs in this page's origin, so only real pictures get one. */
async function pictureUrl(bytes: Blob): Promise<string> {
  const type = pictureType(new Uint8Array(await bytes.slice(0, 16).arrayBuffer()));
  if (type === undefined) throw new NotAPicture(bytes.type);
  return URL.createObjectURL(new Blob([bytes], { type }));
}
