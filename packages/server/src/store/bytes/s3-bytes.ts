import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { StoreFullError, StoreUnavailableError } from '../store-errors.js';
import { type ByteStore, checkByteKey, isByteKey, type OpenBytesOptions, openedOver } from './byte-store.js';
import { isMissing, statusOf, toStoreError } from './s3-errors.js';
import type { StoreAddress } from './store-address.js';

const ATTEMPTS = 3;
const CONNECT_MS = 3_000;
/** Of one attempt, without a byte. */
const SILENCE_MS = 10_000;
/** Of all attempts at one command together. */
const COMMAND_MS = 40_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Bytes as objects in S3-compatible storage. Endpoint, region and credentials are where Amazon's own programs look for
 * them: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID` and the rest of the standard chain.
 */
export function createS3Bytes(
  { bucket, prefix, pathStyle }: Extract<StoreAddress, { readonly kind: 's3' }>,
  { patienceMs }: OpenBytesOptions,
): ByteStore {
  const endpoint = endpointFromEnvironment();
  const place = `S3 bucket "${bucket}"${endpoint === undefined ? '' : ` at ${endpoint}`}`;
  const client = new S3Client({
    // Storage other than Amazon's has no regions; one must be signed all the same.
    ...(endpoint !== undefined && noRegion() ? { region: 'us-east-1' } : {}),
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: SILENCE_MS,
      socketTimeout: SILENCE_MS,
      throwOnRequestTimeout: true,
    },
    // Checksums of the newer kinds are unknown to many servers; content is verified when it is read.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + checkByteKey(key) });
  const limit = () => ({ abortSignal: AbortSignal.timeout(COMMAND_MS) });
  const failed = (error: unknown, neededBytes = 0) => toStoreError(error, { place, neededBytes });

  async function head(key: string) {
    try {
      return await client.send(new HeadObjectCommand(at(key)), limit());
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw failed(error);
    }
  }

  async function put(key: string, body: Uint8Array): Promise<void> {
    // The storage rejects bytes that were changed in transfer.
    const md5 = createHash('md5').update(body).digest('base64');
    try {
      await client.send(new PutObjectCommand({ ...at(key), Body: body, ContentMD5: md5 }), limit());
    } catch (error) {
      throw failed(error, body.byteLength);
    }
  }

  return {
    place,

    async write(key, parts) {
      const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
      const endMs = performance.now() + patienceMs;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        try {
          await put(key, body);
          return;
        } catch (error) {
          // Space may be freed meanwhile, and callers that get an error would retry immediately.
          const mayPass = error instanceof StoreFullError || (error instanceof StoreUnavailableError && error.mayPass);
          if (!mayPass || performance.now() + pauseMs > endMs) throw error;
          await wait(pauseMs);
        }
      }
    },

    async writeNew(key, bytes) {
      // Servers that do not support the condition always write, so they are queried before.
      if ((await head(key)) !== undefined) return false;
      try {
        await client.send(new PutObjectCommand({ ...at(key), Body: bytes, IfNoneMatch: '*' }), limit());
        return true;
      } catch (error) {
        if (statusOf(error) === 412 || statusOf(error) === 409) return false;
        throw failed(error, bytes.byteLength);
      }
    },

    // Comparing means downloading; writing takes one round trip, updates the age and repairs damage.
    renew: async () => false,

    has: async (key) => (await head(key)) !== undefined,

    async read(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(key)), limit());
        return await Body?.transformToByteArray();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw failed(error);
      }
    },

    // In one piece: it is verified before any of it is sent on, and fetched once.
    async open(key) {
      const bytes = await this.read(key);
      return bytes && openedOver(bytes);
    },

    async delete(key) {
      try {
        await client.send(new DeleteObjectCommand(at(key)), limit());
      } catch (error) {
        if (!isMissing(error)) throw failed(error);
      }
    },

    // An object is there when all of it has arrived.
    removeTemporary: async () => {},

    async *olderThan(timeMs) {
      let next: string | undefined;
      do {
        const page = await client
          .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: next }), limit())
          .catch((error: unknown) => {
            throw failed(error);
          });
        for (const { Key = '', LastModified } of page.Contents ?? []) {
          const key = Key.slice(prefix.length);
          if (isByteKey(key) && (LastModified?.getTime() ?? timeMs) < timeMs) yield key;
        }
        next = page.NextContinuationToken;
      } while (next !== undefined);
    },
  };
}

/** As the AWS client reads it, which only exposes it after the first request. */
function endpointFromEnvironment(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined;
}

function noRegion({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv = process.env): boolean {
  return !AWS_REGION && !AWS_DEFAULT_REGION;
}
