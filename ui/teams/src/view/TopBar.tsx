// The bar on top: where one is and who one is.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Presence } from "../graph/shapes";
import { type Theme, readTheme, writeTheme } from "../route";
import { Avatar, presenceKind } from "./Avatar";
import { usePlace, useSpeech, useWatched } from "./context";
import { Menu, MenuGroup, MenuItem } from "./Menu";

const choices: { availability: Presence["availability"] & keyof Words; activity: string }[] = [
  { availability: "Available", activity: "Available" },
  { availability: "Busy", activity: "Busy" },
  { availability: "DoNotDisturb", activity: "DoNotDisturb" },
  { availability: "BeRightBack", activity: "BeRightBack" },
  { availability: "Away", activity: "Away" },
  { availability: "Offline", activity: "OffWork" },
];

type Words = ReturnType<typeof useSpeech>["words"]["presence"];

export function TopBar(): VNode {
  const { words } = useSpeech();
  const { session, leave } = usePlace();
  useWatched(session);
  const { me } = session;
  const presence = session.presence(me.id) ?? { availability: "PresenceUnknown", activity: "PresenceUnknown" };
  return (
    <header class="top-bar">
      <span class="brand">
        <span class="brand-name">{words.appName}</span>
        <span class="tag" title={words.simulatedHint}>{words.simulated}</span>
      </span>
      <Menu
        label={words.account(me.name)}
        face={
          <>
            <span class="menu-name">{me.name}</span>
            <Avatar name={me.name} id={me.id} presence={presence} size={28} />
          </>
        }
        head={
          <div class="menu-person">
            <Avatar name={me.name} id={me.id} presence={presence} size={40} />
            <span>
              <b>{me.name}</b>
              <small>{[me.jobTitle, me.department].filter(Boolean).join(" · ")}</small>
            </span>
          </div>
        }
      >
        {(close) => (
          <>
            <MenuGroup label={words.setPresence}>
              {choices.map((choice) => (
                <MenuItem
                  key={choice.availability}
                  checked={presence.availability === choice.availability}
                  onClick={() => {
                    close();
                    void session.act(() => session.setPresence(choice));
                  }}
                >
                  <span class={`presence inline ${presenceKind(choice)}`} />
                  {words.presence[choice.availability]}
                </MenuItem>
              ))}
            </MenuGroup>
            <ThemeChoice />
            <div class="menu-group" role="none">
              <MenuItem onClick={leave}>{words.switchPerson}</MenuItem>
            </div>
          </>
        )}
      </Menu>
    </header>
  );
}

function ThemeChoice(): VNode {
  const { words } = useSpeech();
  const [theme, setTheme] = useState(readTheme());
  const names: [Theme, string][] = [
    ["system", words.themeSystem],
    ["light", words.themeLight],
    ["dark", words.themeDark],
  ];
  return (
    <MenuGroup label={words.theme}>
      {names.map(([value, name]) => (
        <MenuItem
          key={value}
          checked={theme === value}
          onClick={() => {
            setTheme(value);
            writeTheme(value);
          }}
        >
          {name}
        </MenuItem>
      ))}
    </MenuGroup>
  );
}
