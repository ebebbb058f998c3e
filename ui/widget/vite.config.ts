// Three builds into one folder, one per mode: "pages" (demo shop and stage), "widget" (an ES module under a fixed name, as the loader
// asks for it, and its languages) and "loader" (a classic script without imports, small enough to be on every page of a site).
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Replaces Vite's helper for preloading style sheets of lazy chunks: ours carry none, and its code would be a tenth of the widget. */
const plainImports: Plugin = {
  name: "plain-imports",
  enforce: "pre",
  load: (id) => (id.endsWith("vite/preload-helper.js") ? "export const __vitePreload = (load) => load();" : undefined),
};

/** Writes a classic script in ASCII alone: it is read in the encoding of the page that embeds it, whatever that is. */
const ascii: Plugin = {
  name: "ascii",
  enforce: "post",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk" || file.fileName !== "loader.js") continue;
      file.code = file.code.replace(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    }
  },
};

const builds: Record<string, UserConfig["build"]> = {
  pages: { emptyOutDir: true, rolldownOptions: { input: { demo: here("demo.html"), stage: here("stage.html") } } },
  widget: {
    rolldownOptions: {
      input: { widget: here("src/widget.tsx") },
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "widget.js", chunkFileNames: "assets/[name]-[hash].js" },
    },
  },
  loader: { lib: { entry: here("src/loader/loader.ts"), formats: ["iife"], name: "TrialogLoader", fileName: () => "loader.js" } },
};

export default defineConfig(({ mode }) => ({
  base: "/widget/",
  root: here("."),
  plugins: [plainImports, ascii],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: here("../dist/widget"), emptyOutDir: false, target: "es2022", modulePreload: false, assetsInlineLimit: 0, ...builds[mode] },
}));
