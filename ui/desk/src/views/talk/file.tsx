import { useState } from "react";
import type { FileRef } from "../../../../shared/types";
import { fileURL } from "../../lib/calls";
import { isPicture } from "../../model/content";
import { size } from "../../model/time";
import { useShell } from "../context";

const tall = 280; // pixels, the largest height of a picture in the log

/** Pictures as pictures, everything else as a card with name and size. */
export function FileView({ file }: { file: FileRef }) {
  if (file.url && file.type === "image/*") return <Loose file={file} />;
  return isPicture(file) ? <Picture file={file} /> : <Card file={file} />;
}

function Picture({ file }: { file: FileRef }) {
  const { ui, t } = useShell();
  const [broken, setBroken] = useState(false);
  if (broken) return <div className="pic broken">{t("file.failed")} <Card file={file} /></div>;
  const scale = Math.min(1, tall / (file.height || tall), 420 / (file.width || 420));
  return (
    <button type="button" className="pic" aria-label={t("file.open", { name: file.name })} onClick={() => ui.setState({ picture: file })}>
      <img src={fileURL(file)} alt={t("file.picture", { name: file.name })} width={Math.round(file.width! * scale)} height={Math.round(file.height! * scale)} onError={() => setBroken(true)} />
    </button>
  );
}

/** A picture of which only the name is known; what can't be shown becomes a card. */
function Loose({ file }: { file: FileRef }) {
  const { ui, t } = useShell();
  const [broken, setBroken] = useState(false);
  if (broken) return <Card file={file} />;
  return (
    <button type="button" className="pic" aria-label={t("file.open", { name: file.name })} onClick={() => ui.setState({ picture: file })}>
      <img src={fileURL(file)} alt={t("file.picture", { name: file.name })} onError={() => setBroken(true)} />
    </button>
  );
}

function Card({ file }: { file: FileRef }) {
  const { t } = useShell();
  const ext = /\.([a-z0-9]{1,4})$/i.exec(file.name)?.[1]?.toUpperCase() ?? "•";
  const tone = ext === "PDF" ? "pdf" : /^(XLSX?|CSV|ODS)$/.test(ext) ? "sheet" : /^(ZIP|GZ|TAR|7Z|RAR)$/.test(ext) ? "zip" : "";
  return (
    <a className="file" href={fileURL(file)} download={file.name} aria-label={`${t("file.download", { name: file.name })}${file.size ? ` (${size(file.size, t)})` : ""}`}>
      <span className={`ic ${tone}`} aria-hidden="true">{ext}</span>
      <span className="cut"><span className="cut">{file.name}</span>{file.size > 0 && <small>{size(file.size, t)}</small>}</span>
    </a>
  );
}
