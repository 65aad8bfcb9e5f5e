import { uploadable } from '../../../nodes/Magnific/runs/uploadable';
import { file } from '../support/fixtures';

const GIB = 1024 ** 3;

describe('a file that is to be uploaded', () => {
	it('may have up to 1 GiB, or a size that n8n does not tell', () => {
		for (const bytes of [1, GIB, null]) {
			const photo = file({ bytes });
			expect(uploadable('photo', { photo })).toEqual({ file: photo });
		}
	});

	it.each([
		['too large', { photo: file({ bytes: GIB + 1 }) }, /over 1 GiB/],
		['empty', { photo: file({ bytes: 0 }) }, /an empty file/],
		['not readable', { photo: null }, /no file that n8n can read/],
		['not there', { data: file() }, /no binary field of the item; .* are “data”$/],
		['not there, nor any', {}, /no binary field of the item; the item has no binary data$/],
	])('is refused where it is %s', (_, fields, said) => {
		expect(uploadable('photo', fields)).toEqual({
			problem: expect.stringMatching(said) as unknown,
		});
	});
});
