// The tenant that withtenant runs beside these tests.
import assert from "node:assert/strict";

function env(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run the tests by "make test-independent"`);
  return value;
}

export const url = env("TENANT_URL");
export const id = env("TENANT_ID");
export const clientId = env("CLIENT_ID");
export const clientSecret = env("CLIENT_SECRET");
export const redirectUri = env("REDIRECT_URI");
export const desktopId = env("DESKTOP_ID");

// MSAL must be told that this host is an authority, or it asks Microsoft's real cloud about it.
export const authority = `${url}/${id}`;
export const host = new URL(url).host;

export const scopes = ["User.Read", "User.ReadBasic.All", "Chat.ReadWrite", "ChatMember.ReadWrite", "Presence.Read.All", "Files.ReadWrite"];

const { people } = await (await fetch(`${url}/sim/people`)).json();

export function personId(name) {
  const person = people.find((p) => p.name === name);
  assert.ok(person, `nobody is called ${name}`);
  return person.id;
}
