// The part of the widget that is fetched when a conversation begins or goes on: the talk, the composer, their looks, and what connects
// them.
export { Chat } from "./chat";
export { EndSheet } from "./end";
export { Menu } from "./menu";
export { default as sheet } from "../style/chat.css?inline";
export { Outbox } from "../model/outbox";
export { Live } from "../lib/live";
export { Tabs } from "../lib/tabs";
export { ring } from "../lib/sound";
