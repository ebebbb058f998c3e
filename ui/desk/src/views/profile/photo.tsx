import { Button } from "@fluentui/react-components";
import { Camera20Regular } from "@fluentui/react-icons/svg/camera";
import { useRef, useState } from "react";
import { codeOf } from "../../lib/api";
import { photoURL, type Me } from "../../lib/calls";
import { errorText } from "../../model/facts";
import { Avatar } from "../bits";
import { useShell } from "../context";

const limit = 2 << 20; // bytes

/** The agent's photo: the server makes a square of it and keeps nothing else of the file. */
export function Photo({ me }: { me: Me }) {
  const { desk, t } = useShell();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const change = async (file: Blob | undefined): Promise<void> => {
    setProblem("");
    if (file && file.size > limit) return setProblem(errorText("photo_too_large", t));
    setBusy(true);
    await desk.changePhoto(file).catch((e: unknown) => setProblem(errorText(codeOf(e), t)));
    setBusy(false);
  };
  return (
    <section className="card photoCard" aria-label={t("prof.photo")}>
      <Avatar name={me.name} kind="agent" photo={me.photo ? photoURL(me.id, me.photo) : undefined} />
      <div>
        <h2>{t("prof.photo")}</h2>
        <p className="hint">{t("prof.photoHint")}</p>
        <div className="acts">
          <Button icon={<Camera20Regular />} disabledFocusable={busy} onClick={() => input.current!.click()}>{me.photo ? t("prof.photoChange") : t("prof.photoAdd")}</Button>
          {me.photo && <Button appearance="subtle" disabledFocusable={busy} onClick={() => void change(undefined)}>{t("prof.photoDrop")}</Button>}
          <input ref={input} type="file" accept="image/png,image/jpeg,image/gif,image/webp" hidden aria-label={t("prof.photo")} onChange={(e) => (void change(e.target.files?.[0]), (e.target.value = ""))} />
        </div>
        {problem && <p className="bad" role="alert">{problem}</p>}
      </div>
    </section>
  );
}
