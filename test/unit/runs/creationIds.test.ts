import fc from 'fast-check';
import {
	isCreationId,
	isStorageNote,
	looksLikeFieldName,
} from '../../../nodes/Magnific/runs/creationIds';
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

	it.each([
		['pic7x12', 'pic7x345', 'the same with another number'],
		['summer1', 'summer1look', 'its beginning'],
		['a_-1-b', 'a1b2c3', 'its beginning, of three letters'],
		['xbc1def3', 'abc1def2', 'two slips in eight letters'],
		['a-1-bc', 'a2bc', 'one slip in four letters'],
		['a-1-bc', 'a1c', 'a letter more than in three'],
		['ip7c3fa', 'pi7c3fa', 'two letters swapped'],
	])('is not %j where “%s” is a field: it is %s', (text, field) => {
		expect(isCreationId(text, [field])).toBe(false);
	});

	it.each([
		['7summer', '7summerlook', 'its beginning, but no word'],
		['look7x', 'summerlook7x', 'its end'],
		['_-_-a1', 'a1b2c3', 'its beginning, of two letters'],
		['1-2-3_', '456', 'a number too'],
		['xbc1dey', 'abc1def', 'two slips in seven letters away'],
		['a-1-b_', 'a2b', 'one slip in three letters away'],
		['a1xyd2', 'a1pqd2', 'two other letters away'],
		['a1xyd2', 'a1yzd2', 'one letter less and one more away'],
		['a1xyd2', 'a1zxd2', 'one letter more and one less away'],
		['pi7cf3b', 'pic7f3a', 'two swapped letters and a slip away'],
		['qi7cf3a', 'pic7f3a', 'a slip and two swapped letters away'],
	])('may be %j where “%s” is a field: it is %s', (text, field) => {
		expect(isCreationId(text, [field])).toBe(true);
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

describe('a name as people give it to a field', () => {
	it.each([
		'data',
		'IMAGE',
		'productPhoto',
		'ProductPhoto',
		'summerLook',
		'summer-look_2',
		'photo12',
		'photo_1234',
		'front_2',
		'box',
		'go',
		'my_photo_',
		// What these end in names files, however the rest is read.
		'xjqzImg',
		'img',
		'jkImages',
	])('is %s', (name) => {
		expect(looksLikeFieldName(name)).toBe(true);
	});

	it.each([
		['e', 'one letter'],
		['bcdfg', 'no word, without a vowel'],
		['XKCD', 'no word in capitals'],
		['aeiou', 'no word, with nothing but vowels'],
		['qwert', 'no word of English'],
		['sumerLk', 'a hump that is none'],
		['dataXkq', 'a second word that is none'],
		['hEllo', 'capitals where no word begins'],
		['HElloWorld', 'two capitals in a row'],
		['helloW', 'a capital at the end'],
		['BIGname', 'capitals before small letters'],
		['one_hEL', 'a part that is a mixture'],
		['photo1234', 'a long number right behind a word'],
		['front2', 'a number right behind another word than a file’s'],
		['front_23456', 'too long a number'],
		['1data', 'a number in front'],
		['data_1x', 'a letter behind the number'],
		['', 'nothing'],
	])('is not %j: %s', (name) => {
		expect(looksLikeFieldName(name)).toBe(false);
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
