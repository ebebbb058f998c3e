// Files on their way into a conversation. They go on uploading while the agent looks at another one.
import { createStore, useStore } from "zustand";
import type { FileRef } from "../../../../shared/types";
import { codeOf } from "../../lib/api";
import { newId } from "../../lib/ids";
import { upload } from "../../lib/upload";

export interface Upload {
  id: string;
  name: string;
  size: number; // bytes
  share: number; // 0 to 1
  file?: FileRef; // when it is there
  code?: string; // why it is refused
  abort(): void;
}

const largest = 25 * 1024 * 1024; // bytes; the server decides, this only spares the wait
const most = 10; // files in one message

const store = createStore<Record<string, readonly Upload[]>>(() => ({}));
const none: readonly Upload[] = [];

const change = (conversation: string, how: (all: readonly Upload[]) => readonly Upload[]) => store.setState((s) => ({ [conversation]: how(s[conversation] ?? none) }));

export const useUploads = (conversation: string) => useStore(store, (s) => s[conversation] ?? none);

export function addFiles(conversation: string, files: readonly File[]): void {
  for (const f of files) {
    const waiting = (store.getState()[conversation] ?? none).filter((u) => !u.code).length;
    const stop = new AbortController();
    const u: Upload = { id: newId(), name: f.name || "file", size: f.size, share: 0, abort: () => stop.abort() };
    const refused = f.size > largest ? "file_too_large" : f.size === 0 ? "file_empty" : waiting >= most ? "too_many_files" : undefined;
    change(conversation, (all) => [...all, refused ? { ...u, code: refused } : u]);
    if (!refused) void run(conversation, u, f, stop.signal);
  }
}

async function run(conversation: string, u: Upload, f: File, signal: AbortSignal): Promise<void> {
  const set = (how: Partial<Upload>) => change(conversation, (all) => all.map((x) => (x.id === u.id ? { ...x, ...how } : x)));
  try {
    set({ file: await upload(conversation, f, (share) => set({ share }), signal), share: 1 });
  } catch (e) {
    if (!signal.aborted) set({ code: codeOf(e) === "unreachable" || codeOf(e) === "internal" ? "upload" : codeOf(e) });
  }
}

export function removeUpload(conversation: string, id: string): void {
  store.getState()[conversation]?.find((u) => u.id === id)?.abort();
  change(conversation, (all) => all.filter((u) => u.id !== id));
}

/** Takes the files that are there for a line that goes out. */
export function takeFiles(conversation: string): FileRef[] {
  const all = store.getState()[conversation] ?? none;
  change(conversation, () => none);
  return all.flatMap((u) => u.file ?? []);
}
