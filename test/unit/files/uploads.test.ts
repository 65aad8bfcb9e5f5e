import { ApiError, transferForbidden, transferRefused } from '../../../nodes/Magnific/api/errors';
import type { UploadTarget } from '../../../nodes/Magnific/api/types';
import type { BinaryFile } from '../../../nodes/Magnific/runs/types';
import { uploadFiles, type Uploaded } from '../../../nodes/Magnific/files/uploads';
import { broken, file, refused, world } from '../support/fixtures';

interface Storage {
	/** What the n-th request for addresses (from 0) meets. */
	requestMeets?: (contentTypes: string[], request: number) => ApiError | undefined;
	/** What the n-th try (from 0) to send this file meets. */
	putMeets?: (file: BinaryFile, attempt: number) => ApiError | undefined;
	/** How many addresses the server gives at most in one answer. */
	mostTargets?: number;
	readMeets?: Error;
	/** What n8n knows of a file whose item does not tell its size, in bytes. */
	size?: number;
}

/** Uploads the files to a storage that behaves like this, and tells what it saw. */
const upload = async (files: BinaryFile[], storage: Storage = {}, stopAfterMs = Infinity) => {
	const { clock, seams, stop } = world();
	const requests: string[][] = [];
	const puts: Array<{ fileKey: string; upload_url: string }> = [];
	let targets = 0;
	let inside = 0;
	let mostAtOnce = 0;
	let oldestMs = 0;
	const given = new Map<string, number>();
	const api = {
		requestUploads: async (contentTypes: string[]): Promise<UploadTarget[]> => {
			requests.push(contentTypes);
			await clock.sleep(50);
			const error = storage.requestMeets?.(contentTypes, requests.length - 1);
			if (error) throw error;
			return contentTypes.slice(0, storage.mostTargets ?? Infinity).map((contentType) => {
				const name = `${contentType}-${String(targets++)}`;
				given.set(`https://storage.example/${name}`, clock.now());
				return {
					upload_url: `https://storage.example/${name}`,
					asset_url: `https://files.example/${name}`,
					headers: { 'content-type': contentType },
				};
			});
		},
	};
	const mover = {
		put: async (moved: BinaryFile, { upload_url, headers }: UploadTarget): Promise<void> => {
			expect(headers['content-type']).toBe(moved.mimeType);
			const attempt = puts.filter(({ fileKey }) => fileKey === moved.fileKey).length;
			puts.push({ fileKey: moved.fileKey, upload_url });
			oldestMs = Math.max(oldestMs, clock.now() - (given.get(upload_url) ?? 0));
			inside += 1;
			mostAtOnce = Math.max(mostAtOnce, inside);
			await clock.sleep(500);
			inside -= 1;
			const error = storage.putMeets?.(moved, attempt);
			if (error) throw error;
		},
		sizeOf: async ({ bytes }: BinaryFile): Promise<number> =>
			await Promise.resolve(bytes ?? storage.size ?? 0),
		readBase64: async ({ fileKey }: BinaryFile): Promise<string> => {
			if (storage.readMeets) throw storage.readMeets;
			return await Promise.resolve(`base64 of ${fileKey}`);
		},
	};
	if (stopAfterMs < Infinity) {
		void clock.sleep(stopAfterMs).then(() => {
			stop.abort();
		});
	}
	const uploaded = await clock.run(uploadFiles(files, api, mover, seams));
	return { uploaded, requests, puts, mostAtOnce, oldestMs, clock };
};

const files = (count: number): BinaryFile[] =>
	Array.from({ length: count }, (_, i) => file({ fileKey: `file-${String(i)}` }));

const valuesOf = (uploaded: Map<string, Uploaded>): unknown[] =>
	[...uploaded.values()].map((result) => ('value' in result ? result.value : result.error.kind));

describe('the upload of files', () => {
	it('sends each distinct file once, whichever items hold it', async () => {
		const photo = file({ fileKey: 'photo' });
		const clip = file({ fileKey: 'clip', mimeType: 'video/mp4' });
		const { uploaded, requests, puts } = await upload([
			photo,
			clip,
			{ ...photo, itemIndex: 1, field: 'other' },
			{ ...photo, itemIndex: 2 },
		]);
		expect(requests).toEqual([['image/png', 'video/mp4']]);
		expect(puts).toHaveLength(2);
		expect(uploaded).toEqual(
			new Map([
				['photo', { value: 'https://files.example/image/png-0' }],
				['clip', { value: 'https://files.example/video/mp4-1' }],
			]),
		);
	});

	it('asks for nothing where there is no file', async () => {
		const { uploaded, requests } = await upload([]);
		expect(uploaded.size).toBe(0);
		expect(requests).toEqual([]);
	});

	it('asks for fourteen addresses at most when their files are about to be sent, and moves no more at once', async () => {
		const { uploaded, requests, mostAtOnce, oldestMs } = await upload(files(35));
		expect(requests.map(({ length }) => length)).toEqual([14, 14, 7]);
		expect(uploaded.size).toBe(35);
		expect(new Set(valuesOf(uploaded)).size).toBe(35);
		expect(mostAtOnce).toBe(14);
		expect(oldestMs).toBe(0);
	});

	it('asks for the rest one by one where the server gives fewer addresses than asked', async () => {
		const { uploaded, requests } = await upload(files(5), { mostTargets: 2 });
		expect(requests.map(({ length }) => length)).toEqual([5, 1, 1, 1]);
		expect(new Set(valuesOf(uploaded)).size).toBe(5);
	});

	it('sends a small file as base64 where the server does not take its type, and uploads the others', async () => {
		const odd = file({ fileKey: 'odd', mimeType: 'image/tiff', bytes: 5_000_000 });
		const { uploaded, requests } = await upload([...files(2), odd], {
			requestMeets: (contentTypes) =>
				contentTypes.includes('image/tiff') ? refused(400, { message: 'No tiff' }) : undefined,
		});
		expect(requests).toEqual([
			['image/png', 'image/png', 'image/tiff'],
			['image/png'],
			['image/png'],
			['image/tiff'],
		]);
		expect(valuesOf(uploaded)).toEqual([
			'https://files.example/image/png-0',
			'https://files.example/image/png-1',
			'base64 of odd',
		]);
	});

	it.each([7_300_000, null])(
		'says clearly that a refused file of 7.3 MB is too large for base64 (the item says %p)',
		async (bytes) => {
			const large = file({ field: 'clip', mimeType: 'video/mp4', bytes });
			const { uploaded } = await upload([large], {
				requestMeets: () => refused(422, { message: 'Type not supported' }),
				size: 7_300_000,
			});
			expect(uploaded.get(large.fileKey)).toMatchObject({
				error: {
					kind: 'rejected',
					httpCode: 422,
					message: `The file “clip” (video/mp4, of 8 MB) cannot be sent: Magnific’s upload does not take it (Magnific did not accept an input: Type not supported), and it is over the 5 MB that can be sent inside the request`,
					advice: expect.stringContaining('public address') as unknown,
				},
			});
		},
	);

	it('sends a small file as base64 whose size only n8n knows', async () => {
		const { uploaded } = await upload([file({ fileKey: 'odd', bytes: null })], {
			requestMeets: () => refused(400, { message: 'No such type' }),
			size: 5_000_000,
		});
		expect(valuesOf(uploaded)).toEqual(['base64 of odd']);
	});

	it('sends a small file as base64 where the address does not take it', async () => {
		const { uploaded, puts } = await upload(files(2), {
			putMeets: ({ fileKey }) =>
				fileKey === 'file-1' ? transferRefused('The upload', 403) : undefined,
		});
		expect(valuesOf(uploaded)).toEqual(['https://files.example/image/png-0', 'base64 of file-1']);
		expect(puts).toHaveLength(4);
	});

	it('takes a fresh address where storage refuses one that has expired', async () => {
		const { uploaded, puts } = await upload(files(2), {
			putMeets: ({ fileKey }, attempt) =>
				fileKey === 'file-1' && attempt === 0 ? transferRefused('The upload', 403) : undefined,
		});
		expect(puts.map(({ upload_url }) => upload_url.at(-1))).toEqual(['0', '1', '2']);
		expect(valuesOf(uploaded)).toEqual([
			'https://files.example/image/png-0',
			'https://files.example/image/png-2',
		]);
	});

	it('says of a large file what storage said, not that its type is wrong', async () => {
		const large = file({ mimeType: 'video/mp4', bytes: 300_000_000 });
		const { uploaded, puts } = await upload([large], {
			putMeets: () => transferRefused('The upload of “data”', 403),
		});
		expect(puts).toHaveLength(3);
		expect(uploaded.get(large.fileKey)).toMatchObject({
			error: { message: 'The upload of “data” was refused (403)', httpCode: 403 },
		});
	});

	it('does not try an address again that may not be called', async () => {
		const { puts } = await upload(files(1), {
			putMeets: () => transferForbidden('The upload address is a private one', 'Use a URL.'),
		});
		expect(puts).toHaveLength(1);
	});

	it('moves a file again after a broken transfer, to a fresh address each time', async () => {
		const { uploaded, puts } = await upload(files(1), {
			putMeets: (_, attempt) => [broken('ECONNRESET'), transferRefused('The upload', 500)][attempt],
		});
		expect(puts).toEqual(
			[0, 1, 2].map((address) => ({
				fileKey: 'file-0',
				upload_url: `https://storage.example/image/png-${String(address)}`,
			})),
		);
		expect(valuesOf(uploaded)).toEqual(['https://files.example/image/png-2']);
	});

	it('moves a large file again to a fresh address, as that of a transfer that broke may have died', async () => {
		const clip = file({ fileKey: 'clip', mimeType: 'video/mp4', bytes: 300_000_000 });
		const { uploaded, requests, puts } = await upload([clip], {
			putMeets: (_, attempt) => (attempt === 0 ? broken('ECONNRESET') : undefined),
		});
		expect(puts.map(({ upload_url }) => upload_url)).toEqual([
			'https://storage.example/video/mp4-0',
			'https://storage.example/video/mp4-1',
		]);
		expect(requests).toEqual([['video/mp4'], ['video/mp4']]);
		expect(valuesOf(uploaded)).toEqual(['https://files.example/video/mp4-1']);
	});

	it('gives up on a file after three broken transfers, and not on the others', async () => {
		const { uploaded, puts } = await upload(files(2), {
			putMeets: ({ fileKey }) => (fileKey === 'file-0' ? broken('ECONNRESET') : undefined),
		});
		expect(puts.filter(({ fileKey }) => fileKey === 'file-0')).toHaveLength(3);
		expect(uploaded.get('file-0')).toMatchObject({ error: { kind: 'network' } });
		expect(uploaded.get('file-1')).toEqual({ value: 'https://files.example/image/png-1' });
	});

	it('asks again for addresses after passing trouble', async () => {
		const { uploaded, requests } = await upload(files(3), {
			requestMeets: (_, request) => [refused(500), refused(429, {}, '5')][request],
		});
		expect(requests).toHaveLength(3);
		expect(uploaded.size).toBe(3);
	});

	it.each([
		[500, 5],
		[401, 1],
		[403, 1],
	])('fails all files of a request that meets nothing but %i', async (statusCode, tries) => {
		const { uploaded, requests, puts } = await upload(files(3), {
			requestMeets: () => refused(statusCode),
		});
		expect(requests).toHaveLength(tries);
		expect(puts).toEqual([]);
		expect([...uploaded.values()]).toEqual(
			[1, 2, 3].map(() => ({
				error: expect.objectContaining({ httpCode: statusCode }) as unknown,
			})),
		);
	});

	it('fails a file alone that cannot be read for base64', async () => {
		const { uploaded } = await upload(files(1), {
			requestMeets: () => refused(400),
			readMeets: refused(404),
		});
		expect(uploaded.get('file-0')).toMatchObject({ error: { httpCode: 404 } });
	});

	it('ends when the execution is stopped: what was not sent has an error, and nothing more is sent', async () => {
		const { uploaded, requests, puts } = await upload(files(30), {}, 60);
		expect(requests).toHaveLength(1);
		expect(puts).toHaveLength(14);
		expect(valuesOf(uploaded).slice(14)).toEqual(Array.from({ length: 16 }, () => 'stopped'));
	});
});
