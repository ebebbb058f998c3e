// Files chosen for the next message.

import type { VNode } from "preact";
import type { LocalFile } from "../model/outbox";
import { useSpeech } from "./context";
import { Icon, IconButton } from "./Icon";

export function FileChips({ files, onRemove }: { files: LocalFile[]; onRemove: (key: string) => void }): VNode | null {
  const speech = useSpeech();
  const { words } = speech;
  if (files.length === 0) return null;
  return (
    <ul class="file-chips" role="list" aria-label={words.attachments}>
      {files.map((f) => (
        <li key={f.key} class="file-chip">
          {f.url !== undefined ? <img src={f.url} alt="" /> : <Icon name="file" size={20} />}
          <span class="file-text">
            <span class="file-name">{f.file.name}</span>
            <span class="file-under">{speech.size(f.file.size)}</span>
          </span>
          <IconButton icon="close" size={16} label={words.removeFile(f.file.name)} onClick={() => onRemove(f.key)} />
        </li>
      ))}
    </ul>
  );
}
