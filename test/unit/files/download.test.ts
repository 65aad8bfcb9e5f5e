import type { IBinaryData } from 'n8n-workflow';
import { downloader, type RemoteFile } from '../../../nodes/Magnific/files/download';
import { batchOf } from '../support/batch';
import { nodeContext } from '../support/nodeContext';

const fileOf = (index: number): RemoteFile => ({
	what: `file ${String(index)}`,
	id: 'run-1',
	index,
	media_type: 'image',
	url: `https://files.example/${String(index)}.png`,
});

/** Lets everything happen that waits for nothing but promises. */
const settled = async (): Promise<void> => {
	await new Promise((resolve) => {
		setImmediate(resolve);
	});
};

describe('downloads of one execution', () => {
	it('are four at a time, and each file is asked for once', async () => {
		const pending: Array<() => void> = [];
		const asked: string[] = [];
		let most = 0;
		const { context } = nodeContext({
			more: {
				helpers: {
					httpRequest: async ({ url }: { url: string }) => {
						asked.push(url);
						await new Promise<void>((resolve) => {
							pending.push(resolve);
						});
						return { statusCode: 200, headers: {}, body: Buffer.from('picture') };
					},
					prepareBinaryData: async (_: Buffer, fileName: string): Promise<IBinaryData> =>
						await Promise.resolve({ data: '', mimeType: 'image/png', fileName }),
				},
			},
		});
		const download = downloader(context, (await batchOf(context)).pacing);
		const stored = Promise.all(
			Array.from({ length: 10 }, async (_, i) => await download(fileOf(i), 0)),
		);
		for (let done = 0; done < 10; done += 1) {
			await settled();
			most = Math.max(most, pending.length);
			pending.shift()?.();
		}
		expect((await stored).map(({ fileName }) => fileName)).toEqual(
			Array.from({ length: 10 }, (_, i) => expect.stringContaining(String(i)) as string),
		);
		expect([most, asked.length]).toEqual([4, 10]);
	});
});
