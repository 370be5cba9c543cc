import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

const METADATA = 3;
const OFFSET_FETCH = 9;
const FIND_COORDINATOR = 10;
const PROBE_TIMEOUT_MS = 5_000;
const PROBE_GROUP = 'readiness-probe';

/**
 * Resolves when the broker can serve clients: it is registered with the controller, and groups have a coordinator that has
 * read its state. An open port says neither; a client that comes too early sees "coordinator loading" errors.
 * Three requests of Kafka's protocol, written by hand: a client library would retry and log where one plain answer is wanted.
 *
 * @throws the reason why the broker is not usable yet
 */
export async function probeBroker(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.setTimeout(PROBE_TIMEOUT_MS, () => socket.destroy(new Error('the broker does not answer')));
  // An error between two requests ends the socket, which the next request sees; nobody else needs to.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect');
    const brokers = (await request(socket, METADATA, 1, int32(0))).readInt32BE(0);
    if (brokers < 1) throw new Error('the broker is not registered with the controller yet');
    refuseErrorCode('group coordinator', await request(socket, FIND_COORDINATOR, 0, string(PROBE_GROUP)), 0);
    // Version 2 with the null array asks for all of the group's offsets and ends in one error code.
    const offsets = await request(socket, OFFSET_FETCH, 2, Buffer.concat([string(PROBE_GROUP), int32(-1)]));
    refuseErrorCode('group offsets', offsets, offsets.length - 2);
  } finally {
    socket.destroy();
  }
}

function refuseErrorCode(what: string, answer: Buffer, at: number): void {
  const code = answer.readInt16BE(at);
  if (code !== 0) throw new Error(`${what}: Kafka error code ${String(code)}`);
}

/** Sends one request and returns the body of its answer (without size and correlation id). */
async function request(socket: Socket, apiKey: number, version: number, body: Buffer): Promise<Buffer> {
  const message = Buffer.concat([int16(apiKey), int16(version), int32(1), string('probe'), body]);
  socket.write(Buffer.concat([int32(message.length), message]));
  let received = Buffer.alloc(0);
  for (;;) {
    if (received.length >= 4) {
      const size = received.readInt32BE(0);
      if (received.length >= 4 + size) return received.subarray(8, 4 + size);
    }
    received = Buffer.concat([received, await nextChunk(socket)]);
  }
}

async function nextChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) {
      reject(new Error('the broker closed the connection'));
      return;
    }
    const settle = (act: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      act();
    };
    const onData = (chunk: Buffer): void => settle(() => resolve(chunk));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the broker closed the connection')));
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function string(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
