import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { extensionOf, mediaTypeOf } from './media/sniff';
import { sqid } from './random';

export interface StoredFile {
	/** Ten letters and digits; what an input of type `creation` takes. */
	id: string;
	/** Unique, and the part of a result's URL that tells it from other files. */
	number: number;
	origin: 'result' | 'upload';
	contentType: string;
	/** Absent as long as an upload was announced but has not come. */
	bytes: Buffer | undefined;
	/** Epoch ms. */
	createdAt: number;
	/** The pipeline step that made it, and the name of the app; an upload has neither. */
	made?: { tool: string; by: string };
}

export type FileAccess = { file: StoredFile; bytes: Buffer } | 'forbidden' | 'expired' | 'missing';

const FIRST_NUMBER = 48_211_000;

/** Files in memory behind URLs that are signed and expire, as on a CDN. Equal bytes are kept once. */
export class FileStore {
	private readonly secret = randomBytes(32);
	private readonly files = new Map<string, StoredFile>();
	private readonly paths = new Map<string, StoredFile>();
	private readonly contents = new Map<string, Buffer>();
	private lastNumber = FIRST_NUMBER;

	/** @param origin of the URLs without a trailing slash, asked for each since it may change */
	constructor(private readonly origin: () => string) {}

	add(file: {
		origin: StoredFile['origin'];
		contentType: string;
		bytes?: Buffer;
		made?: StoredFile['made'];
	}): StoredFile {
		const { bytes, made, origin, contentType } = file;
		this.lastNumber += 1;
		const stored: StoredFile = {
			id: sqid(),
			number: this.lastNumber,
			origin,
			contentType,
			bytes: bytes === undefined ? undefined : this.shared(bytes),
			createdAt: Date.now(),
			...(made === undefined ? {} : { made }),
		};
		this.files.set(stored.id, stored);
		this.paths.set(pathOf(stored), stored);
		return stored;
	}

	fill(file: StoredFile, bytes: Buffer): void {
		file.bytes = this.shared(bytes);
	}

	get(id: string): StoredFile | undefined {
		return this.files.get(id);
	}

	/** In the order in which they came. */
	all(): StoredFile[] {
		return [...this.files.values()];
	}

	clear(): void {
		this.files.clear();
		this.paths.clear();
		this.contents.clear();
	}

	/** @param expiresAt in Unix seconds; it stands in the URL */
	url(file: StoredFile, expiresAt: number): string {
		const path = pathOf(file);
		const expires = String(expiresAt);
		const hmac = this.sign(`get ${path} ${expires}`);
		return `${this.origin()}/files/${path}?token=exp=${expires}~hmac=${hmac}`;
	}

	/** @param path what follows `/files/` */
	access(path: string, token: string): FileAccess {
		const [, expires, hmac] = /^exp=(\d+)~hmac=([0-9a-f]+)$/.exec(token) ?? [];
		if (expires === undefined || hmac === undefined) return 'forbidden';
		if (!this.isSigned(`get ${path} ${expires}`, hmac)) return 'forbidden';
		if (Number(expires) * 1_000 <= Date.now()) return 'expired';
		const file = this.at(path);
		return file?.bytes === undefined ? 'missing' : { file, bytes: file.bytes };
	}

	/** @param path what follows `/files/` */
	at(path: string): StoredFile | undefined {
		return this.paths.get(path);
	}

	/** The file behind one of this store's own URLs, without a request. */
	accessUrl(url: string): FileAccess | undefined {
		const { origin, pathname, searchParams } = new URL(url);
		if (!pathname.startsWith('/files/') || origin !== this.origin()) return undefined;
		return this.access(pathname.slice('/files/'.length), searchParams.get('token') ?? '');
	}

	sign(content: string): string {
		return createHmac('sha256', this.secret).update(content).digest('hex');
	}

	isSigned(content: string, token: string): boolean {
		const expected = Buffer.from(this.sign(content));
		const given = Buffer.from(token);
		return expected.length === given.length && timingSafeEqual(expected, given);
	}

	private shared(bytes: Buffer): Buffer {
		const digest = createHash('sha256').update(bytes).digest('base64');
		const known = this.contents.get(digest);
		if (known !== undefined) return known;
		this.contents.set(digest, bytes);
		return bytes;
	}
}

/** All results of one kind have the same name, as live ones do; an upload has one of its own. */
function pathOf({ id, number, origin, contentType }: StoredFile): string {
	const extension = extensionOf(contentType);
	if (origin === 'upload') return `${id}.${extension}`;
	const kind = mediaTypeOf(contentType);
	const name = kind === 'image' || kind === undefined ? 'render' : kind;
	return `${String(number)}/${name}.${extension}`;
}
