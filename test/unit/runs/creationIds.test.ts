import fc from 'fast-check';
import { isCreationId, isStorageNote } from '../../../nodes/Magnific/runs/creationIds';
import { holds } from '../properties/holds';

const IDS = [
	'LSFgqqrswO',
	'vCrK3Aa47y',
	'a1b2c3d4',
	'abc123',
	'photo12345',
	'nosuchcreation1',
	'1234567',
	'upl_img_a1b2c3',
	'V1StGXR8_Z5jdHi6B-myT',
	'3f2b8c1e-0c1d-4e5f-8a9b-0c1d2e3f4a5b',
];

const FIELD_NAMES = [
	'attachment_0',
	'productPhoto',
	'ProductPhoto',
	'product_photo',
	'product-photo',
	'image_1',
	'image1',
	'image123',
	'photo-1',
	'heroShot2',
	'IMG_1234',
	'data_10',
	'picture',
	'screenshot',
	'backgroundMusic',
	'voiceover',
	'THUMBNAIL',
	'Attachment',
	'undefined',
	'binaryData',
	'file_2_',
];

describe('the id of a creation', () => {
	it.each(IDS)('may be %s, whether or not the item has binary data', (id) => {
		expect(
			[[], ['data'], ['data', 'attachment_0']].map((fields) => isCreationId(id, fields)),
		).toEqual([true, true, true]);
	});

	it.each(FIELD_NAMES)('is not built like %s, the name of a field', (name) => {
		expect(isCreationId(name, [])).toBe(false);
		expect(isCreationId(name, ['other'])).toBe(false);
	});

	it.each([
		'data',
		'Data',
		'null',
		'true',
		'[object Object]',
		'my photo',
		'image.png',
		'/home/x.png',
		'',
	])('is not %j either', (text) => {
		expect(isCreationId(text, [])).toBe(false);
	});

	it.each([
		['dat', 'data'],
		['data1', 'data'],
		['DATA', 'data'],
		['pic7f3a', 'pic7f3b'],
		['Pic_7F3A', 'pic7f3a'],
		['pic7f3', 'pic7f3a'],
		['p1c7f3a', 'pic7f3a'],
		['pi7cf3a', 'pic7f3a'],
		['scan20x1', 'scan20x'],
	])('is not %j where “%s” is a field: it is taken for a slip of it', (text, field) => {
		expect(isCreationId(text, [field])).toBe(false);
	});

	it('is seldom refused for the looks that chance gave it', () => {
		const id = fc.stringMatching(/^[A-Za-z0-9]{10}$/);
		const refused = fc
			.sample(id, { numRuns: 20_000, seed: 7 })
			.filter((text) => !isCreationId(text, ['data', 'photo']));
		expect(refused.length).toBeLessThan(25);
	});

	it('is anything that has a digit in its midst', () => {
		const letters = fc.stringMatching(/^[a-z]{4}$/);
		holds(
			fc.property(letters, fc.nat(9), letters, (before, digit, after) => {
				expect(isCreationId(`${before}${String(digit)}${after}`, [])).toBe(true);
			}),
		);
	});
});

describe('n8n’s note of where it keeps a file', () => {
	it.each([
		'filesystem-v2',
		'filesystem',
		's3',
		'database',
		'azure',
		'filesystem-v2:workflows/a/b',
	])('is %s', (text) => {
		expect(isStorageNote(text)).toBe(true);
	});

	it.each(['s3cr3tId42', 'filesystems', 'https://s3', 'databaseX'])('is not %s', (text) => {
		expect(isStorageNote(text)).toBe(false);
	});
});
