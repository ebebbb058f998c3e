import { Button, Tooltip } from "@fluentui/react-components";
import { BookContacts20Regular } from "@fluentui/react-icons/svg/book-contacts";
import { Keyboard20Regular } from "@fluentui/react-icons/svg/keyboard";
import { Search16Regular } from "@fluentui/react-icons/svg/search";
import { photoURL } from "../lib/calls";
import icon from "../style/icon.svg";
import { Avatar } from "./bits";
import { useDesk, useShell } from "./context";
import { go } from "./route";

export const isMac = () => /Mac|iP(hone|ad|od)/.test(navigator.platform);

export function TopBar() {
  const { ui, t } = useShell();
  const me = useDesk((s) => s.me);
  const up = useDesk((s) => s.connection === "up");
  const talked = useDesk((s) => s.talked.length > 0);
  return (
    <header className="top">
      <a className="logo" href="#/" aria-label={t("app.name")}><img src={icon} alt="" /><span>{t("app.name")}</span></a>
      <button type="button" className="goto" onClick={() => ui.setState({ over: "palette" })} aria-haspopup="dialog">
        <Search16Regular /><span className="cut">{t("top.search")}</span><kbd>{isMac() ? "⌘" : t("key.ctrl")} K</kbd>
      </button>
      <Tooltip content={talked ? t("top.directoryNew") : t("top.directory")} relationship="label">
        <Button className="dirBtn" as="a" href="#/directory" appearance="subtle" icon={<><BookContacts20Regular />{talked && <i className="unreadDot" />}</>} />
      </Tooltip>
      <Tooltip content={t("top.keys")} relationship="label">
        <Button className="hideNarrow" appearance="subtle" icon={<Keyboard20Regular />} onClick={() => ui.setState({ over: "keys" })} />
      </Tooltip>
      <Tooltip content={t("top.profile")} relationship="label">
        <button type="button" className="meBtn" onClick={() => go("#/profile")}><Avatar name={me?.name ?? ""} kind="agent" dot={up ? "ok" : "off"} photo={me?.photo ? photoURL(me.id, me.photo) : undefined} /></button>
      </Tooltip>
    </header>
  );
}
