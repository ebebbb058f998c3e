import assert from "node:assert/strict";
import { test } from "node:test";
import { PublicClientApplication } from "@azure/msal-node";
import { signIn } from "../lib/browser.js";
import { acquire, authorize, confidentialClient } from "../lib/msal.js";
import * as tenant from "../lib/tenant.js";

const person = "Anna Becker";

async function graphStatus(token) {
  return (await fetch(`${tenant.url}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } })).status;
}

test("code and PKCE, then silence", async () => {
  const client = confidentialClient();
  const first = await acquire(client, person);
  assert.equal(first.account.homeAccountId, `${tenant.personId(person)}.${tenant.id}`);
  assert.equal(first.account.name, person);
  assert.equal(first.idTokenClaims.iss, `${tenant.authority}/v2.0`);
  assert.equal(first.tenantId, tenant.id);
  for (const scope of tenant.scopes) {
    assert.ok(first.scopes.includes(scope), `${scope} is not among ${first.scopes}`);
  }
  assert.equal(await graphStatus(first.accessToken), 200);

  const request = { account: first.account, scopes: tenant.scopes };
  const cached = await client.acquireTokenSilent(request);
  assert.equal(cached.fromCache, true);
  assert.equal(cached.accessToken, first.accessToken);
  const renewed = await client.acquireTokenSilent({ ...request, forceRefresh: true });
  assert.equal(renewed.fromCache, false);
  assert.notEqual(renewed.accessToken, first.accessToken);
  assert.equal(await graphStatus(renewed.accessToken), 200);
});

test("another verifier is refused", async () => {
  const client = confidentialClient();
  const request = await authorize(client, person);
  await assert.rejects(client.acquireTokenByCode({ ...request, codeVerifier: "x".repeat(43) }), (e) => e.errorCode === "invalid_grant" && e.message.includes("AADSTS501481"));
});

test("MSAL's own interactive sign-in on a port of its choice", async () => {
  const client = new PublicClientApplication({ auth: { clientId: tenant.desktopId, authority: tenant.authority, knownAuthorities: [tenant.host] } });
  const result = await client.acquireTokenInteractive({
    scopes: ["User.Read", "Chat.ReadWrite"],
    openBrowser: async (address) => {
      const back = await signIn(address, person);
      if (back.posted) {
        await fetch(back.address, { method: "POST", body: back.values });
      } else {
        await fetch(`${back.address}?${back.values}`);
      }
    },
  });
  assert.equal(result.account.localAccountId, tenant.personId(person));
  assert.equal(await graphStatus(result.accessToken), 200);
});
