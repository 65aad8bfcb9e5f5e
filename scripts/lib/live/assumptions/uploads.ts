import { isRecord } from '../../../../nodes/Magnific/api/guards';
import { parseUploadTargets } from '../../../../nodes/Magnific/api/types';
import { urlExpiry } from '../../../../nodes/Magnific/runs/expiry';
import {
	answered,
	breaks,
	differs,
	enumerate,
	field,
	good,
	holds,
	isGood,
	list,
	shaped,
	unseen,
	type Area,
	type Finding,
} from '../assumption';
import type { Exchange } from '../exchange';

const HEADERS = 'content-type, x-goog-content-length-range';
const HOUR_MS = 3_600_000;

const tickets = (exchanges: Exchange[]): unknown[] =>
	good(exchanges, 'request_upload').flatMap(({ answer }) => list(field(answer.body, 'files')));

const headers = (exchanges: Exchange[]): Finding => {
	const seen = tickets(exchanges).map((ticket) => {
		const given = field(ticket, 'headers');
		return Object.keys(isRecord(given) ? given : {})
			.map((name) => name.toLowerCase())
			.sort()
			.join(', ');
	});
	if (seen.length === 0) return unseen('no upload address came');
	return seen.every((names) => names === HEADERS) ? holds(HEADERS) : differs(enumerate(seen));
};

const order = (exchanges: Exchange[]): Finding => {
	const seen = good(exchanges, 'request_upload');
	if (seen.length === 0) return unseen('no upload address came');
	const wrong = seen.filter(({ request, answer }) => {
		const asked = list(field(request.body, 'files')).map((file) => field(file, 'content_type'));
		const given = list(field(answer.body, 'files')).map((file) =>
			field(file, 'headers', 'Content-Type'),
		);
		return asked.join() !== given.join();
	});
	return wrong.length === 0
		? holds(`in ${String(seen.length)} answers`)
		: breaks('other types, or fewer');
};

const put = (exchanges: Exchange[]): Finding => {
	const seen = answered(exchanges, 'put_upload');
	if (seen.length === 0) return unseen('nothing was sent');
	const words = seen.map(
		({ request, answer }) => `${request.headers['content-type'] ?? '?'} ${String(answer.status)}`,
	);
	return seen.every(isGood) ? holds(enumerate(words)) : breaks(enumerate(words));
};

const readBack = (exchanges: Exchange[]): Finding => {
	const seen = answered(exchanges, 'file', 'read back');
	if (seen.length === 0) return unseen('no file was there to be read');
	const words = seen.map(({ answer, facts = {} }) => {
		const type = answer.headers['content-type'] ?? 'no type';
		if (!facts.same_bytes) return `${type} ${String(answer.status)}, other bytes`;
		return type === facts.content_type ? type : `${type} for ${String(facts.content_type)}`;
	});
	if (!seen.every((one) => isGood(one) && one.facts?.same_bytes === true)) {
		return breaks(enumerate(words));
	}
	return words.some((word) => word.includes(' for '))
		? differs(enumerate(words))
		: holds(enumerate(words));
};

const expiry = (exchanges: Exchange[]): Finding => {
	const lives = good(exchanges, 'request_upload').flatMap(({ at, answer }) =>
		list(field(answer.body, 'files')).map((file) => {
			const url = field(file, 'asset_url');
			const end = typeof url === 'string' ? urlExpiry(url) : undefined;
			return end === undefined ? null : (end - Date.parse(at)) / HOUR_MS;
		}),
	);
	if (lives.length === 0) return unseen('no upload address came');
	if (lives.includes(null)) return differs('the URL does not tell its end');
	const seen = enumerate(lives.map((hours) => `${(hours ?? 0).toFixed(0)} h`));
	return lives.every((hours) => hours !== null && hours > 23 && hours < 25)
		? holds(seen)
		: differs(seen);
};

const isListed = (exchanges: Exchange[]): Finding => {
	const [answer] = good(exchanges, 'uploads');
	const sent = good(exchanges, 'request_upload', 'upload').flatMap((one) =>
		list(field(one.answer.body, 'files')).map((file) => field(file, 'file_id')),
	);
	if (!answer || sent.length === 0) return unseen('nothing was uploaded, or the list did not come');
	const ids = list(field(answer.answer.body, 'files')).map((file) => field(file, 'file_id'));
	const missing = sent.filter((id) => !ids.includes(id));
	return missing.length === 0
		? holds(`all of ${String(sent.length)}`)
		: differs(`${String(missing.length)} of ${String(sent.length)} are not in it`);
};

export const UPLOADS: Area = {
	title: 'Uploads',
	assumptions: [
		shaped(
			'upload.shape',
			'Upload addresses are files: [{ file_id, upload_url, headers, expires_in, asset_url, … }]',
			(exchanges) => good(exchanges, 'request_upload'),
			({ answer: { body } }) => parseUploadTargets(body),
		),
		{ id: 'upload.order', says: 'There is one for each file, in order', check: order },
		{ id: 'upload.headers', says: `Their headers are ${HEADERS}`, check: headers },
		{ id: 'upload.put', says: 'The storage takes a PUT with these, without the key', check: put },
		{
			id: 'upload.read_back',
			says: 'asset_url gives the same bytes, under their type',
			check: readBack,
		},
		{ id: 'upload.expiry', says: 'asset_url tells its end, a day from now', check: expiry },
		{
			id: 'upload.refused_type',
			says: 'A type that the upload does not take is answered by 422',
			check: (exchanges) => {
				const [one] = answered(exchanges, 'request_upload', 'refused type');
				if (!one) return unseen('was not asked');
				const { status } = one.answer;
				return status === 422 ? holds('422') : differs(String(status));
			},
		},
		shaped(
			'uploads.shape',
			'The account’s uploads are files: [{ file_id, content_type, size_bytes, … }]',
			(exchanges) => good(exchanges, 'uploads'),
		),
		{ id: 'uploads.listed', says: 'What was uploaded is in that list', check: isListed },
	],
};
