import { Button, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { useEffect } from "react";
import { useShell, useUi } from "./context";

const shownFor = 8000; // ms

/** The one message about an act that failed. */
export function Toast() {
  const { ui, t } = useShell();
  const toast = useUi((s) => s.toast);
  const close = () => ui.setState({ toast: undefined });
  useEffect(() => {
    if (!toast) return undefined;
    const timer = setTimeout(() => ui.setState((s) => (s.toast === toast ? { toast: undefined } : s)), shownFor);
    return () => clearTimeout(timer);
  }, [toast, ui]);
  return (
    <div className="toast" role="alert">
      {toast && (
        <MessageBar intent="error" key={toast.id}>
          <MessageBarBody>{toast.text}</MessageBarBody>
          <MessageBarActions containerAction={<Button appearance="transparent" icon={<Dismiss16Regular />} aria-label={t("close")} onClick={close} />} />
        </MessageBar>
      )}
    </div>
  );
}
