import react from "@vitejs/plugin-react";
import { compileMessageOrThrow } from "@lingui/message-utils/compileMessage";
import { defineConfig, type Plugin } from "vite";
import { de } from "./src/texts/de.ts";
import { en } from "./src/texts/en.ts";

/** Compiles the catalogues at build time: the browser gets no message parser, and a broken message breaks the build. */
const catalogues: Plugin = {
  name: "catalogues",
  enforce: "pre",
  load(id) {
    const name = /src\/texts\/(de|en)\.ts$/.exec(id)?.[1];
    if (!name) return undefined;
    const compiled = Object.entries(name === "de" ? de : en).map(([key, message]) => [key, compileMessageOrThrow(message)]);
    return `export const ${name} = ${JSON.stringify(Object.fromEntries(compiled))};`;
  },
};

export default defineConfig({
  base: "/desk/",
  plugins: [catalogues, react()],
  build: { outDir: "../dist/desk", emptyOutDir: true, target: "es2024", cssTarget: ["chrome123", "firefox121", "safari17.5"], assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
