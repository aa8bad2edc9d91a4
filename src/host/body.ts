// Bodies that fetch does not take everywhere: a stream of text, read once.
import type { Body } from '../core/contract.ts';

/** Whether it is the contract's stream of text, and not something that fetch takes as it is (a Blob, a form, a stream of bytes). */
export function isTextStream(body: unknown): body is AsyncIterable<string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && !('getReader' in body);
}

/** The whole text: for platforms that send no streams. */
export async function collect(body: Body): Promise<string> {
  if (typeof body === 'string') return body;
  let text = '';
  for await (const piece of body) text += piece;
  return text;
}

/** As a stream of bytes, one piece at a time, never ahead of the network. */
export function toByteStream(body: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}
