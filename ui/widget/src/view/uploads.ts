import { useRef, useState } from "preact/hooks";
import type { FileRef } from "../../../shared/types";
import { newId } from "../lib/id";
import { upload } from "../lib/upload";
import type { Shell } from "../shell";

export const fileLimit = 25 * 1024 * 1024; // bytes; the server has the last word
export const filesPerLine = 10;

/** A file on its way into the next line. */
export interface Upload {
  key: string;
  name: string;
  share: number; // 0 to 1
  ref?: FileRef;
  error?: string;
  abort: AbortController;
}

/** Why a file can't even be tried, as a problem code. */
export function refusal(file: { size: number }, already: number): string | undefined {
  if (already >= filesPerLine) return "too_many_files";
  if (file.size > fileLimit) return "file_too_large";
  return file.size === 0 ? "file_empty" : undefined;
}

/** What uploads go on in while the panel is minimised and nothing of it is drawn. */
interface Tray {
  conversation: string;
  list: Upload[];
  draw: () => void;
  changed: (files: FileRef[]) => void;
}

const trays = new WeakMap<Shell, Tray>();

function trayOf(shell: Shell, kept: FileRef[]): Tray {
  const conversation = shell.session.id;
  const known = trays.get(shell);
  if (known?.conversation === conversation) return known;
  const list = kept.map((ref) => ({ key: ref.id, name: ref.name, share: 1, ref, abort: new AbortController() }));
  const tray = { conversation, list, draw: () => undefined, changed: () => undefined };
  trays.set(shell, tray);
  return tray;
}

/** The files beside the text that is being written. kept: those of before a reload. */
export function useUploads(shell: Shell, kept: FileRef[], changed: (files: FileRef[]) => void) {
  const own = useRef<Tray>();
  own.current ??= trayOf(shell, kept); // the same one as long as the composer is there: it belongs to one conversation
  const tray = own.current;
  const [, draw] = useState(0);
  tray.draw = () => draw((n) => n + 1);
  tray.changed = changed;
  const put = (next: Upload[]) => {
    tray.list = next;
    tray.draw();
    tray.changed(refs(next));
  };
  const patch = (key: string, p: Partial<Upload>) => put(tray.list.map((u) => (u.key === key ? { ...u, ...p } : u)));

  const add = (files: readonly File[]) => {
    for (const file of files) {
      const good = tray.list.filter((u) => !u.error).length;
      const bad = refusal(file, good);
      const u: Upload = { key: newId(), name: file.name || "file", share: 0, error: bad && shell.code(bad), abort: new AbortController() };
      put([...tray.list, u]);
      if (bad) continue;
      upload(shell.session.api, file, (share) => patch(u.key, { share }), u.abort.signal).then(
        (ref) => patch(u.key, { ref, share: 1 }),
        (e: unknown) => u.abort.signal.aborted || patch(u.key, { error: shell.problem(e) }),
      );
    }
  };
  const remove = (key: string) => {
    tray.list.find((u) => u.key === key)?.abort.abort();
    put(tray.list.filter((u) => u.key !== key));
  };
  const busy = tray.list.some((u) => !u.ref && !u.error);
  return { list: tray.list, refs: refs(tray.list), busy, add, remove, clear: () => put([]) };
}

const refs = (list: Upload[]) => list.flatMap((u) => (u.ref ? [u.ref] : []));
