// Microsoft's authentication library for Node, with a secret, signing somebody in by code and PKCE.
import assert from "node:assert/strict";
import { ConfidentialClientApplication, CryptoProvider } from "@azure/msal-node";
import { signIn } from "./browser.js";
import * as tenant from "./tenant.js";

export function confidentialClient() {
  return new ConfidentialClientApplication({
    auth: { clientId: tenant.clientId, clientSecret: tenant.clientSecret, authority: tenant.authority, knownAuthorities: [tenant.host] },
  });
}

export async function authorize(client, person) {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const request = { scopes: tenant.scopes, redirectUri: tenant.redirectUri };
  const address = await client.getAuthCodeUrl({ ...request, state: "a state", codeChallenge: challenge, codeChallengeMethod: "S256" });
  const back = await signIn(address, person);
  assert.equal(back.address.href, tenant.redirectUri);
  assert.equal(back.values.get("state"), "a state");
  return { ...request, code: back.values.get("code"), codeVerifier: verifier };
}

export async function acquire(client, person) {
  return client.acquireTokenByCode(await authorize(client, person));
}
