import { createServer, type AddressInfo } from 'node:net';

/** While `work` goes on, a stranger listens on the port that it is given. */
export async function withUsedPort(work: (port: number) => Promise<void>): Promise<void> {
  const stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  try {
    await work((stranger.address() as AddressInfo).port);
  } finally {
    stranger.close();
  }
}
