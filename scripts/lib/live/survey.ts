import { createHash } from 'node:crypto';
import type { MagnificClient } from '../../../nodes/Magnific/api/client';
import { settle, type ApiError, type Settled } from '../../../nodes/Magnific/api/errors';
import { withRetries } from '../../../nodes/Magnific/api/retry';
import type { AppSummary } from '../../../nodes/Magnific/api/types';
import { uploadFiles } from '../../../nodes/Magnific/files/uploads';
import type { BinaryFile } from '../../../nodes/Magnific/runs/types';
import { sampleFiles, type Sample } from './samples';
import type { Credential, Wire } from './wire';

/** Nobody has these: they have the form of an id, and nothing behind it. */
const NO_SUCH_APP = 'nOsUcHaPp1';
const NO_SUCH_RUN = 'nOsUcHrUn1';
const NO_SUCH_KEY = 'no-such-key';

/** Not among the types that the upload takes. */
const REFUSED_TYPE = 'image/gif';

const MOST_DEFINITIONS = 5;
/** A shape that is not as assumed stays so: asking often only takes time. */
const TRIES = 2;

const TEAM_LISTS = ['team-members', 'team-api-keys', 'team-groups', 'team-projects'];

/** The answer came from the API, and is only not what was expected: the rest can be looked at. */
const isAnswered = ({ kind }: ApiError): boolean =>
	kind === 'unexpected_answer' || kind === 'rejected' || kind === 'invalid_inputs';

/** Makes a call that is safe to send twice, paced by the client's budget. */
export const ask = async <T>(client: MagnificClient, call: () => Promise<T>): Promise<Settled<T>> =>
	await settle(async () => await withRetries('prepare', client, call, TRIES));

/**
 * Everything that costs nothing: lists, definitions, refusals, uploads, creations, analytics.
 * Goes on after answers that are not as assumed: what they are is for others to judge.
 *
 * @throws ApiError where the rest could only meet the same: a refused key, no API, nobody there
 */
export async function survey(
	wire: Wire,
	client: MagnificClient,
	credential: Credential,
): Promise<void> {
	const { api } = client;
	const first = await wire.during('list', () => ask(client, () => api.listApps('available')));
	if ('error' in first && !isAnswered(first.error)) throw first.error;
	const apps = 'value' in first ? first.value : [];

	for (const family of ['apps', 'flows'] as const) {
		const only = await wire.client({ ...credential, endpointFamily: family });
		await wire.during(`family ${family}`, () => ask(only, () => only.api.listApps('available')));
	}
	const word = apps[0]?.name.split(/\s+/)[0];
	if (word) {
		await wire.during('search', () => ask(client, () => api.listApps('available', word)));
		wire.note({ searched: appsNamed(apps, word) });
	}
	const mine = await wire.during('mine', () => ask(client, () => api.listApps('mine')));
	const known = [...('value' in mine ? mine.value.slice(0, 1) : []), ...apps];
	for (const sqid of new Set(known.map((app) => app.sqid).slice(0, MOST_DEFINITIONS))) {
		await wire.during('definition', () => ask(client, () => api.getApp(sqid)));
	}

	await wire.during('unknown app', () => ask(client, () => api.getApp(NO_SUCH_APP)));
	await wire.during('unknown run', () => ask(client, () => api.getRun(NO_SUCH_RUN)));
	const stranger = await wire.client({ ...credential, apiKey: NO_SUCH_KEY });
	await wire.during('wrong key', () => ask(stranger, () => stranger.api.listApps('available')));

	await upload(wire, client);
	await wire.during('refused type', () => ask(client, () => api.requestUploads([REFUSED_TYPE])));

	const account = async (step: string, method: 'GET' | 'POST', path: string): Promise<void> => {
		const url = `${client.settings.baseUrl}${path}`;
		const body = method === 'POST' ? { body: { granularity: 'day' } } : {};
		await wire.during(step, () =>
			ask(client, () => wire.authenticated(credential, { method, url, ...body })),
		);
	};
	await account('uploads', 'GET', '/v1/ai/uploads');
	await account('creations', 'GET', '/v1/creations/recent?page=1&per_page=3');
	await account('usage', 'POST', '/v1/analytics/team-credit-usage');
	for (const list of TEAM_LISTS) await account('team', 'GET', `/v1/analytics/${list}`);
}

/** How many of the apps have the word in their name. */
const appsNamed = (apps: AppSummary[], word: string): number =>
	apps.filter(({ name }) => name.toLowerCase().includes(word.toLowerCase())).length;

/** A tiny file of each kind, by the shipped upload; each is read back. */
async function upload(wire: Wire, client: MagnificClient): Promise<void> {
	const samples = await sampleFiles();
	const files = samples.map(({ mimeType, bytes }, itemIndex): BinaryFile => {
		const fileKey = createHash('sha256').update(bytes).digest('hex');
		return { itemIndex, field: 'data', fileKey, mimeType, bytes: bytes.length };
	});
	const bytesOf = ({ itemIndex }: BinaryFile): Buffer =>
		samples[itemIndex]?.bytes ?? Buffer.alloc(0);
	const uploaded = await wire.during('upload', () =>
		uploadFiles(
			files,
			client.api,
			{
				sizeOf: async (file) => await Promise.resolve(bytesOf(file).length),
				put: async (file, { upload_url: url, headers }) => {
					await wire.send({ method: 'PUT', url, headers, body: bytesOf(file) }, 'put_upload');
				},
				readBase64: async (file) => await Promise.resolve(bytesOf(file).toString('base64')),
			},
			client,
		),
	);
	for (const file of files) {
		const sent = uploaded.get(file.fileKey);
		if (sent && 'value' in sent && /^https?:/.test(sent.value)) {
			await readBack(wire, sent.value, samples[file.itemIndex]);
		}
	}
}

async function readBack(wire: Wire, url: string, sample: Sample | undefined): Promise<void> {
	const answer = await wire.during('read back', () =>
		settle(() => wire.send({ url, encoding: 'arraybuffer' }, 'file')),
	);
	if (!('value' in answer) || !sample) return;
	const { body } = answer.value;
	wire.note({
		content_type: sample.mimeType,
		same_bytes: Buffer.isBuffer(body) && body.equals(sample.bytes),
	});
}
