import { createRoot } from "react-dom/client";
import { tabKeep } from "./lib/keep";
import { Desk } from "./model/desk";
import "../../shared/fonts.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/list.css";
import "./style/conv.css";
import "./style/line.css";
import "./style/composer.css";
import "./style/dialogs.css";
import "./style/directory.css";
import "./style/room.css";
import "./style/admin.css";
import { loadTexts, pickLocale } from "./texts/texts";
import { App } from "./views/app";
import { parseRoute } from "./views/route";
import { alarm } from "./views/alarm";
import { finishPopup } from "./views/profile/signin";

if (!finishPopup(parseRoute(location.hash))) void begin();

async function begin(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const desk = new Desk(tabKeep(), (notice, d) => void alarm(notice, d));
  const session = desk.start();
  const wishes = [asked.get("lang"), ...navigator.languages];
  const [texts] = await Promise.all([loadTexts(pickLocale(wishes)), session]);
  createRoot(document.getElementById("root")!).render(<App desk={desk} first={texts} asked={{ lang: asked.get("lang"), theme: asked.get("theme") }} />);
}
