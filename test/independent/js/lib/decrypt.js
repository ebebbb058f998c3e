// What a careful subscriber does with a delivery, written from Microsoft's page change-notifications-with-resource-data with Node's
// own crypto.
import assert from "node:assert/strict";
import { constants, createDecipheriv, createHmac, createPublicKey, privateDecrypt, timingSafeEqual, verify, X509Certificate } from "node:crypto";
import { certificate, key } from "./hook.js";
import * as tenant from "./tenant.js";

const bytes = (text) => Buffer.from(text, "base64");

/** The certificate as a subscription wants it: base64 of its DER form. */
export const publicPart = new X509Certificate(certificate).raw.toString("base64");

/** Decrypts a notification's resource. */
export function open({ data, dataKey, dataSignature, encryptionCertificateThumbprint }) {
  assert.equal(encryptionCertificateThumbprint, new X509Certificate(certificate).fingerprint.replaceAll(":", ""));
  const secret = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }, bytes(dataKey));
  assert.ok(timingSafeEqual(createHmac("sha256", secret).update(bytes(data)).digest(), bytes(dataSignature)), "the signature does not fit");
  const decipher = createDecipheriv("aes-256-cbc", secret, secret.subarray(0, 16));
  return JSON.parse(Buffer.concat([decipher.update(bytes(data)), decipher.final()]));
}

/** Verifies that a delivery is Microsoft's and meant for us. */
export async function checkProof(token) {
  const [header, payload, signature] = token.split(".");
  const parse = (part) => JSON.parse(Buffer.from(part, "base64url"));
  const discovery = await (await fetch(`${tenant.url}/common/.well-known/openid-configuration`)).json();
  const { keys } = await (await fetch(discovery.jwks_uri)).json();
  const jwk = keys.find((k) => k.kid === parse(header).kid);
  assert.ok(jwk && parse(header).alg === "RS256", "signed by an unknown key");
  assert.ok(verify("RSA-SHA256", `${header}.${payload}`, createPublicKey({ key: jwk, format: "jwk" }), Buffer.from(signature, "base64url")), "forged");
  const { aud, iss, appid, tid, exp } = parse(payload);
  assert.deepEqual({ aud, iss, appid, tid }, {
    aud: tenant.clientId,
    iss: `https://sts.windows.net/${tenant.id}/`,
    appid: "0bf30f3b-4a52-48df-9a82-234910c4a086", // Microsoft's notification service
    tid: tenant.id,
  });
  assert.ok(exp * 1000 > Date.now(), "expired");
}
