// The script that sites embed: <script async src="https://chat.example/widget.js" data-service="…"></script>
import type { Host, Widget } from "../host";
import { install } from "./install";

const script = document.currentScript as HTMLScriptElement;
const { origin } = new URL(script.src);
const url = `${origin}/widget/widget.js`;

install(window, { ...script.dataset, origin, nonce: script.nonce }, async (host: Host) =>
  ((await import(/* @vite-ignore */ url)) as { start(host: Host): Promise<Widget> }).start(host),
);
