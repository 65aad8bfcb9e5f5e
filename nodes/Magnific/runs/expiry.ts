/** Asset URLs live this long after the run's end where they do not tell themselves (API doc). */
const ASSET_LIFE_MS = 12 * 60 * 60 * 1000;

/** A number of this size or more counts ms, not s. */
const FIRST_IN_MS = 1e11;
/** No URL expired before 2001: a smaller number is no time. */
const FIRST_IN_S = 1e9;

const unixMs = (text: string | null | undefined): number | undefined => {
	const number = text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN;
	if (!(number >= FIRST_IN_S) || number > FIRST_IN_MS * 100) return undefined;
	return number < FIRST_IN_MS ? number * 1000 : number;
};

/** `20261126T183557Z` in ms. */
const compactMs = (text: string | null): number | undefined => {
	const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
	if (!parts) return undefined;
	const [, year, month, day, hour, minute, second] = parts;
	const ms = Date.parse(
		`${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${String(second)}Z`,
	);
	return Number.isNaN(ms) ? undefined : ms;
};

/**
 * When a signed URL stops working, in ms since the epoch, as far as it says so itself: the `exp` of
 * a token (`token=exp=<unix s>~hmac=…`, as Magnific's have it), `Expires`, or the date and life of a
 * signature of Amazon's or Google's kind. The earliest, where it says more than one.
 */
export const urlExpiry = (url: string): number | undefined => {
	if (!URL.canParse(url)) return undefined;
	const query = new Map(
		[...new URL(url).searchParams].map(([name, value]) => [name.toLowerCase(), value]),
	);
	const lives = ['x-amz', 'x-goog'].map((prefix) => {
		const from = compactMs(query.get(`${prefix}-date`) ?? null);
		const life = query.get(`${prefix}-expires`) ?? '';
		return from !== undefined && /^\d+$/.test(life) ? from + Number(life) * 1000 : undefined;
	});
	const inTokens = [...query.values()].map((value) =>
		unixMs(/(?:^|~)exp=(\d+)(?:~|$)/.exec(value)?.[1]),
	);
	const told = [...lives, ...inTokens, unixMs(query.get('exp')), unixMs(query.get('expires'))];
	const times = told.filter((time) => time !== undefined);
	return times.length === 0 ? undefined : Math.min(...times);
};

/**
 * When a URL stops working, ISO 8601: as it says itself, else so many seconds from now (ms since the
 * epoch) on; null while neither is known.
 */
export const urlExpiresAt = (url: string, seconds: number | null, now: number): string | null => {
	const at = urlExpiry(url) ?? (seconds === null ? undefined : now + seconds * 1000);
	return at === undefined ? null : new Date(at).toISOString();
};

/**
 * When a file's URL stops working, in ms since the epoch; undefined while that is not known.
 * `completed_at`: of its run.
 */
export const fileExpiry = (url: string, completed_at: string | null): number | undefined => {
	const told = urlExpiry(url);
	if (told !== undefined) return told;
	const completed = Date.parse(completed_at ?? '');
	return Number.isNaN(completed) ? undefined : completed + ASSET_LIFE_MS;
};
