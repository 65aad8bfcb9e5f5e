import type { MagnificClient } from '../../../nodes/Magnific/api/client';
import { settle, type ApiError } from '../../../nodes/Magnific/api/errors';
import { isEnded, type AppDefinition, type Run } from '../../../nodes/Magnific/api/types';

import { parseEvent } from '../../../nodes/Magnific/callbacks/event';
import { forbiddenAddress } from '../../../nodes/Magnific/callbacks/reachable';
import { carryRuns } from '../../../nodes/Magnific/runs/carry';
import { overLimit } from '../../../nodes/Magnific/runs/cost';
import { matchJson } from '../../../nodes/Magnific/runs/inputs';
import { ledgerIn } from '../../../nodes/Magnific/runs/ledger';
import type { RunOutcome } from '../../../nodes/Magnific/runs/types';
import { checkInputs } from '../../../nodes/Magnific/runs/validate';
import { CallbackListener } from './listener';
import { BadInput, type RunOptions } from './options';
import { ask } from './survey';
import type { Credential, Wire } from './wire';

const LONGEST_RUN_MS = 15 * 60_000;
const CALLBACK_WAIT_MS = 60_000;

/**
 * One run of one app, polled and called back, with its files and what the account knows of them.
 * Starts nothing that could cost more than allowed, and never sends the submission a second time.
 *
 * @returns what went wrong once it was started, as sentences
 * @throws ApiError, BadInput where nothing was started
 */
export async function paidRun(
	wire: Wire,
	client: MagnificClient,
	credential: Credential,
	options: RunOptions,
): Promise<string[]> {
	const found = await wire.during('definition', () =>
		ask(client, () => client.api.getApp(options.appId)),
	);
	if ('error' in found) throw found.error;
	const app = found.value;
	const inputs = checkedInputs(app, options, client.settings.baseUrl);
	const over = overLimit([{ itemIndex: 0, app }], options.maxCredits);
	if (over !== undefined) throw new BadInput(`${over}.`);

	const listener = options.callback && (await CallbackListener.start(options.callback));
	try {
		const outcome = await wire.during('run', () => carry(client, app, inputs, listener?.url));
		if (outcome.kind === 'not_started') throw outcome.error;
		const trouble = troubleOf(outcome);
		if (outcome.kind === 'ended') await lookAtFiles(wire, client, credential, outcome.run);
		if (listener && outcome.kind !== 'unknown' && !(await isToldOfTheEnd(listener, client))) {
			trouble.push(
				`No callback told of the run’s end within ${String(CALLBACK_WAIT_MS / 1000)} s of it, at ${options.callback?.url.origin ?? ''}: see whether that address leads to port ${String(options.callback?.port)} of this machine.`,
			);
		}
		return trouble;
	} finally {
		wire.exchanges.push(...(listener?.received ?? []));
		await listener?.close();
	}
}

/** Keyed by input `id`. @throws BadInput */
function checkedInputs(
	app: AppDefinition,
	{ inputs: given }: RunOptions,
	baseUrl: string,
): Record<string, unknown> {
	const { inputs, problems } = checkInputs(app, matchJson(app, given), {}, (url) =>
		forbiddenAddress(url, baseUrl),
	);
	if (problems.length > 0) {
		throw new BadInput(`Nothing was started, because of the inputs: ${problems.join('; ')}.`);
	}
	return Object.fromEntries(
		Object.entries(inputs).map(([id, input]) => [id, 'value' in input ? input.value : undefined]),
	);
}

async function carry(
	client: MagnificClient,
	app: AppDefinition,
	inputs: Record<string, unknown>,
	webhook: string | undefined,
): Promise<RunOutcome> {
	const [outcome] = await carryRuns(
		[{ app, inputs, slot: 'live', webhook }],
		{ ...client, ledger: ledgerIn({}) },
		{ wait: true, maxWaitMs: LONGEST_RUN_MS, maxConcurrentRuns: 0 },
	);
	if (!outcome) throw new Error('A run has no outcome');
	return outcome;
}

const said = ({ message, advice }: ApiError): string => `${message}. ${advice}`;

function troubleOf(outcome: RunOutcome): string[] {
	switch (outcome.kind) {
		case 'ended': {
			const { run_id, status, error_message } = outcome.run;
			const why = error_message === null ? '' : `: ${error_message}`;
			return status === 'completed' ? [] : [`The run ${run_id} ended with ${status}${why}.`];
		}
		case 'unknown':
			return [
				`A run may have been started and charged, but its id is not known: ${said(outcome.error)}`,
			];
		case 'unreadable':
			return [
				`The run ${outcome.run_id} was started and could not be read: ${said(outcome.error)}`,
			];
		case 'timed_out':
		case 'started':
			return [
				`The run ${outcome.run_id} was started and is not over after ${String(LONGEST_RUN_MS / 60_000)} minutes.`,
			];
		case 'not_started':
			return [said(outcome.error)];
	}
}

/** The first file of each kind, opened as anybody would; and the account's newest creations. */
async function lookAtFiles(
	wire: Wire,
	client: MagnificClient,
	credential: Credential,
	{ result }: Run,
): Promise<void> {
	const firsts = [result?.images[0], result?.videos[0], result?.audios[0]];
	for (const asset of firsts.filter((one) => one !== undefined)) {
		await wire.during('result file', () =>
			settle(() => wire.send({ url: asset.url, encoding: 'arraybuffer' }, 'file')),
		);
	}
	const url = `${client.settings.baseUrl}/v1/creations/recent?page=1&per_page=20`;
	await wire.during('creations after the run', () =>
		ask(client, () => wire.authenticated(credential, { method: 'GET', url })),
	);
}

async function isToldOfTheEnd(
	listener: CallbackListener,
	{ clock }: MagnificClient,
): Promise<boolean> {
	const deadline = clock.now() + CALLBACK_WAIT_MS;
	for (;;) {
		const next = listener.next();
		const events = listener.received.map(({ request }) => parseEvent(request.body)?.event ?? '');
		if (events.some(isEnded)) return true;
		const left = deadline - clock.now();
		if (left <= 0) return false;
		await Promise.race([next, clock.sleep(left)]);
	}
}
