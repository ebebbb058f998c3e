import { Button } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { errorText } from "../../model/facts";
import { size } from "../../model/time";
import { useShell } from "../context";
import { removeUpload, type Upload } from "./uploads";

export function UploadList({ id, uploads }: { id: string; uploads: readonly Upload[] }) {
  const { t } = useShell();
  if (!uploads.length) return null;
  return (
    <ul className="uploads">
      {uploads.map((u) => (
        <li key={u.id} className={`upload ${u.code ? "bad" : ""}`}>
          {u.code ? <span role="alert">{errorText(u.code, t, u.name)}</span> : <><span className="cut">{u.name}</span><small>{size(u.size, t)}</small></>}
          {!u.code && !u.file && <progress value={u.share} max={1} aria-label={t("file.uploading", { name: u.name, percent: Math.round(u.share * 100) })} />}
          <Button appearance="transparent" icon={<Dismiss16Regular />} aria-label={t("file.remove", { name: u.name })} onClick={() => removeUpload(id, u.id)} />
        </li>
      ))}
    </ul>
  );
}
