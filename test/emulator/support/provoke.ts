import { FOREIGN_APP_ID, FOREIGN_RUN_ID, type Emulator, type Family } from '../../../emulator';
import { APPS } from './apps';
import { call, field, items, record, runId, text, type CallOptions } from './client';
import { dataUri, picture } from './media';
import type { Operation } from '../../../scripts/lib/api/contract';

/** A call of an operation: its path, and what else goes with it. */
interface Request extends CallOptions {
	path: string;
}

function usual(operation: Operation, family: Family, run: string): Request {
	const at = `/v1/ai/${family}`;
	switch (operation) {
		case 'list':
			return { path: at };
		case 'mine':
			return { path: `/v1/ai/me/${family}` };
		case 'get_app':
			return { path: `${at}/${APPS.posterFromText}` };
		case 'run':
			return { path: `${at}/${APPS.surpriseMe}/run`, method: 'POST', json: { inputs: {} } };
		case 'get_run':
			return { path: `${at}/runs/${run}` };
		case 'request_upload': {
			const files = ['image/png', 'video/mp4', 'audio/ogg'].map((type) => ({ content_type: type }));
			return { path: '/v1/ai/uploads/request-url', method: 'POST', json: { files } };
		}
		case 'uploads':
			return { path: '/v1/ai/uploads' };
		case 'creations':
			return { path: '/v1/creations/recent' };
		case 'credit_usage':
			return { path: '/v1/analytics/team-credit-usage', method: 'POST', json: {} };
		default:
			return { path: `/v1/analytics/${operation}` };
	}
}

/** The requests that are answered with a status other than the usual one, where it takes another request. */
const OTHERS: Record<string, (family: Family) => Request> = {
	'get_app 403': (family) => ({ path: `/v1/ai/${family}/${FOREIGN_APP_ID}` }),
	'get_app 404': (family) => ({ path: `/v1/ai/${family}/nOsUcHaPp1` }),
	'get_run 403': (family) => ({ path: `/v1/ai/${family}/runs/${FOREIGN_RUN_ID}` }),
	'get_run 404': (family) => ({ path: `/v1/ai/${family}/runs/nOsUcHrUn1` }),
	'run 400': (family) => ({ ...usual('run', family, ''), json: [] }),
	'run 404': (family) => ({ ...usual('run', family, ''), path: `/v1/ai/${family}/nOsUcHaPp1/run` }),
	'run 422': (family) => ({ ...usual('run', family, ''), json: { inputs: { no: 1 } } }),
	'request_upload 400': (family) => ({
		...usual('request_upload', family, ''),
		json: { files: [] },
	}),
	'request_upload 422': (family) => ({
		...usual('request_upload', family, ''),
		json: { files: [{ content_type: 'image/gif' }] },
	}),
	'creations 400': () => ({ path: '/v1/creations/recent?page=0' }),
	'credit_usage 400': (family) => ({
		...usual('credit_usage', family, ''),
		json: { granularity: 'hour' },
	}),
};

export interface Provoked {
	status: number;
	body: unknown;
	/** Without parameters. */
	mediaType: string;
}

/** Has an operation answer with a status, and returns the answer, whatever its status is. */
export async function provoke(
	emulator: Emulator,
	operation: Operation,
	status: number,
	family: Family,
): Promise<Provoked> {
	const { control } = emulator;
	const run = await runId(emulator, APPS.fourVariations, {
		picture: dataUri(await picture('#777777'), 'image/png'),
	});
	if (operation === 'uploads') await upload(emulator);
	await control.waitIdle();
	const { path, ...options } =
		OTHERS[`${operation} ${String(status)}`]?.(family) ?? usual(operation, family, run);
	if (status === 402) await control.settings({ credits: 0 });
	if (status === 403 && OTHERS[`${operation} 403`] === undefined) {
		await control.settings({ plan: 'none' });
	}
	if (status === 429) {
		await control.settings({ requestsPerIp: { in5s: 1, in120s: 1 } });
	}
	if (status >= 500) await control.addFault({ fault: { kind: 'status', status } });
	const answer = await call(emulator, path, {
		...options,
		...(status === 401 ? { key: 'wrong' } : {}),
	});
	const [mediaType = ''] = (answer.headers.get('content-type') ?? '').split(';');
	return { status: answer.status, body: answer.body, mediaType };
}

async function upload(emulator: Emulator): Promise<void> {
	const { path, ...options } = usual('request_upload', 'apps', '');
	const { body } = await call(emulator, path, options);
	const ticket = record(items(field(body, 'files'))[0]);
	const headers = Object.entries(record(ticket.headers)).map(([name, value]): [string, string] => [
		name,
		text(value),
	]);
	await fetch(text(ticket.upload_url), { method: 'PUT', headers, body: 'bytes' });
}
