import assert from "node:assert/strict";
import { before, test } from "node:test";
import { PageIterator } from "@microsoft/microsoft-graph-client";
import { anna, ben, createChat, erik, graphFor, mei, member, omar, problem } from "../lib/graph.js";
import * as tenant from "../lib/tenant.js";

let graph;
before(async () => {
  graph = await graphFor(anna);
});

test("chats with members and previews", async () => {
  const list = await graph.api("/me/chats").expand(["members", "lastMessagePreview"]).orderby("lastMessagePreview/createdDateTime desc").top(50).get();
  const pairs = list.value.filter((c) => c.chatType === "oneOnOne" && c.lastMessagePreview);
  const names = pairs.map((c) => c.members.find((m) => m.userId !== tenant.personId(anna)).displayName);
  assert.deepEqual(names, [erik, mei, omar, "Lucía Romero"]);
  for (const chat of pairs) {
    assert.match(chat.id, /^19:.*@unq\.gbl\.spaces$/);
    assert.equal(chat.tenantId, tenant.id);
    assert.ok(chat.lastMessagePreview.body.content && chat.lastMessagePreview.from.user.id);
  }
});

test("pages", async () => {
  const bens = await graphFor(ben); // begins without chats
  const want = [];
  for (let i = 0; i < 5; i++) {
    want.push((await createChat(bens, "group", [ben, erik, mei], `Service ${i}`)).id);
  }
  const first = await bens.api("/me/chats").top(2).get();
  assert.equal(first.value.length, 2);
  assert.ok(first["@odata.nextLink"]);
  const got = [];
  await new PageIterator(bens, first, (chat) => got.push(chat.id) > 0).iterate();
  assert.deepEqual(got.sort(), want.sort());
});

test("one chat for a pair, many for a group", async () => {
  const zoe = "Zoë van den Berg";
  const pair = await createChat(graph, "oneOnOne", [anna, zoe]);
  assert.equal((await createChat(graph, "oneOnOne", [anna, zoe])).id, pair.id);
  const group = await createChat(graph, "group", [anna, erik, mei], "Service 4711 – Müller");
  assert.match(group.id, /^19:.*@thread\.v2$/);
  const read = await graph.api(`/chats/${group.id}`).get(); // the id goes out with ":" and "@" as they are
  assert.equal(read.topic, "Service 4711 – Müller");
  assert.equal(read.chatType, "group");
  await assert.rejects(graph.api("/chats/19:00000000000000000000000000000000@thread.v2").get(), problem(404, "NotFound"));
});

test("members come and go", async () => {
  const { id } = await createChat(graph, "group", [anna, erik, mei]);
  const members = async () => Object.fromEntries((await graph.api(`/chats/${id}/members`).get()).value.map((m) => [m.displayName, m.id]));
  await graph.api(`/chats/${id}/members`).post(member(omar));
  const four = await members();
  assert.deepEqual(Object.keys(four).sort(), [anna, erik, mei, omar].sort());
  await graph.api(`/chats/${id}/members/${four[omar]}`).delete();
  assert.deepEqual(Object.keys(await members()).sort(), [anna, erik, mei].sort());
});
