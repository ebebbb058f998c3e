import { ArrowDownload20Regular } from "@fluentui/react-icons/svg/arrow-download";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { useEffect, useRef } from "react";
import type { FileRef } from "../../../../shared/types";
import { fileURL } from "../../lib/calls";
import { size } from "../../model/time";
import { useT } from "../context";

/** A picture as large as the window. */
export function Lightbox({ file, onClose }: { file: FileRef; onClose: () => void }) {
  const t = useT();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current!.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog ref={box} className="lightbox" aria-label={t("file.picture", { name: file.name })} onClose={onClose} onClick={(e) => e.target instanceof HTMLElement && e.target.classList.contains("stage") && onClose()}>
      <header>
        <span className="cut" style={{ flex: 1 }}>{file.name} · {size(file.size, t)}</span>
        <a href={fileURL(file)} download={file.name} aria-label={t("file.download", { name: file.name })}><ArrowDownload20Regular /></a>
        <button type="button" aria-label={t("close")} onClick={onClose}><Dismiss20Regular /></button>
      </header>
      <div className="stage"><img src={fileURL(file)} alt={t("file.picture", { name: file.name })} /></div>
    </dialog>
  );
}
