import {
	isKnownStatus,
	parseRun,
	parseStartedRun,
	readAssets,
	type Asset,
} from '../../../../nodes/Magnific/api/types';
import { fileExpiry, urlExpiry } from '../../../../nodes/Magnific/runs/expiry';
import { readmeContract } from '../../api/readme';
import { violationsOf } from '../../api/contract';
import {
	answered,
	breaks,
	differs,
	enumerate,
	field,
	good,
	holds,
	inWords,
	isGood,
	list,
	shaped,
	unseen,
	type Area,
	type Finding,
} from '../assumption';
import type { Exchange } from '../exchange';

const RUN_ID = /^[A-Za-z0-9]{6,20}$/;
const FILE_PATH =
	/\/\d+\/(render\.(png|jpg|jpeg|webp)|video\.(mp4|webm)|audio\.(wav|mp3|m4a|ogg))$/;
const HOUR_MS = 3_600_000;

const NONE_STARTED = 'no run was started; ask for one by --app';

const started = (exchanges: Exchange[]): Finding => {
	const seen = answered(exchanges, 'run');
	if (seen.length === 0) return unseen(NONE_STARTED);
	const words = enumerate(seen.map(({ answer }) => answer.status));
	if (seen.some(isGood)) return words === '202' ? holds(words) : differs(words);
	return differs(`nothing was started: ${words}`);
};

const startedAnswer = (exchanges: Exchange[]): Finding => {
	const [one] = good(exchanges, 'run');
	if (!one) return unseen(NONE_STARTED);
	const { body } = one.answer;
	const wrong = violationsOf(readmeContract, 'run', {
		status: 202,
		body,
		mediaType: 'application/json',
	});
	try {
		const id = parseStartedRun(body);
		if (!RUN_ID.test(id)) return differs(`the run id is ${id}`);
	} catch {
		return breaks(`no run id: ${inWords(wrong)}`);
	}
	return wrong.length === 0 ? holds('as noted') : differs(inWords(wrong));
};

const statuses = (exchanges: Exchange[]): Finding => {
	const seen = good(exchanges, 'get_run').map(({ answer: { body } }) => ({
		body,
		status: field(body, 'data', 'status') ?? field(body, 'status'),
	}));
	if (seen.length === 0) return unseen(NONE_STARTED);
	const words = enumerate(seen.map(({ status }) => status));
	if (seen.every(({ status }) => typeof status === 'string' && isKnownStatus(status))) {
		return holds(words);
	}
	const isRead = seen.every(({ body }) => isKnownStatus(readStatus(body)));
	return isRead ? differs(words) : breaks(words);
};

/** As the node reads it; empty where it cannot. */
const readStatus = (body: unknown): string => {
	try {
		return parseRun(body, '').status;
	} catch {
		return '';
	}
};

interface ResultFile {
	asset: Asset;
	/** ISO 8601, of the answer and of the run's end. */
	at: string;
	completedAt: string | null;
}

const files = (exchanges: Exchange[]): ResultFile[] => {
	const byUrl = new Map<string, ResultFile>();
	for (const { at, answer } of good(exchanges, 'get_run')) {
		const run = field(answer.body, 'data') ?? answer.body;
		const result = field(run, 'result');
		const completed = field(run, 'completed_at');
		for (const name of ['images', 'videos', 'audios']) {
			for (const asset of readAssets(field(result, name))) {
				const completedAt = typeof completed === 'string' ? completed : null;
				byUrl.set(asset.url, { asset, at, completedAt });
			}
		}
	}
	return [...byUrl.values()];
};

const ofFiles =
	(judge: (all: ResultFile[]) => Finding) =>
	(exchanges: Exchange[]): Finding => {
		const all = files(exchanges);
		return all.length === 0 ? unseen('no file was made') : judge(all);
	};

const paths = ofFiles((all) => {
	const names = all.map(({ asset }) => new URL(asset.url).pathname);
	const odd = names.filter((path) => !FILE_PATH.test(path));
	return odd.length === 0
		? holds(enumerate(names.map((path) => path.split('/').at(-1))))
		: differs(enumerate(odd));
});

const tokens = ofFiles((all) => {
	const without = all.filter(({ asset }) => urlExpiry(asset.url) === undefined);
	return without.length === 0
		? holds(`all of ${String(all.length)}`)
		: differs(
				`${String(without.length)} of ${String(all.length)} tell none; 12 h after the run’s end are taken`,
			);
});

const lives = ofFiles((all) => {
	const hours = all.map(({ asset, at, completedAt }) => {
		const end = fileExpiry(asset.url, completedAt);
		return end === undefined ? NaN : (end - Date.parse(at)) / HOUR_MS;
	});
	const seen = enumerate(hours.map((life) => `${life.toFixed(1)} h`));
	return hours.every((life) => life > 0 && life < 12.1) ? holds(seen) : differs(seen);
});

const opens = (exchanges: Exchange[]): Finding => {
	const seen = answered(exchanges, 'file', 'result file');
	if (seen.length === 0) return unseen('no file was made');
	const words = enumerate(
		seen.map(
			({ answer }) => `${String(answer.status)} ${answer.headers['content-type'] ?? 'no type'}`,
		),
	);
	if (!seen.every(isGood)) return breaks(words);
	const isMedia = seen.every(({ answer }) =>
		/^(image|video|audio)\//.test(answer.headers['content-type'] ?? ''),
	);
	return isMedia ? holds(words) : differs(words);
};

const inCreations = (exchanges: Exchange[]): Finding => {
	const [after] = good(exchanges, 'creations', 'creations after the run');
	const made = files(exchanges);
	if (!after || made.length === 0) return unseen('no file was made');
	const known = list(field(after.answer.body, 'data')).map((one) =>
		field(one, 'creation', 'identifier'),
	);
	const missing = made.filter(({ asset }) => !known.includes(asset.id));
	return missing.length === 0
		? holds(`all of ${String(made.length)}`)
		: differs(`${String(missing.length)} of ${String(made.length)} are not`);
};

export const RUNS: Area = {
	title: 'Runs',
	assumptions: [
		{ id: 'run.accepted', says: 'A submission is answered by 202, the first time', check: started },
		{
			id: 'run.answer',
			says: 'It tells { status, workflow_run_identifier }, with nothing around it',
			check: startedAnswer,
		},
		shaped(
			'run.shape',
			'A run is data: { run_id, status, app_id, started_at, completed_at, error_message, result }',
			(exchanges) => good(exchanges, 'get_run'),
			({ answer: { body } }) => parseRun(body, ''),
		),
		{ id: 'run.statuses', says: 'Its status is one of six words, in lower case', check: statuses },
		{
			id: 'run.file_urls',
			says: 'Its files are at /<number>/render.png, video.mp4 and the like',
			check: paths,
		},
		{ id: 'run.expiry', says: 'Their URLs tell their end, in token=exp=…', check: tokens },
		{ id: 'run.file_life', says: 'They end within 12 hours', check: lives },
		{ id: 'run.file_opens', says: 'They open without the key, under their type', check: opens },
		{ id: 'run.creations', says: 'They are among the recent creations, by id', check: inCreations },
	],
};
