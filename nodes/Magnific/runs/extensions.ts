import type { MediaType } from '../api/types';

const EXTENSIONS: Record<MediaType | 'document', readonly string[]> = {
	image: [
		'png',
		'jpg',
		'jpeg',
		'jpe',
		'jfif',
		'webp',
		'gif',
		'bmp',
		'tif',
		'tiff',
		'heic',
		'heif',
		'avif',
		'svg',
	],
	video: ['mp4', 'm4v', 'mov', 'webm', 'mkv', 'avi', 'mpg', 'mpeg'],
	audio: ['mp3', 'wav', 'm4a', 'ogg', 'oga', 'opus', 'flac', 'aac', 'weba'],
	document: [
		'csv',
		'doc',
		'docx',
		'htm',
		'html',
		'json',
		'pdf',
		'ppt',
		'pptx',
		'rar',
		'txt',
		'xls',
		'xlsx',
		'xml',
		'zip',
	],
};

/** These may move. */
const ANIMATED = ['gif', 'webp', 'avif'];

const extensionIn = (path: string): string =>
	/\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';

/** What a file is by the end of its name or path; undefined where that tells nothing. */
export const kindByName = (path: string): MediaType | 'document' | undefined => {
	const extension = extensionIn(path);
	for (const kind of ['image', 'video', 'audio', 'document'] as const) {
		if (EXTENSIONS[kind].includes(extension)) return kind;
	}
	return undefined;
};

/** Whether the end of its name says that a file is of no use where this medium is needed. */
export const isOtherMedia = (path: string, needed: MediaType | null): boolean => {
	const kind = kindByName(path);
	if (kind === undefined || kind === 'document') return kind !== undefined;
	if (needed === null || kind === needed) return false;
	// A sound can be taken from a video, and some containers serve for both.
	if (needed === 'audio') return kind === 'image';
	return !(needed === 'video' && ANIMATED.includes(extensionIn(path)));
};
