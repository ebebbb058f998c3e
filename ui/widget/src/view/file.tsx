import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FileRef } from "../../../shared/types";
import type { Api } from "../lib/api";
import type { Shell } from "../shell";
import { Icon } from "./icons";

const pictures = new WeakMap<Api, Map<string, Promise<string>>>();

/** An object URL of the picture: it is fetched with the customer's token, which an img element can't send. */
function address(api: Api, id: string): Promise<string> {
  const known = pictures.get(api) ?? new Map<string, Promise<string>>();
  pictures.set(api, known);
  const url = known.get(id) ?? api.blob(`/visitor/files/${encodeURIComponent(id)}`).then((b) => URL.createObjectURL(b));
  known.set(id, url);
  url.catch(() => known.delete(id)); // the next look tries again
  return url;
}

export function File({ file, shell }: { file: FileRef; shell: Shell }) {
  return file.width && file.type.startsWith("image/") ? <Picture file={file} shell={shell} /> : <Card file={file} shell={shell} />;
}

/** A picture in the talk; a click shows it in full. */
function Picture({ file, shell }: { file: FileRef; shell: Shell }) {
  const w = shell.words;
  const [url, setUrl] = useState<string>();
  const [failed, setFailed] = useState(false);
  const [full, setFull] = useState(false);
  useEffect(() => {
    let here = true;
    address(shell.session.api, file.id).then((u) => here && setUrl(u), () => here && setFailed(true));
    return () => void (here = false);
  }, [file.id]);
  if (failed) return <Card file={file} shell={shell} note={w.noPicture} />;
  const ratio = `${file.width} / ${file.height || file.width}`;
  return (
    <>
      <button type="button" class="picture" aria-label={w.picture(file.name)} onClick={() => url && setFull(true)}>
        {url ? <img src={url} alt="" style={{ aspectRatio: ratio }} /> : <span class="blank" style={{ aspectRatio: ratio }} />}
      </button>
      {full && url && <Viewer file={file} url={url} shell={shell} done={() => setFull(false)} />}
    </>
  );
}

/** The whole picture over the whole page. */
function Viewer({ file, url, shell, done }: { file: FileRef; url: string; shell: Shell; done: () => void }) {
  const w = shell.words;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const escape = (e: KeyboardEvent) => e.key === "Escape" && e.stopPropagation();
  return (
    <dialog ref={dialog} class="viewer" aria-label={file.name} onClose={done} onKeyDown={escape} onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <div class="bar">
        <span dir="auto">{file.name}</span>
        <button type="button" class="bare" aria-label={w.download(file.name)} title={w.download(file.name)} onClick={() => void get(file, shell)}><Icon name="download" /></button>
        <button type="button" class="bare" aria-label={w.close} title={w.close} onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </div>
      <img src={url} alt={file.name} />
    </dialog>
  );
}

function Card({ file, shell, note }: { file: FileRef; shell: Shell; note?: string }) {
  const w = shell.words;
  return (
    <button type="button" class="card" aria-label={`${w.download(file.name)}, ${size(file.size, shell.format)}`} onClick={() => void get(file, shell)}>
      <span class="kind"><Icon name="file" /></span>
      <span class="what"><b dir="auto">{file.name}</b><small>{note ?? size(file.size, shell.format)}</small></span>
      <Icon name="download" />
    </button>
  );
}

const get = (file: FileRef, shell: Shell) =>
  shell.attempt(async () => shell.save(await shell.session.api.blob(`/visitor/files/${encodeURIComponent(file.id)}`), file.name));

/** "820 KB", "1,2 MB": in the reader's own way of writing numbers. */
export function size(bytes: number, lang: string): string {
  const mega = bytes >= 1_000_000;
  const unit: Intl.NumberFormatOptions = { style: "unit", unit: mega ? "megabyte" : "kilobyte", maximumFractionDigits: mega && bytes < 10_000_000 ? 1 : 0 };
  return new Intl.NumberFormat(lang, unit).format(Math.max(bytes / (mega ? 1e6 : 1e3), 1));
}
