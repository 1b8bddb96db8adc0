import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// File names carry no digest: the program is built with them, and no answer of it is cached.
export default defineConfig({
  base: "/desk/",
  publicDir: "public",
  plugins: [svelte()],
  build: {
    target: "es2022",
    // The folder also holds a file that is committed; every other one is overwritten by name.
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: { entryFileNames: "desk.js", assetFileNames: "desk[extname]", inlineDynamicImports: true },
    },
  },
  // `npm run dev` beside a running `kentongan demo`.
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
