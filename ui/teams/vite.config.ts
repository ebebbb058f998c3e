import { defineConfig } from "vite";

// The simulator serves the build under /teams/. Recent browsers only: light-dark() and
// container queries are used as they are.
export default defineConfig({
  base: "/teams/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/teams",
    emptyOutDir: true,
    target: "es2023",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    modulePreload: false,
  },
});
