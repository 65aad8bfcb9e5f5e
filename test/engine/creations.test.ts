import { setTimeout as sleep } from 'node:timers/promises';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { soundToWaveform } from '../../emulator/apps/soundToWaveform';
import { isRecord } from '../../nodes/Magnific/api/guards';
import { binary, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, fields, inputId } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const PICTURE = inputId(fourVariations, 'Picture');
const started = { wait: 'none' };
const given = (value: string) => appRun(fourVariations, fields(fourVariations, { Picture: value }));
const startGiven = (value: string) => ({ ...given(value), ...started });

const itemWith = (data: IBinaryData): INodeExecutionData => ({ json: {}, binary: { data } });

/** What was sent as the picture of each run. */
const sent = async (): Promise<unknown[]> =>
	(await local.control.runs()).map(({ inputs }) => inputs[PICTURE]);

const uploadedUrl = (): unknown =>
	expect.stringMatching(new RegExp(`^${local.url}/files/\\w+\\.png\\?`));

/** The log shortens long strings to their first hundred characters. */
const base64Of = (bytes: Buffer): string => {
	const text = bytes.toString('base64');
	return text.length > 2_000 ? `${text.slice(0, 100)}… (${String(text.length)} characters)` : text;
};

describe.each(['memory', 'disk'] as const)('a binary field kept in %s', (place) => {
	let red: IBinaryData;
	let blue: IBinaryData;

	beforeAll(async () => {
		await keepFilesIn(place);
		red = binary(await picture('red'), 'image/png', 'red.png');
		blue = binary(await picture('blue'), 'image/png', 'blue.png');
	});

	it('is uploaded without the API key and with the address’s own headers, and its URL is sent', async () => {
		const { json } = await local.run(given('data'), { items: [itemWith(red)] });
		expect(json.map(({ status }) => status)).toEqual(['completed_with_errors']);
		expect(await sent()).toEqual([uploadedUrl()]);

		const size = Buffer.from(red.data, 'base64').length;
		const [asked] = await local.requests('request_upload');
		expect(asked?.body).toEqual({ files: [{ content_type: 'image/png' }] });
		const puts = await local.requests('put_upload');
		expect(puts).toHaveLength(1);
		expect(puts[0]).toMatchObject({ status: 200, has_key: false, body: { size } });
		expect(puts[0]?.headers).toMatchObject({
			'content-type': 'image/png',
			'content-length': String(size),
			'x-goog-content-length-range': '0,1073741824',
		});
		expect(puts[0]?.headers).not.toHaveProperty('transfer-encoding');
	});

	it('is uploaded once, however many items hold the same file', async () => {
		await local.run(startGiven('data'), { items: [red, blue, red, red].map(itemWith) });
		const [first, second, third, fourth] = await sent();
		expect([third, fourth]).toEqual([first, first]);
		expect(second).not.toBe(first);
		expect(await local.count('request_upload')).toBe(1);
		expect(await local.count('put_upload')).toBe(2);
	});

	it('is uploaded again after a broken try', async () => {
		await local.control.addFault({ route: 'put_upload', fault: { kind: 'reset_before' } });
		await local.control.addFault({
			route: 'request_upload',
			fault: { kind: 'status', status: 503 },
		});
		await local.run(startGiven('data'), { items: [itemWith(red)] });
		expect(await sent()).toEqual([uploadedUrl()]);
		expect(await local.count('request_upload')).toBe(3);
		const addresses = (await local.requests('put_upload')).map(({ path }) => path);
		expect(addresses).toHaveLength(2);
		expect(new Set(addresses).size).toBe(2);
	});

	it('is uploaded to a fresh address when storage says that the first has expired', async () => {
		await local.control.addFault({
			route: 'put_upload',
			fault: { kind: 'status', status: 403, body: '<Error><Code>ExpiredToken</Code></Error>' },
		});
		await local.run(startGiven('data'), { items: [itemWith(red)] });
		expect(await sent()).toEqual([uploadedUrl()]);
		expect(await local.count('request_upload')).toBe(2);
	});

	it.each([
		['image/jpg', 'photo.jpg', 'jpeg', 'image/jpeg'],
		['application/octet-stream', undefined, 'png', 'image/png'],
		['text/plain', 'photo.png', 'png', 'image/png'],
		['text/plain', 'photo', 'jpeg', 'image/jpeg'],
		['application/octet-stream', 'photo.jfif', 'jpeg', 'image/jpeg'],
		['image/png', 'photo.png', 'jpeg', 'image/jpeg'],
		['audio/mpeg', 'song.mp3', 'png', 'image/png'],
	] as const)(
		'labelled %s and named %s goes by its first bytes, a %s, as %s',
		async (label, name, format, contentType) => {
			const { fileName, ...unnamed } = binary(await picture('red', format), label, name ?? '');
			const file = name === undefined ? unnamed : { ...unnamed, fileName };
			await local.run(startGiven('data'), { items: [itemWith(file)] });
			const [asked] = await local.requests('request_upload');
			expect(asked?.body).toEqual({ files: [{ content_type: contentType }] });
			expect((await local.requests('put_upload'))[0]?.headers['content-type']).toBe(contentType);
			expect(await local.count('run')).toBe(1);
		},
	);

	it('of a photo of 6 MB that is labelled image/jpg is uploaded as image/jpeg', async () => {
		const bytes = Buffer.concat([await picture('red', 'jpeg'), Buffer.alloc(6_000_000)]);
		await local.run(startGiven('data'), {
			items: [itemWith(binary(bytes, 'image/jpg', 'photo.jpg'))],
		});
		const puts = await local.requests('put_upload');
		expect(puts.map(({ body }) => body)).toEqual([
			{ size: bytes.length, content_type: 'image/jpeg' },
		]);
		expect(await local.count('run')).toBe(1);
	});

	it('of a recording of 20 MB that n8n calls audio/x-m4a is uploaded as audio/mp4', async () => {
		await local.control.settings({ uploadTypes: ['audio/mp4'] });
		const bytes = Buffer.concat([
			Buffer.from('\0\0\0\x18ftypM4A \0\0\0\0'),
			Buffer.alloc(20_000_000),
		]);
		const parameters = appRun(soundToWaveform, fields(soundToWaveform, { Recording: 'data' }));
		await local.run(
			{ ...parameters, ...started },
			{ items: [itemWith(binary(bytes, 'audio/x-m4a', 'memo.m4a'))] },
		);
		expect((await local.requests('put_upload'))[0]?.headers['content-type']).toBe('audio/mp4');
		expect(await local.count('run')).toBe(1);
	});

	it.each([
		['a web page', Buffer.from('<!doctype html><p>Log in'), /needs an image, .* is text\/html/],
		['nothing', Buffer.alloc(0), /whose file is empty|holds no file/],
	])(
		'that is %s and labelled as a picture is refused before anything is spent',
		async (_, bytes, said) => {
			const { error } = await local.run(startGiven('data'), {
				items: [itemWith(binary(bytes, 'image/png', 'photo.png')), itemWith(red)],
			});
			expect(error?.message).toMatch(said);
			expect(await local.count('request_upload', 'put_upload', 'run')).toBe(0);
		},
	);

	it('is sent as base64 when its type cannot be uploaded, the other files are uploaded', async () => {
		const gif = await picture('red', 'gif');
		await local.run(startGiven('data'), {
			items: [itemWith(red), itemWith(binary(gif, 'image/gif', 'red.gif')), itemWith(blue)],
		});
		expect(await sent()).toEqual([uploadedUrl(), base64Of(gif), uploadedUrl()]);
		expect(await local.count('put_upload')).toBe(2);
	});

	it('is sent as base64 when its upload address refuses it', async () => {
		await local.control.addFault({
			route: 'put_upload',
			times: -1,
			fault: { kind: 'status', status: 403, body: '<Error/>' },
		});
		await local.run(startGiven('data'), { items: [itemWith(red)] });
		expect(await sent()).toEqual([base64Of(Buffer.from(red.data, 'base64'))]);
		expect(await local.count('put_upload')).toBe(3);
	});

	it('that cannot be uploaded and is too large for base64 fails its item, naming file and limit', async () => {
		const large = binary(Buffer.alloc(5_000_001), 'image/tiff', 'large.tiff');
		const { error } = await local.run(startGiven('data'), { items: [itemWith(large)] });
		expect(error?.message).toMatch(
			/^Item 0: The file “data” \(image\/tiff, of 6 MB\) cannot be sent: .* over the 5 MB that can be sent inside the request$/,
		);
		expect(await local.count('request_upload', 'put_upload', 'run')).toBe(0);
	});

	it('whose upload goes on failing fails its item alone where the node continues', async () => {
		await local.control.addFault({
			route: 'put_upload',
			times: 3,
			fault: { kind: 'status', status: 500, body: '<Error/>' },
		});
		const { json, failed } = await local.run(startGiven('data'), {
			items: [
				itemWith(red),
				{ json: {}, binary: { data: binary(Buffer.from('RIFF'), 'audio/wav', 'a.wav') } },
			],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(json).toEqual([]);
		expect(failed.map(({ json: { error } }) => error)).toEqual([
			'The upload of the binary field “data” was refused (500)',
			'“Picture” needs an image, but the binary field “data” is audio/wav',
		]);
		expect(await local.count('run')).toBe(0);
	});

	it('may hold a sound, whose type is told by its name where it says nothing itself', async () => {
		await local.control.settings({ uploadTypes: ['audio/wav'] });
		const parameters = appRun(soundToWaveform, fields(soundToWaveform, { Recording: 'data' }));
		await local.run(
			{ ...parameters, ...started },
			{ items: [itemWith(binary(Buffer.from('RIFF'), 'application/octet-stream', 'a.wav'))] },
		);
		expect((await local.requests('put_upload'))[0]?.headers['content-type']).toBe('audio/wav');
		expect(await local.count('run')).toBe(1);
	});
});

it('closes every file that it has looked into or tried to upload', async () => {
	await keepFilesIn('disk');
	const opened = jest.spyOn(Container.get(BinaryDataService), 'getAsStream');
	await local.control.settings({ fileOrigin: 'http://127.0.0.1:9' });
	const red = await picture('red');
	// More than a stream reads ahead: one that was read to its end closes by itself.
	const items = Array.from({ length: 8 }, (_, i) =>
		itemWith(binary(Buffer.concat([red, Buffer.alloc(300_000, i)]), 'image/png', 'a.png')),
	);
	const { error } = await local.run(startGiven('data'), { items });
	expect(error?.message).toContain('could not be reached');
	const streams = await Promise.all(
		opened.mock.results.map((result): unknown => result.type === 'return' && result.value),
	);
	opened.mockRestore();
	expect(streams).toHaveLength(8 + 3 * 8);
	// Closing a file takes a moment.
	await sleep(100);
	expect(streams.map((stream) => isRecord(stream) && stream.destroyed && stream.closed)).toEqual(
		streams.map(() => true),
	);
});

describe('a creation given as', () => {
	it('a URL is sent as it is', async () => {
		await local.run(startGiven('https://example.com/a.png?size=2'));
		expect(await sent()).toEqual(['https://example.com/a.png?size=2']);
		expect(await local.count('request_upload')).toBe(0);
	});

	it('a data: URI or base64 is sent as it is', async () => {
		const bytes = await picture('red');
		const base64 = bytes.toString('base64');
		await local.run(startGiven('={{ $json.picture }}'), {
			items: [
				{ json: { picture: `data:image/png;base64,${base64}` } },
				{ json: { picture: base64 } },
			],
		});
		expect(await sent()).toEqual([`data:image/png;base64,${base64}`, base64]);
		expect(await local.count('request_upload')).toBe(0);
	});

	it('the id of a creation is sent as it is', async () => {
		await keepFilesIn('memory');
		await local.run(given('data'), {
			items: [itemWith(binary(await picture('red'), 'image/png', 'red.png'))],
		});
		const [asked] = await local.requests('put_upload');
		const id = asked?.path.split('/').at(-1) ?? '';
		const { json } = await local.run(given(id));
		expect(json.map(({ status }) => status)).toEqual(['completed_with_errors']);
		expect((await sent())[1]).toBe(id);
	});
});
