import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ResponseType } from "@microsoft/microsoft-graph-client";
import { anna, createChat, erik, graphFor, html, mei, post } from "../lib/graph.js";
import * as tenant from "../lib/tenant.js";

let graph;
before(async () => {
  graph = await graphFor(anna);
});

const group = async () => (await createChat(graph, "group", [anna, erik, mei])).id;

test("a mention", async () => {
  const chat = await group();
  const user = { id: tenant.personId(erik), displayName: erik, userIdentityType: "aadUser" };
  const sent = await post(graph, chat, html('<p>Kannst du, <at id="0">Erik Lind</at>?</p>', { mentions: [{ id: 0, mentionText: erik, mentioned: { user } }] }));
  const read = await graph.api(`/chats/${chat}/messages/${sent.id}`).get();
  assert.equal(read.mentions.length, 1);
  assert.equal(read.mentions[0].mentioned.user.id, user.id);
  assert.match(read.body.content, /<at id="0">Erik Lind<\/at>/);
});

test("a file of OneDrive", async () => {
  const chat = await group();
  const file = await graph.api("/me/drive/root:/Microsoft Teams Chat Files/Vertrag.txt:/content").header("content-type", "text/plain").put("Der Vertrag.");
  const id = file.eTag.match(/\{([0-9a-f-]{36})\}/i)[1]; // the attachment's id is the GUID of the eTag
  const attachments = [{ id, contentType: "reference", contentUrl: file.webUrl, name: file.name }];
  const sent = await post(graph, chat, html(`<p>Hier:</p><attachment id="${id}"></attachment>`, { attachments }));
  const read = await graph.api(`/chats/${chat}/messages/${sent.id}`).get();
  assert.deepEqual(read.attachments.map(({ id, contentType, contentUrl, name }) => ({ id, contentType, contentUrl, name })), attachments);
  await graph.api(`/me/drive/items/${file.id}/invite`).post({ recipients: [{ objectId: tenant.personId(erik) }], requireSignIn: true, sendInvitation: false, roles: ["read"] });

  // Erik reads it by the address in the message, as a Teams client does.
  const eriks = await graphFor(erik);
  const share = "u!" + Buffer.from(read.attachments[0].contentUrl).toString("base64url");
  const item = await eriks.api(`/shares/${share}/driveItem`).get();
  assert.equal(item.name, "Vertrag.txt");
  assert.equal(await (await fetch(item["@microsoft.graph.downloadUrl"])).text(), "Der Vertrag.");
});

test("an image in the text", async () => {
  const chat = await group();
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const hostedContents = [{ "@microsoft.graph.temporaryId": "1", contentBytes: png, contentType: "image/png" }];
  const sent = await post(graph, chat, html('<p>Siehe <img src="../hostedContents/1/$value" alt="Punkt"></p>', { hostedContents }));
  const [, address] = sent.body.content.match(/src="([^"]*)"/);
  assert.ok(address.startsWith(`${tenant.url}/v1.0/chats/`), address);
  const bytes = await graph.api(address).responseType(ResponseType.ARRAYBUFFER).get();
  assert.equal(Buffer.from(bytes).toString("base64"), png);
});
