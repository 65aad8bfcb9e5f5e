import { listedFileOptions, listedItem } from '../../../nodes/Magnific/batch/listedFile';
import { readOutputOptions } from '../../../nodes/Magnific/batch/options';
import type { RemoteFile } from '../../../nodes/Magnific/files/download';
import { refused } from '../support/fixtures';

const FILE: RemoteFile = {
	what: 'the file',
	id: 'file-1',
	index: 0,
	media_type: 'image',
	url: 'https://files.example/1.png',
};
const PICTURE = { data: '', mimeType: 'image/png' };
const wanted = readOutputOptions({ downloadFiles: true, maxFileSize: 3, binaryField: 'photo' });
const download = jest.fn(async () => await Promise.resolve(PICTURE));

beforeEach(() => {
	download.mockClear();
});

describe('a listed file', () => {
	it('comes with its content where that is wanted, under the name that is wanted', async () => {
		expect(await listedItem(2, { name: 'a' }, FILE, wanted, download)).toEqual({
			json: { name: 'a' },
			pairedItem: { item: 2 },
			binary: { photo: PICTURE },
		});
		expect(download.mock.calls).toEqual([[FILE, 3]]);
	});

	it('is not asked for where it is not wanted, or there is none', async () => {
		const bare = { json: { name: 'a' }, pairedItem: { item: 2 } };
		expect(await listedItem(2, { name: 'a' }, FILE, readOutputOptions({}), download)).toEqual(bare);
		expect(await listedItem(2, { name: 'a' }, null, wanted, download)).toEqual(bare);
		expect(download).not.toHaveBeenCalled();
	});

	it('that cannot be had says why, and fails nothing', async () => {
		const broken = refused(404);
		const failing = async (): Promise<never> => await Promise.reject(broken);
		expect(await listedItem(0, { name: 'a' }, FILE, wanted, failing)).toEqual({
			json: { name: 'a', files_missing: broken.message },
			pairedItem: { item: 0 },
		});
	});
});

it('offers an agent no downloads of listed files', () => {
	expect(listedFileOptions.map(({ name, displayOptions }) => [name, displayOptions])).toEqual(
		['downloadFiles', 'maxFileSize', 'binaryField'].map((name) => [
			name,
			{ hide: { '@tool': [true] } },
		]),
	);
});
