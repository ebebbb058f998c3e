// Microsoft's Graph client for JavaScript, with MSAL's tokens. It hands its token to Microsoft's hosts only, unless customHosts names
// another one: without it, calls go out with no token and no warning.
import { setTimeout } from "node:timers/promises";
import { Client } from "@microsoft/microsoft-graph-client";
import { acquire, confidentialClient } from "./msal.js";
import * as tenant from "./tenant.js";

export const anna = "Anna Becker";
export const ben = "Ben Okafor";
export const erik = "Erik Lind";
export const mei = "Mei Tanaka";
export const omar = "Omar Haddad";

/** Signs somebody in and returns a client in their name. */
export async function graphFor(person) {
  const msal = confidentialClient();
  const { account } = await acquire(msal, person);
  return Client.initWithMiddleware({
    baseUrl: tenant.url,
    defaultVersion: "v1.0",
    customHosts: new Set(["localhost"]),
    authProvider: { getAccessToken: async () => (await msal.acquireTokenSilent({ account, scopes: tenant.scopes })).accessToken },
  });
}

export function member(person) {
  return {
    "@odata.type": "#microsoft.graph.aadUserConversationMember",
    roles: ["owner"],
    "user@odata.bind": `https://graph.microsoft.com/v1.0/users('${tenant.personId(person)}')`,
  };
}

export function createChat(graph, chatType, people, topic) {
  return graph.api("/chats").post({ chatType, topic, members: people.map(member) });
}

export function post(graph, chat, message) {
  return graph.api(`/chats/${chat}/messages`).post(message);
}

export function html(content, more = {}) {
  return { body: { contentType: "html", content }, ...more };
}

/** Teams allows one post a second and chat. */
export const pause = () => setTimeout(1000);

/** Reads an error of the client: status and code. */
export function problem(statusCode, code) {
  return (error) => error.statusCode === statusCode && error.code === code;
}
