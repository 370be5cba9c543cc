import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const text = /\.(js|css|svg)$/;
/** Below it the headers are larger than what is saved. */
const leastBytes = 1_000;

/** Beside each file of text its `.br` and `.gz`, as small as they get: settings-api serves them (page/serve-page.ts). */
export function precompressed() {
  let dir = '';
  return {
    name: 'precompressed',
    apply: 'build',
    configResolved: (config) => {
      dir = join(config.root, config.build.outDir);
    },
    closeBundle: async () => {
      const files = await readdir(dir, { recursive: true });
      await Promise.all(files.filter((file) => text.test(file)).map((file) => compress(join(dir, file))));
    },
  };
}

async function compress(file) {
  const content = await readFile(file);
  if (content.length < leastBytes) return;
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
  await writeFile(
    `${file}.br`,
    await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  );
}
