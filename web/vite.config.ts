import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` sends what is not the console's own: a server on this machine. */
const server = process.env.CLOISTER_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  // The policy of the server allows scripts and fonts of its own host only: nothing is inlined as a `data:` address.
  build: { target: "es2023", assetsInlineLimit: 0, manifest: true, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": server, "/auth": server } },
});
