// The browser client of the simulated Microsoft tenant: one acts in it as any of its people.
// words/ says things, graph/ calls Microsoft Graph, rich/ turns hostile HTML into a safe tree
// and back, model/ holds what is known, view/ draws it.

import { render } from "preact";
import { readTheme, showTheme } from "./route";
import { App } from "./view/App";
import { SpeechContext } from "./view/context";
import { chooseSpeech } from "./words/speech";
import "../../shared/fonts.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/thread.css";
import "./style/composer.css";

showTheme(readTheme());
const speech = chooseSpeech(new URLSearchParams(location.search).get("lang"), navigator.languages);
document.documentElement.lang = speech.lang;
render(
  <SpeechContext.Provider value={speech}>
    <App />
  </SpeechContext.Provider>,
  document.getElementById("app")!,
);
