// A person at the sign-in page: HTTP and forms, no scripts. It stops in front of the application.
import assert from "node:assert/strict";
import { host, personId } from "./tenant.js";

/** @returns {Promise<{address: URL, values: URLSearchParams, posted: boolean}>} where the page sent the browser, and with what */
export async function signIn(address, person) {
  let request = { address, init: {} };
  const cookies = new Map();
  for (let page = 0; page < 6; page++) {
    const answer = await fetch(request.address, { ...request.init, redirect: "manual", headers: { ...request.init.headers, cookie: [...cookies].map((c) => c.join("=")).join("; ") } });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name, value] = cookie.split(";")[0].split("=");
      cookies.set(name, value);
    }
    if (answer.status === 302) {
      const to = new URL(answer.headers.get("location"), request.address);
      if (to.host !== host) {
        const values = new URLSearchParams(to.search);
        to.search = "";
        return { address: to, values, posted: false };
      }
      request = { address: to.href, init: {} };
      continue;
    }
    const form = readForm(await answer.text());
    const to = new URL(form.action, request.address);
    if (to.host !== host) {
      return { address: to, values: form.fields, posted: true };
    }
    const press = form.buttons.find((b) => b.value === personId(person) || b.value === "accept");
    assert.ok(press, `no button to press at ${request.address}`);
    form.fields.set(press.name, press.value);
    request = { address: to.href, init: { method: "POST", body: form.fields.toString(), headers: { "content-type": "application/x-www-form-urlencoded" } } };
  }
  assert.fail(`still at ${request.address}`);
}

// readForm takes the first form of a page apart. Microsoft's pages need a browser; ours are plain enough for this.
function readForm(page) {
  const [, attributes, inside] = page.match(/<form\b([^>]*)>(.*?)<\/form>/s) ?? assert.fail(`no form in ${page.replace(/<[^>]*>/g, " ")}`);
  const fields = new URLSearchParams();
  for (const [, input] of inside.matchAll(/<input\b([^>]*)>/g)) {
    fields.append(attribute(input, "name"), attribute(input, "value"));
  }
  const buttons = [...inside.matchAll(/<button\b([^>]*)>/g)].map(([, b]) => ({ name: attribute(b, "name"), value: attribute(b, "value") }));
  return { action: attribute(attributes, "action"), fields, buttons };
}

const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'", "&#43;": "+" };

function attribute(tag, name) {
  const found = tag.match(new RegExp(`\\b${name}="([^"]*)"`));
  return (found?.[1] ?? "").replace(/&[#\w]+;/g, (e) => entities[e] ?? assert.fail(`unknown entity ${e}`));
}
