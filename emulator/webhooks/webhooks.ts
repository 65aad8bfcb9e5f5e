import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type {
	Delivery,
	Forgery,
	WebhookAction,
	webhookPatch,
	WebhookRule,
	WebhookSettings,
} from '../control/specs';
import type { DeliveryRecord } from '../control/types';
import { Occurrences } from '../occurrence';
import { reordered, seededRandom, sqid } from '../random';
import { lastEvent, statusOf, type Run, type RunEvent } from '../runs/run';
import { signed } from './forge';
import { post } from './post';
import type { VersionedSecret } from './sign';

type Patch = z.output<typeof webhookPatch>;
type Settings = Omit<WebhookSettings, 'rules'>;

interface Parcel {
	runId: string | null;
	event: string | null;
	url: string;
	method: string;
	body: string;
	webhookId: string;
	timestamp: number | undefined;
	secrets: readonly VersionedSecret[];
	forgeries: readonly Forgery[];
	headers: Record<string, string>;
	faults: string[];
}

interface Held {
	parcel: Parcel;
	send: () => void;
}

class NowhereToGo extends Error {
	readonly statusCode = 400;
}

/** Delivers callbacks, signed, with all that can go wrong on their way. */
export class Webhooks {
	private settings: Settings;
	private readonly rules = new Occurrences<WebhookRule>(-1);
	private records: DeliveryRecord[] = [];
	private lastSeq = 0;
	private held: Held[] = [];
	private stopped = stopOfMany();
	private random = seededRandom(1);
	/** Per run, its callback that no rule holds up. */
	private readonly lastSent = new WeakMap<Run, Promise<void>>();
	/** Callbacks that were not delivered or given up yet. */
	outstanding = 0;

	constructor(
		private readonly secret: string,
		private readonly log: (line: string) => void,
	) {
		this.settings = initialSettings(secret);
	}

	configure({ rules, ...rest }: Patch): void {
		const given = Object.entries(rest).filter(([, value]) => value !== undefined);
		this.settings = { ...this.settings, ...Object.fromEntries(given) };
		if (rules === undefined) return;
		this.rules.clear();
		for (const rule of rules) this.rules.add(rule);
	}

	/** Gives up what is on its way and forgets everything. */
	clear(): void {
		this.stopped.abort();
		this.stopped = stopOfMany();
		for (const { send } of this.held.splice(0)) send();
		this.settings = initialSettings(this.secret);
		this.rules.clear();
		this.records = [];
		this.random = seededRandom(1);
	}

	deliveries(): DeliveryRecord[] {
		return [...this.records];
	}

	/** Sends the run's event to its webhook, if it has one; returns at once. */
	notify(run: Run, event: RunEvent): void {
		if (run.record.webhook === null) return;
		const faults = this.rules
			.takeAll((rule) => concerns(rule, run, event))
			.map((rule) => rule.fault);
		const parcel: Parcel = {
			runId: run.record.run_id,
			event,
			url: run.record.webhook,
			method: 'POST',
			body: JSON.stringify(this.payload(run, event)),
			webhookId: `msg_${sqid(22)}`,
			timestamp: undefined,
			secrets: this.versioned(this.settings.secrets),
			forgeries: faults.flatMap((fault) => (fault.kind === 'forge' ? fault.how : [])),
			headers: {},
			faults: faults.flatMap((fault) => (fault.kind === 'forge' ? fault.how : [fault.kind])),
		};
		this.outstanding += 1;
		const earlier = this.lastSent.get(run);
		const carried = this.carry(parcel, faults, this.stopped.signal, earlier).finally(() => {
			this.outstanding -= 1;
		});
		if (faults.length === 0) this.lastSent.set(run, carried);
	}

	/** Sends a delivery made by hand, past all rules, once. */
	async deliver(delivery: Delivery, run: Run | undefined): Promise<DeliveryRecord> {
		const url = delivery.url ?? run?.record.webhook ?? undefined;
		if (url === undefined) throw new NowhereToGo('No url was given and the run has no webhook.');
		const event = delivery.event ?? (run === undefined ? undefined : lastEvent(run));
		const forgeries = delivery.how === undefined ? [] : [delivery.how].flat();
		return this.send(
			{
				runId: run?.record.run_id ?? delivery.run_id ?? null,
				event: event ?? null,
				url,
				method: delivery.method ?? 'POST',
				body: delivery.body ?? JSON.stringify(this.payloadOf(delivery, run, event)),
				webhookId: delivery.webhook_id ?? `msg_${sqid(22)}`,
				timestamp: delivery.timestamp,
				secrets: this.versioned(delivery.secrets ?? this.settings.secrets, delivery.secret_version),
				forgeries,
				headers: delivery.headers ?? {},
				faults: ['by hand', ...forgeries],
			},
			1,
			this.stopped.signal,
		);
	}

	private versioned(
		secrets: readonly string[],
		first = this.settings.secretVersion,
	): VersionedSecret[] {
		return secrets.map((secret, index) => ({ secret, version: first + index }));
	}

	private payloadOf(
		delivery: Delivery,
		run: Run | undefined,
		event: RunEvent | undefined,
	): unknown {
		if (delivery.payload !== undefined) return delivery.payload;
		if (run !== undefined) return this.payload(run, event ?? lastEvent(run));
		return {
			[this.settings.eventField]: event ?? 'finished',
			[this.settings.idField]: delivery.run_id,
		};
	}

	private payload(run: Run, event: RunEvent): unknown {
		const { run_id: runId, result, ...rest } = statusOf(run);
		const over = event !== 'initialized';
		const payload = {
			[this.settings.idField]: runId,
			...rest,
			...(over && this.settings.includeResult ? { result } : {}),
			[this.settings.eventField]: event,
		};
		return this.settings.envelope === 'data' ? { data: payload } : payload;
	}

	/** @param earlier callback of the same run, which is let go ahead for half a second */
	private async carry(
		parcel: Parcel,
		faults: WebhookAction[],
		signal: AbortSignal,
		earlier: Promise<void> | undefined,
	): Promise<void> {
		if (earlier !== undefined) await Promise.race([earlier, pause(500, signal)]);
		if (faults.some((fault) => fault.kind === 'drop')) {
			this.record(parcel, 1, { status: 0, body: '', error: 'dropped' }, signal);
			return;
		}
		for (const fault of faults) {
			if (fault.kind === 'delay') await pause(this.delayMs(fault), signal);
			if (fault.kind === 'reorder') await this.hold(parcel, fault, signal);
		}
		const copies = faults.flatMap((fault) =>
			fault.kind === 'duplicate' ? Array.from({ length: fault.copies }, () => fault) : [],
		);
		await this.sendUntilTaken(parcel, signal);
		for (const { gap_ms: gapMs, same_id: sameId } of copies) {
			await pause(gapMs, signal);
			const webhookId = sameId ? parcel.webhookId : `msg_${sqid(22)}`;
			await this.sendUntilTaken({ ...parcel, webhookId }, signal);
		}
	}

	private delayMs(fault: { ms: number; max_ms?: number | undefined }): number {
		return fault.ms + this.random() * Math.max(0, (fault.max_ms ?? fault.ms) - fault.ms);
	}

	/** Resolves in the place that the shuffle gives to this parcel. */
	private hold(
		parcel: Parcel,
		fault: { window: number; max_wait_ms: number },
		signal: AbortSignal,
	): Promise<void> {
		return new Promise((resolve) => {
			this.held.push({ parcel, send: resolve });
			const release = (): void => {
				if (!this.held.some((held) => held.parcel === parcel)) return;
				const shuffled = reordered(this.held.splice(0), this.random);
				void sendSpaced(shuffled);
			};
			if (this.held.length >= fault.window) release();
			else void pause(fault.max_wait_ms, signal).then(release);
		});
	}

	private async sendUntilTaken(parcel: Parcel, signal: AbortSignal): Promise<void> {
		for (let attempt = 1; attempt <= this.settings.retries + 1 && !signal.aborted; attempt += 1) {
			if (attempt > 1) await pause(this.settings.retryDelayMs, signal);
			const { status } = await this.send(parcel, attempt, signal);
			if (status >= 200 && status < 300) return;
		}
	}

	private async send(
		parcel: Parcel,
		attempt: number,
		signal: AbortSignal,
	): Promise<DeliveryRecord> {
		const { body, headers } = signed(
			{
				body: parcel.body,
				webhookId: parcel.webhookId,
				timestamp: parcel.timestamp ?? Math.floor(Date.now() / 1000),
				secrets: parcel.secrets,
				scheme: this.settings,
			},
			parcel.forgeries,
		);
		const own = Object.entries(parcel.headers);
		const replaced = new Set(own.map(([name]) => name.toLowerCase()));
		const usual: [string, string][] = [
			['Content-Type', 'application/json'],
			['User-Agent', 'Magnific-Webhooks/1.0'],
			...headers,
		];
		const sent = [...usual.filter(([name]) => !replaced.has(name.toLowerCase())), ...own];
		const answer = await post(parcel.url, sent, body, {
			method: parcel.method,
			timeoutMs: this.settings.timeoutMs,
			signal,
		});
		return this.record(parcel, attempt, answer, signal);
	}

	private record(
		parcel: Parcel,
		attempt: number,
		answer: { status: number; body: string; error?: string },
		signal: AbortSignal,
	): DeliveryRecord {
		this.lastSeq += 1;
		const record: DeliveryRecord = {
			seq: this.lastSeq,
			at: Date.now(),
			run_id: parcel.runId,
			event: parcel.event,
			url: parcel.url,
			webhook_id: parcel.webhookId,
			attempt,
			faults: parcel.faults,
			...answer,
			body: answer.body.slice(0, 2_000),
		};
		if (signal.aborted) return record;
		this.records.push(record);
		const outcome = answer.error ?? String(answer.status);
		this.log(`callback ${parcel.event ?? ''} for ${parcel.runId ?? 'no run'}: ${outcome}`);
		return record;
	}
}

function initialSettings(secret: string): Settings {
	return {
		secrets: [secret],
		secretVersion: 1,
		secretEncoding: 'utf8',
		timestampUnit: 'seconds',
		envelope: 'bare',
		idField: 'run_id',
		eventField: 'event',
		includeResult: true,
		retries: 0,
		retryDelayMs: 1_000,
		timeoutMs: 15_000,
	};
}

function concerns(rule: WebhookRule, run: Run, event: RunEvent): boolean {
	return (
		(rule.event === undefined || [rule.event].flat().includes(event)) &&
		(rule.app_id === undefined || rule.app_id === run.record.app_id) &&
		(rule.run_id === undefined || rule.run_id === run.record.run_id)
	);
}

/** Far enough apart that they also arrive in this order. */
async function sendSpaced(held: Held[]): Promise<void> {
	for (const { send } of held) {
		send();
		await sleep(15);
	}
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
	try {
		await sleep(ms, undefined, { signal });
	} catch {
		return;
	}
}

/** Node warns of more than a few listeners, and each callback on its way is one. */
function stopOfMany(): AbortController {
	const stop = new AbortController();
	setMaxListeners(0, stop.signal);
	return stop;
}
