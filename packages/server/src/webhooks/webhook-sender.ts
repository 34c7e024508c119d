import type { RunDetail, RunRecord } from '@unclip-studio/protocol';
import type { EventBus } from '../events/event-bus.js';
import { MAX_LISTED_OUTPUTS_OF_RUN, MAX_WEBHOOK_ANSWER_BYTES, WEBHOOK_TIMEOUT_MS } from '../limits.js';
import { FetchRefusedError, fetchForUser } from '../net/fetch-for-user.js';
import type { Clock } from '../runs/clock.js';
import type { RunService } from '../runs/run-service.js';
import { programVersion } from '../services/program.js';
import type { Store } from '../store/store.js';
import type { StoredWebhook } from '../store/webhooks-table.js';
import { signedHeaders } from './webhook-secret.js';

export interface WebhookSettings {
  /** Set by the operator: notified of every run, wherever they lead to. */
  readonly addresses: readonly string[];
  /** Hosts on this machine or its network that may be accessed. */
  readonly allowedHosts: readonly string[];
  /** As `whsec_BASE64`. */
  readonly secret: string;
  /** How long to wait after each failed attempt, until none is left. */
  readonly retryDelaysMs?: readonly number[] | undefined;
}

export interface WebhookSenderOptions extends WebhookSettings {
  readonly store: Pick<Store, 'webhooks'>;
  readonly runs: Pick<RunService, 'read'>;
  readonly events: Pick<EventBus, 'subscribe'>;
  readonly clock: Clock;
  /** Called when the result of an attempt could not be recorded, as on a full disk; it is repeated later. */
  onError(error: unknown): void;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Eight attempts over some nine hours: a receiver may be away for a night's maintenance. */
const RETRY_DELAYS_MS = [
  ...[5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS],
  ...[30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS],
];
/** Longer than planned by up to this share, so that what failed together does not come back together. */
const JITTER = 0.2;
/** Attempts at a time. */
const CONCURRENCY = 4;
const AFTER_TROUBLE_MS = MINUTE_MS;

/**
 * Sends webhooks of runs that have ended. They are in the database, so they survive restarts; an attempt may be
 * repeated if the server ends between an answer and recording it, which receivers recognize by the id.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #underWay = new Set<string>();
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe = () => {};

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
  }

  /** Also sends what the last server left. */
  start(): void {
    this.#unsubscribe = this.#options.events.subscribe((event) => {
      if (event.type === 'run-changed' && event.run.finishedAt !== undefined) this.#sendDue();
    });
    this.#sendDue();
  }

  close(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    this.#ended.abort();
  }

  #sendDue(): void {
    const { store, clock } = this.#options;
    if (this.#ended.signal.aborted) return;
    const nowMs = clock.wallMs();
    for (const webhook of store.webhooks.due(nowMs, CONCURRENCY + this.#underWay.size)) {
      if (this.#underWay.has(webhook.id) || this.#underWay.size >= CONCURRENCY) continue;
      this.#underWay.add(webhook.id);
      void this.#attempt(webhook);
    }
    const nextAt = store.webhooks.nextAfter(nowMs);
    if (nextAt !== undefined) this.#wakeIn(nextAt - nowMs);
  }

  #wakeIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sendDue(), delayMs).unref();
  }

  async #attempt(webhook: StoredWebhook): Promise<void> {
    try {
      const outcome = await this.#send(webhook);
      // An attempt that the end of the server has cut off does not count.
      if (this.#ended.signal.aborted) return;
      this.#options.store.webhooks.record(webhook.id, this.#afterwards(webhook, outcome));
    } catch (error) {
      this.#options.onError(error);
      this.#underWay.delete(webhook.id);
      if (!this.#ended.signal.aborted) this.#wakeIn(AFTER_TROUBLE_MS);
      return;
    }
    this.#underWay.delete(webhook.id);
    this.#sendDue();
  }

  async #send({ id, runId, url }: StoredWebhook): Promise<Outcome> {
    const { runs, secret, addresses, allowedHosts, clock } = this.#options;
    const run = toMessage(runs.read(runId));
    const body = JSON.stringify({ type: `run.${run.state}`, timestamp: run.finishedAt, data: { run } });
    const timestampS = Math.floor(clock.wallMs() / SECOND_MS);
    try {
      const answer = await fetchForUser(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': `unclip-studio/${programVersion()}`,
          ...signedHeaders(secret, { id, timestampS, body }),
        },
        body,
        // An address set by the operator may lead anywhere; others with the same host may not.
        allowedHosts: addresses.includes(url) ? [new URL(url).host, ...allowedHosts] : allowedHosts,
        maxBytes: MAX_WEBHOOK_ANSWER_BYTES,
        totalTimeoutMs: WEBHOOK_TIMEOUT_MS,
        signal: this.#ended.signal,
      });
      await answer.body?.cancel();
      const { status, ok } = answer;
      return { answer: `status ${status}`, isDelivered: ok, isFinal: ok || status === GONE };
    } catch (error) {
      const answer = error instanceof Error ? error.message : String(error);
      return { answer, isDelivered: false, isFinal: error instanceof FetchRefusedError };
    }
  }

  #afterwards({ attempts }: StoredWebhook, { answer, isDelivered, isFinal }: Outcome) {
    if (isDelivered) return { state: 'delivered', answer, nextAt: 0 } as const;
    const { retryDelaysMs = RETRY_DELAYS_MS, clock } = this.#options;
    const delayMs = retryDelaysMs[attempts];
    if (isFinal || delayMs === undefined) return { state: 'failed', answer, nextAt: 0 } as const;
    const nextAt = Math.round(clock.wallMs() + delayMs * (1 + JITTER * Math.random()));
    return { state: 'waiting', answer, nextAt } as const;
  }
}

/** The receiver wants no more, according to RFC 9110, 15.5.11. */
const GONE = 410;

interface Outcome {
  /** One or two sentences about the reason. */
  readonly answer: string;
  readonly isDelivered: boolean;
  /** No further attempt makes sense. */
  readonly isFinal: boolean;
}

/** The run as lists show it: of a run of thousands of images all outputs would have megabytes. */
function toMessage({ nodes: _, outputs, ...run }: RunDetail): RunRecord {
  const more = outputs.length - MAX_LISTED_OUTPUTS_OF_RUN;
  return { ...run, outputs: outputs.slice(0, MAX_LISTED_OUTPUTS_OF_RUN), ...(more > 0 ? { moreOutputs: more } : {}) };
}
