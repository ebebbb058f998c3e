import assert from "node:assert/strict";
import { before, test } from "node:test";
import { checkProof, open, publicPart } from "../lib/decrypt.js";
import { anna, createChat, erik, graphFor, html, mei, post, problem } from "../lib/graph.js";
import { listen, next } from "../lib/hook.js";
import * as tenant from "../lib/tenant.js";

let graph;
before(async () => {
  graph = await graphFor(anna);
});

const subscription = (hook) => ({
  changeType: "created,updated,deleted",
  resource: `/users/${tenant.personId(anna)}/chats/getAllMessages`,
  notificationUrl: `${hook.url}/notify?a=b`,
  lifecycleNotificationUrl: `${hook.url}/lifecycle`,
  expirationDateTime: new Date(Date.now() + 2 * 3600_000).toISOString(),
  clientState: "a secret",
  includeResourceData: true,
  encryptionCertificate: publicPart,
  encryptionCertificateId: "2026-11",
});

test("handshake, delivery, decryption", async (t) => {
  const hook = await listen();
  t.after(() => hook.close());
  const made = await graph.api("/subscriptions").post(subscription(hook));
  t.after(() => graph.api(`/subscriptions/${made.id}`).delete());
  assert.deepEqual(hook.handshakes.sort(), ["/lifecycle", "/notify"]);
  await assert.rejects(graph.api("/subscriptions").post(subscription(hook)), problem(409, "Conflict"));

  const chat = (await createChat(graph, "group", [anna, erik, mei])).id;
  const sent = await post(graph, chat, html("<p>Grüße an <em>alle</em> 🙂</p>"));
  const created = await arrives(hook, "created", made, sent);
  assert.equal(created.body.content, sent.body.content);
  await graph.api(`/chats/${chat}/messages/${sent.id}`).patch(html("<p>Anders</p>"));
  assert.equal((await arrives(hook, "updated", made, sent)).body.content, "<p>Anders</p>");

  const later = new Date(Date.now() + 48 * 3600_000).toISOString();
  const renewed = await graph.api(`/subscriptions/${made.id}`).patch({ expirationDateTime: later });
  assert.equal(new Date(renewed.expirationDateTime).toISOString(), later);
});

test("nobody answers the handshake", async () => {
  const hook = await listen();
  hook.close();
  await assert.rejects(graph.api("/subscriptions").post(subscription(hook)), problem(400, "ValidationError"));
});

async function arrives(hook, changeType, made, sent) {
  const { item, validationTokens } = await next(hook, changeType, sent);
  assert.equal(item.subscriptionId, made.id);
  assert.equal(item.clientState, "a secret");
  assert.equal(item.tenantId, tenant.id);
  assert.equal(item.encryptedContent.encryptionCertificateId, "2026-11");
  assert.equal(validationTokens.length, 1);
  await checkProof(validationTokens[0]);
  const message = open(item.encryptedContent);
  assert.equal(message.id, sent.id);
  assert.equal(message.chatId, sent.chatId);
  assert.equal(message.from.user.id, tenant.personId(anna));
  return message;
}
