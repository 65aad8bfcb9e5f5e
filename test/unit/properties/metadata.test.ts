import fc from 'fast-check';
import { readMetadata, withMetadata } from '../../../nodes/Magnific/callbacks/metadata';
import { holds } from './holds';
import { anything, mutation, treacherous, word } from './values';

const metadata = fc.dictionary(
	fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), treacherous),
	fc.string({ unit: 'binary', maxLength: 30 }),
	{ minKeys: 1, maxKeys: 5, noNullPrototype: true },
);

const sent = fc.record({ metadata, key: word(), app: word() });

const URL_BEFORE = 'https://n8n.example.com/webhook/1/magnific?item=3';

const queryOf = (url: string | undefined): Record<string, string> =>
	Object.fromEntries(new URL(url ?? 'https://too.long').searchParams);

const UNIT = fc.constantFrom(...'abcdefABCDEF0123456789-_'.split(''));

describe('metadata in the URL of a callback', () => {
	it('comes back as it went, whatever its names and values, beside what was there', () => {
		holds(
			fc.property(sent, ({ metadata: values, key, app }) => {
				const query = queryOf(withMetadata(URL_BEFORE, values, key, app));
				expect(query.item).toBe('3');
				expect(readMetadata(query, key, app)).toEqual({ metadata: values });
			}),
		);
	});

	it('is dropped after any one change of it, of its signature, of the app or of the key', () => {
		holds(
			fc.property(
				sent,
				fc.constantFrom('meta', 'meta_sig', 'app', 'key'),
				mutation(UNIT),
				({ metadata: values, key, app }, field, mutate) => {
					const { meta = '', meta_sig = '' } = queryOf(withMetadata(URL_BEFORE, values, key, app));
					const signed: Record<string, string> = { meta, meta_sig, app, key };
					const changed: Record<string, string> = {
						...signed,
						[field]: mutate(signed[field] ?? ''),
					};
					fc.pre(changed[field] !== signed[field]);
					expect(
						readMetadata(
							{ meta: changed.meta, meta_sig: changed.meta_sig },
							changed.key ?? '',
							changed.app ?? '',
						),
					).toEqual({ tampered: true });
				},
			),
		);
	});

	it('is none or dropped in any query that was not signed', () => {
		const query = fc.record({ meta: anything, meta_sig: anything }, { requiredKeys: [] });
		holds(
			fc.property(query, word(), word(), (given, key, app) => {
				expect(readMetadata(given, key, app)).not.toHaveProperty('metadata');
			}),
		);
	});

	it('is refused where the URL would get too long, never cut', () => {
		const long = fc.dictionary(word(), fc.string({ maxLength: 900 }), { minKeys: 1, maxKeys: 5 });
		holds(
			fc.property(long, word(), word(), (values, key, app) => {
				const url = withMetadata(URL_BEFORE, values, key, app);
				if (url === undefined) {
					expect(JSON.stringify(values).length).toBeGreaterThan(1_300);
					return;
				}
				expect(url.length).toBeLessThan(2_000);
				expect(readMetadata(queryOf(url), key, app)).toEqual({ metadata: values });
			}),
		);
	});
});
