import { Button } from "@fluentui/react-components";
import { Composer } from "../compose/composer";
import { useDesk, useShell } from "../context";
import type { Width } from "../hooks";
import { go } from "../route";
import { Header } from "./header";
import { LogView } from "./log";
import { Silent } from "./silent";

/** One conversation: who takes part, what was said, and where one writes. */
export function Conversation({ id, width }: { id: string; width: Width }) {
  const { desk, t } = useShell();
  const c = useDesk((s) => s.summaries[id]);
  const page = useDesk((s) => s.pages[id]);
  const known = useDesk((s) => s.logs[id] !== undefined);
  if (page === "gone" || (page === "failed" && !known)) {
    return (
      <div className="blank" role="alert">
        <b>{t(page === "gone" ? "conv.gone" : "conv.failed")}</b>
        {page === "gone" ? <Button onClick={() => go("#/")}>{t("back")}</Button> : <Button appearance="primary" onClick={() => void desk.load(id)}>{t("retry")}</Button>}
      </div>
    );
  }
  if (!c || !known) return <Skeleton />;
  return (
    <>
      <Header c={c} width={width} />
      <Silent c={c} />
      <LogView c={c} />
      <Composer c={c} />
    </>
  );
}

function Skeleton() {
  const { t } = useShell();
  return <div className="skel" role="status" aria-label={t("loading")}><i style={{ width: "55%" }} /><i style={{ width: "40%" }} /><i style={{ width: "62%", height: 76 }} /><i style={{ width: "34%" }} /></div>;
}
