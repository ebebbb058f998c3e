import { Button, Menu, MenuDivider, MenuGroup, MenuGroupHeader, MenuItem, MenuList, MenuPopover, MenuTrigger, Tooltip } from "@fluentui/react-components";
import { BookContacts20Regular } from "@fluentui/react-icons/svg/book-contacts";
import { HeartPulse20Regular } from "@fluentui/react-icons/svg/heart-pulse";
import { Keyboard20Regular } from "@fluentui/react-icons/svg/keyboard";
import { Person20Regular } from "@fluentui/react-icons/svg/person";
import { PlugConnected20Regular } from "@fluentui/react-icons/svg/plug-connected";
import { Search16Regular } from "@fluentui/react-icons/svg/search";
import { SignOut20Regular } from "@fluentui/react-icons/svg/sign-out";
import type { ReactElement } from "react";
import { photoURL } from "../lib/calls";
import { isAdmin } from "../model/accounts";
import icon from "../style/icon.svg";
import { Avatar } from "./bits";
import { useAct, useDesk, useShell } from "./context";
import { adminHref, go } from "./route";

export const isMac = () => /Mac|iP(hone|ad|od)/.test(navigator.platform);

export function TopBar() {
  const { ui, t } = useShell();
  const me = useDesk((s) => s.me);
  const up = useDesk((s) => s.connection === "up");
  const talked = useDesk((s) => s.talked.length > 0);
  const avatar = <Avatar name={me?.name ?? ""} kind="agent" dot={up ? "ok" : "off"} photo={me?.photo ? photoURL(me.id, me.photo) : undefined} />;
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
      {isAdmin(me) ? <AdminMenu avatar={avatar} /> : (
        <Tooltip content={t("top.profile")} relationship="label">
          <button type="button" className="meBtn" onClick={() => go("#/profile")}>{avatar}</button>
        </Tooltip>
      )}
    </header>
  );
}

/** Administrators have more than one place to go to. */
function AdminMenu({ avatar }: { avatar: ReactElement }) {
  const { desk, t } = useShell();
  const act = useAct();
  return (
    <Menu positioning="below-end">
      <MenuTrigger disableButtonEnhancement>
        <button type="button" className="meBtn" aria-label={t("adm.menu")}>{avatar}</button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<Person20Regular />} onClick={() => go("#/profile")}>{t("top.profile")}</MenuItem>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("adm.title")}</MenuGroupHeader>
            <MenuItem icon={<PlugConnected20Regular />} onClick={() => go(adminHref("accounts"))}>{t("adm.accounts")}</MenuItem>
            <MenuItem icon={<HeartPulse20Regular />} onClick={() => go(adminHref("health"))}>{t("adm.health")}</MenuItem>
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<SignOut20Regular />} onClick={() => act(() => desk.signOut())}>{t("signin.out")}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
