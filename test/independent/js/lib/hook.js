// A subscriber's endpoint, over TLS as Graph demands.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { setTimeout } from "node:timers/promises";

export const key = readFileSync(process.env.HOOK_KEY);
export const certificate = readFileSync(process.env.HOOK_CERT);

/** Listens; `handshakes` are the paths that answered one, `deliveries` the bodies that came. */
export async function listen() {
  const hook = { handshakes: [], deliveries: [] };
  const server = createServer({ key, cert: certificate }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "https://localhost");
    const token = searchParams.get("validationToken");
    if (token !== null) {
      hook.handshakes.push(pathname);
      response.writeHead(200, { "content-type": "text/plain" }).end(token);
      return;
    }
    const parts = [];
    for await (const part of request) {
      parts.push(part);
    }
    hook.deliveries.push(JSON.parse(Buffer.concat(parts)));
    response.writeHead(202).end();
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  hook.url = `https://localhost:${server.address().port}`;
  hook.close = () => {
    server.close();
    server.closeAllConnections(); // the tenant keeps its connection open
  };
  return hook;
}

/** Waits for the notification of a message's change; other messages of the person arrive here, too. */
export async function next(hook, changeType, { chatId, id }) {
  const resource = `chats('${chatId}')/messages('${id}')`;
  for (let waited = 0; waited < 20_000; waited += 50) {
    for (const { value, validationTokens } of hook.deliveries) {
      const item = value.find((n) => n.changeType === changeType && n.resource === resource);
      if (item) {
        return { item, validationTokens };
      }
    }
    await setTimeout(50);
  }
  assert.fail(`no notification of "${changeType}" for ${resource} came`);
}
