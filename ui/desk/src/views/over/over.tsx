// What opens on top of the page, fetched when it is first needed.
import { useEffect, useState } from "react";
import { isPresent } from "../../model/people";
import { useAct, useDesk, useShell, useUi } from "../context";
import Confirm from "./confirm";
import { Keys } from "./keys";
import { Lightbox } from "./lightbox";
import { Palette } from "./palette";

const settled = [300, 1200, 3000]; // ms after which what a dialog did to the page is done

/** A dialog that is taken away while it is open leaves the page hidden from those who listen, sometimes only a moment later: shows it again. */
function unhide(): void {
  for (const ms of settled) {
    setTimeout(() => {
      if (!document.querySelector('[aria-modal="true"]')) document.getElementById("root")?.removeAttribute("aria-hidden");
    }, ms);
  }
}

export default function Over({ conversation }: { conversation: string | undefined }) {
  const { ui } = useShell();
  const over = useUi((s) => s.over);
  const picture = useUi((s) => s.picture);
  const close = () => ui.setState({ over: undefined });
  useEffect(() => unhide, []);
  useFocusBack();
  return (
    <>
      {over === "palette" && <Palette conversation={conversation} onClose={close} />}
      {over === "keys" && <Keys onClose={close} />}
      {over === "end" && conversation && <End id={conversation} onClose={close} />}
      {picture && <Lightbox file={picture} onClose={() => ui.setState({ picture: undefined })} />}
    </>
  );
}

/** When everything on top is closed and nobody has taken the focus, it goes back to where it came from. */
function useFocusBack(): void {
  const [before] = useState(() => document.activeElement as HTMLElement | null);
  useEffect(() => () => {
    setTimeout(() => document.activeElement === document.body && before?.focus());
  }, [before]);
}

function End({ id, onClose }: { id: string; onClose: () => void }) {
  const { desk, t } = useShell();
  const act = useAct();
  const others = useDesk((s) => s.summaries[id]?.participants.some((p) => p.kind === "agent" && p.id !== s.summaries[id]?.me && isPresent(p)));
  return (
    <Confirm title={t("end.title")} text={others ? t("end.alone") : t("end.all")} yes={t("conv.end")} onClose={onClose}
      onYes={() => act(() => desk.api.call("POST /conversations/{id}/close", { path: { id }, body: {} }))} />
  );
}
