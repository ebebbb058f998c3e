import { Button, Spinner } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { useDesk, useShell } from "./context";

const grace = 1500; // ms without connection that need not trouble anybody

/** Says that the connection is gone, and tries at once when the network is back. */
export function Banner() {
  const { desk, t } = useShell();
  const state = useDesk((s) => s.connection);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(state !== "up"), state === "up" ? 0 : grace);
    return () => clearTimeout(timer);
  }, [state]);
  useEffect(() => {
    const nudge = () => document.visibilityState === "visible" && desk.nudge();
    addEventListener("online", nudge);
    document.addEventListener("visibilitychange", nudge);
    return () => {
      removeEventListener("online", nudge);
      document.removeEventListener("visibilitychange", nudge);
    };
  }, [desk]);
  return (
    <div role="status">
      {shown && state !== "up" && (
        <div className="banner">
          <Spinner size="extra-tiny" aria-hidden="true" />
          {t(state === "down" ? "link.down" : "link.connecting")}
          {state === "down" && <Button size="small" onClick={() => desk.nudge()}>{t("link.now")}</Button>}
        </div>
      )}
    </div>
  );
}
