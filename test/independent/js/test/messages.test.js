import assert from "node:assert/strict";
import { before, test } from "node:test";
import { anna, createChat, erik, graphFor, html, mei, pause, post, problem } from "../lib/graph.js";
import * as tenant from "../lib/tenant.js";

let graph;
before(async () => {
  graph = await graphFor(anna);
});

const group = async () => (await createChat(graph, "group", [anna, erik, mei])).id;

test("text and html", async () => {
  const chat = await group();
  const text = await post(graph, chat, { body: { content: "1 < 2 & „ja“ 🙂" } });
  assert.deepEqual(text.body, { contentType: "text", content: "1 < 2 & „ja“ 🙂" });
  await pause();
  const { id } = await post(graph, chat, html("<p>Hallo <strong>Erik</strong><script>alert(1)</script></p>"));
  const read = await graph.api(`/chats/${chat}/messages/${id}`).get();
  assert.equal(read.body.content, "<p>Hallo <strong>Erik</strong></p>");
  assert.equal(read.from.user.id, tenant.personId(anna));
  assert.equal(read.chatId, chat);
  await assert.rejects(post(graph, chat, html("x".repeat(30_000))), problem(413, "RequestEntityTooLarge"));
});

test("a throttled post comes through", async () => {
  const chat = await group();
  const first = await post(graph, chat, html("first"));
  const second = await post(graph, chat, html("second")); // 429, and once more after Retry-After
  assert.ok(second.id - first.id > 900, "ids are times in milliseconds: these two are too close");
  const { value } = await graph.api(`/chats/${chat}/messages`).get();
  assert.deepEqual(value.filter((m) => m.messageType === "message").map((m) => m.body.content), ["second", "first"]);
});

test("filter and order", async () => {
  const chat = await group();
  const sent = [];
  for (let i = 0; i < 3; i++) {
    sent.push(await post(graph, chat, html(`message ${i}`)));
    await pause();
  }
  const list = (change) => change(graph.api(`/chats/${chat}/messages`)).get().then((l) => l.value.filter((m) => m.messageType === "message").map((m) => m.body.content));
  const since = `lastModifiedDateTime gt ${sent[0].lastModifiedDateTime}`;
  assert.deepEqual(await list((r) => r.filter(since).orderby("lastModifiedDateTime desc")), ["message 2", "message 1"]);
  await pause();
  assert.deepEqual(await list((r) => r.filter(since)), ["message 2", "message 1", "message 0"], "a filter without order is ignored");
});

test("edit, react, delete", async () => {
  const chat = await group();
  const first = await post(graph, chat, html("<p>First</p>"));
  const path = `/chats/${chat}/messages/${first.id}`;
  const read = () => graph.api(path).get();

  await graph.api(path).patch(html("<p>Second</p>"));
  const edited = await read();
  assert.equal(edited.body.content, "<p>Second</p>");
  assert.ok(edited.lastEditedDateTime && edited.etag !== first.etag);

  await pause();
  await graph.api(`${path}/setReaction`).post({ reactionType: "👍" });
  const reacted = await read();
  assert.deepEqual(reacted.reactions.map((r) => [r.reactionType, r.user.user.id]), [["like", tenant.personId(anna)]]);
  assert.equal(reacted.lastEditedDateTime, edited.lastEditedDateTime);
  await pause();
  await graph.api(`${path}/unsetReaction`).post({ reactionType: "👍" });
  assert.deepEqual((await read()).reactions, []);

  await pause();
  await graph.api(`/users/${tenant.personId(anna)}${path}/softDelete`).post({});
  const gone = await read();
  assert.ok(gone.deletedDateTime);
  assert.equal(gone.body.content, "");
});
