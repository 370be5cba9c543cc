/** Ends what global-setup.mjs started; servers that were there before stay. */
export default async function globalTeardown() {
  for (const server of globalThis.perezvonTestServers ?? []) await server.dispose();
}
