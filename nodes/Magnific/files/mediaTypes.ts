/** The usual extension of a type comes before its others. */
const BY_EXTENSION: Record<string, string> = {
	aac: 'audio/aac',
	avif: 'image/avif',
	bmp: 'image/bmp',
	flac: 'audio/flac',
	gif: 'image/gif',
	heic: 'image/heic',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	jfif: 'image/jpeg',
	jpe: 'image/jpeg',
	pjpeg: 'image/jpeg',
	pjp: 'image/jpeg',
	m4a: 'audio/mp4',
	m4b: 'audio/mp4',
	mkv: 'video/x-matroska',
	mov: 'video/quicktime',
	qt: 'video/quicktime',
	mp3: 'audio/mpeg',
	mpga: 'audio/mpeg',
	mp4: 'video/mp4',
	m4v: 'video/mp4',
	mp4v: 'video/mp4',
	oga: 'audio/ogg',
	ogg: 'audio/ogg',
	opus: 'audio/ogg',
	png: 'image/png',
	apng: 'image/png',
	svg: 'image/svg+xml',
	tif: 'image/tiff',
	tiff: 'image/tiff',
	wav: 'audio/wav',
	wave: 'audio/wav',
	weba: 'audio/webm',
	webm: 'video/webm',
	webp: 'image/webp',
};

/**
 * Names of the types that Magnific's upload takes under one name only, where they are not made of
 * the type's extension (see `canonical`). Without `x-`.
 */
const ALIASES: Record<string, string> = {
	'image/pipeg': 'image/jpeg',
	'image/citrix-jpeg': 'image/jpeg',
	'image/citrix-png': 'image/png',
	'image/vnd.mozilla.apng': 'image/png',
	'audio/mp4a-latm': 'audio/mp4',
	'audio/mpeg3': 'audio/mpeg',
	'audio/mpeg-3': 'audio/mpeg',
	'audio/mpg': 'audio/mpeg',
	'audio/mpa': 'audio/mpeg',
	'audio/pn-wav': 'audio/wav',
	'audio/vnd.wav': 'audio/wav',
	'audio/vnd.wave': 'audio/wav',
	'audio/vorbis': 'audio/ogg',
	'audio/vorbis+ogg': 'audio/ogg',
	'audio/opus+ogg': 'audio/ogg',
	'video/mp4v-es': 'video/mp4',
	'video/mpeg4': 'video/mp4',
	'video/mpeg-4': 'video/mp4',
};

/** `text/plain` is what n8n writes where it knows nothing. */
const SAYS_NOTHING = new Set([
	'',
	'*/*',
	'application/binary',
	'application/download',
	'application/force-download',
	'application/octet-stream',
	'application/unknown',
	'application/x-binary',
	'application/x-download',
	'application/x-octet-stream',
	'audio/*',
	'binary/octet-stream',
	'image/*',
	'text/plain',
	'unknown/unknown',
	'video/*',
]);

const inTable = (table: Record<string, string>, key: string): string | undefined =>
	Object.hasOwn(table, key) ? table[key] : undefined;

/**
 * A type under its usual name. Most other names are made of an extension: `image/jpg`, `video/mov`,
 * `application/x-png`, `.png`; not where that is of another medium, as in `video/ogg`.
 */
const canonical = (type: string): string => {
	const bare = type.replace('/x-', '/').replace(/^\./, '');
	if (Object.values(BY_EXTENSION).includes(bare)) return bare;
	const alias = inTable(ALIASES, bare);
	if (alias !== undefined) return alias;
	const [media = '', subtype = media] = bare.split('/');
	const byExtension = inTable(BY_EXTENSION, subtype);
	if (byExtension === undefined) return type;
	const isNamedBy = [subtype, 'application', byExtension.split('/')[0]].includes(media);
	return isNamedBy ? byExtension : type;
};

/**
 * The MIME type of a file under the name that Magnific's upload has for it: the declared one
 * without its parameters where it says something, else by the name's extension; undefined where
 * neither tells.
 */
export const mimeTypeOf = (
	declared: string | undefined,
	fileName: string | undefined,
): string | undefined => {
	const type = (declared ?? '').split(/[;,]/)[0]?.trim().toLowerCase() ?? '';
	if (!SAYS_NOTHING.has(type)) return canonical(type);
	const extension = /\.([a-z0-9]+)$/i.exec((fileName ?? '').trim())?.[1]?.toLowerCase() ?? '';
	return inTable(BY_EXTENSION, extension);
};

/** The usual extension of a MIME type, without the dot; undefined for one not in the table. */
export const extensionOf = (mimeType: string | undefined): string | undefined =>
	Object.entries(BY_EXTENSION).find(([, type]) => type === mimeType)?.[0];
