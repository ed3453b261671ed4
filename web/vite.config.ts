import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `npm run dev` sends what is not the console's own: a server on this machine. */
const server = process.env.CLOISTER_SERVER ?? "http://127.0.0.1:8080";

/** Beside each text its compressed forms, made once here and not at each request. */
function precompressed(): Plugin {
  return {
    name: "precompressed",
    apply: "build",
    writeBundle(options, bundle) {
      for (const name of [...Object.keys(bundle), "mark.svg"]) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const path = `${options.dir}/${name}`;
        const text = readFileSync(path);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        writeFileSync(`${path}.br`, brotliCompressSync(text, quality));
        writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), precompressed()],
  // The policy of the server allows scripts and fonts of its own host only: nothing is inlined as a `data:` address.
  build: {
    // The folder around it is committed, empty: the server is built with or without a console.
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { "/api": server, "/auth": server } },
});
