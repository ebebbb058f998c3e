// What opens on top of the page, fetched when it is first needed.
import { useEffect, useState } from "react";
import { isPresent } from "../../model/people";
import { useAct, useDesk, useShell, useUi } from "../context";
import Confirm from "./confirm";
import { Keys } from "./keys";
import { Lightbox } from "./lightbox";
import { Palette } from "./palette";

export default function Over({ conversation }: { conversation: string | undefined }) {
  const { ui } = useShell();
  const over = useUi((s) => s.over);
  const picture = useUi((s) => s.picture);
  const close = () => ui.setState({ over: undefined });
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
