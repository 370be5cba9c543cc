/** Some of a send's records, in order, together no larger than one batch may be. */
export interface Chunk<M> {
  readonly messages: readonly M[];
  readonly bytes: number;
}

/** Cuts a send into chunks of at most maxBytes; a message that is larger alone is a chunk alone. */
export function cutByBytes<M>(messages: readonly M[], maxBytes: number, bytesOf: (message: M) => number): Chunk<M>[] {
  const chunks: Chunk<M>[] = [];
  let from = 0;
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const size = bytesOf(message);
    if (index > from && bytes + size > maxBytes) {
      chunks.push({ messages: messages.slice(from, index), bytes });
      from = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < messages.length) chunks.push({ messages: messages.slice(from), bytes });
  return chunks;
}
