// Loaded into s3rver 3.7.1 before it starts. It answers a PUT once it has hashed the content, which may be before the
// content is in the file, so that a GET right after it reads nothing. Here the answer waits for the file.
const { createHash } = require('node:crypto');
const { readFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');

const main = require.resolve('s3rver');
const FilesystemStore = require(join(dirname(main), 'stores/filesystem.js'));

const { putMetadata } = FilesystemStore.prototype;
FilesystemStore.prototype.putMetadata = async function putMetadataOfWhole(bucket, key, metadata, md5) {
  const path = this.getResourcePath(bucket, key, 'object');
  while (md5 !== undefined && md5 !== createHash('md5').update(await readFile(path)).digest('hex')) await wait(2);
  return putMetadata.call(this, bucket, key, metadata, md5);
};
