import fc from 'fast-check';
import {
	readMetadata,
	withMetadata,
	type Metadata,
	type ReadMetadata,
} from '../../../nodes/Magnific/callbacks/metadata';

const KEY = 'FPSX-a-key';
const APP = 'uqzQLDr2Aw';
const URL_BEFORE = 'https://n8n.example.com/webhook/5c2b/magnific';
const METADATA = { order: '4711', customer: 'Zoë & Söhne <x@example.com>' };

const queryOf = (url: string | undefined): Record<string, unknown> =>
	Object.fromEntries(new URL(url ?? '').searchParams);

const query = (metadata: Metadata = METADATA): Record<string, unknown> =>
	queryOf(withMetadata(URL_BEFORE, metadata, KEY, APP));

const read = (from: Record<string, unknown>, key = KEY, app = APP): ReadMetadata =>
	readMetadata(from, key, app);

describe('metadata in a callback URL', () => {
	it('comes back as it was given', () => {
		expect(read(query())).toEqual({ metadata: METADATA });
	});

	it('comes back whatever is in it, names and texts', () => {
		const text = fc.string({ unit: 'grapheme', maxLength: 20 });
		fc.assert(
			fc.property(fc.dictionary(text, text, { minKeys: 1, maxKeys: 4 }), (metadata) => {
				expect(read(query(metadata))).toEqual({ metadata: { ...metadata } });
			}),
		);
		const odd = Object.fromEntries([
			['__proto__', 'a'],
			['constructor', 'b'],
			['', 'c'],
			['half', '\ud83d'],
		]);
		const back = read(query(odd));
		expect('metadata' in back && Object.entries(back.metadata)).toEqual(Object.entries(odd));
	});

	it('leaves the rest of the URL as it is', () => {
		const before = `${URL_BEFORE}?token=a%20b&item=3`;
		const after = new URL(withMetadata(before, METADATA, KEY, APP) ?? '');
		expect(after.origin + after.pathname).toBe(URL_BEFORE);
		expect(after.searchParams.get('token')).toBe('a b');
		expect(after.searchParams.get('item')).toBe('3');
	});

	it('takes the place of metadata that the URL had before', () => {
		const before = withMetadata(URL_BEFORE, { order: 'old' }, KEY, APP) ?? '';
		const after = withMetadata(before, METADATA, KEY, APP) ?? '';
		expect(new URL(after).searchParams.getAll('meta')).toHaveLength(1);
		expect(read(queryOf(after))).toEqual({ metadata: METADATA });
	});

	it('adds nothing to the URL where there is none', () => {
		expect(withMetadata(URL_BEFORE, {}, KEY, APP)).toBe(URL_BEFORE);
		expect(read({})).toEqual({ none: true });
		expect(read({ item: '3' })).toEqual({ none: true });
	});

	it('does not show the key', () => {
		const url = withMetadata(URL_BEFORE, METADATA, KEY, APP);
		expect(url).not.toContain(KEY);
		expect(url).not.toContain(Buffer.from(KEY).toString('base64url'));
	});

	it('is refused as soon as the URL would have 2,000 characters, and not before', () => {
		const urlWith = (length: number): string | undefined =>
			withMetadata(URL_BEFORE, { note: 'x'.repeat(length) }, KEY, APP);
		const longest = Array.from({ length: 2_000 }, (_, i) => i).findLast(
			(length) => urlWith(length) !== undefined,
		);
		const length = urlWith(longest ?? 0)?.length ?? 0;
		// One more byte makes base64 up to two characters longer.
		expect(length).toBeLessThan(2_000);
		expect(length).toBeGreaterThanOrEqual(1_998);

		const filled = (characters: number): string => `${URL_BEFORE}?${'x'.repeat(characters)}`;
		const room = 2_000 - filled(0).length;
		expect(withMetadata(filled(room - 1), {}, KEY, APP)).toHaveLength(1_999);
		expect(withMetadata(filled(room), {}, KEY, APP)).toBeUndefined();
	});

	it('counts the characters that are sent, not those that the user sees', () => {
		expect(withMetadata(URL_BEFORE, { note: 'ü'.repeat(600) }, KEY, APP)).toBeDefined();
		expect(withMetadata(URL_BEFORE, { note: '🔑'.repeat(600) }, KEY, APP)).toBeUndefined();
	});
});

describe('metadata that was tampered with', () => {
	it('is dropped when it was signed with another key or for another app', () => {
		expect(read(query(), 'another-key')).toEqual({ tampered: true });
		expect(read(query(), KEY, 'anotherApp')).toEqual({ tampered: true });
	});

	it('is dropped when it carries the signature of other metadata', () => {
		const { meta_sig } = query({ order: '4712' });
		expect(read({ ...query(), meta_sig })).toEqual({ tampered: true });
	});

	it.each(['meta', 'meta_sig'])('is dropped when `%s` is missing, repeated or no text', (name) => {
		const good = query();
		for (const value of [undefined, '', [good[name], good[name]], { a: good[name] }, 7, null]) {
			expect(read({ ...good, [name]: value })).toEqual({ tampered: true });
		}
	});

	it('is dropped after any change of a single character', () => {
		const good = query();
		const character = fc.constantFrom(...Array.from('aZ09-_+/= é'));
		fc.assert(
			fc.property(fc.constantFrom('meta', 'meta_sig'), fc.nat(), character, (name, at, to) => {
				const before = String(good[name]);
				const place = at % before.length;
				const after = before.slice(0, place) + to + before.slice(place + 1);
				fc.pre(after !== before);
				expect(read({ ...good, [name]: after })).toEqual({ tampered: true });
			}),
			{ numRuns: 500 },
		);
	});

	it('is not thrown over, whatever the query is', () => {
		const value = fc.oneof(fc.string(), fc.jsonValue());
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom('meta', 'meta_sig', 'item'), value), (any) => {
				const isThere = 'meta' in any || 'meta_sig' in any;
				expect(read(any)).toEqual(isThere ? { tampered: true } : { none: true });
			}),
		);
	});
});
