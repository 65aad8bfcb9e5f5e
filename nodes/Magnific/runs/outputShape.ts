import {
	detail,
	list,
	numeric,
	optional,
	orNull,
	record,
	text,
	yesOrNo,
	type Shape,
} from './shape';

const ofApp: Shape = { app_id: detail(orNull(text)), app_name: orNull(text) };

/** What is known of a file, besides its URL. */
const ofFile: Shape = {
	id: detail(orNull(text)),
	url: text,
	tool: detail(orNull(text)),
	width: detail(orNull(numeric)),
	height: detail(orNull(numeric)),
	duration: detail(orNull(numeric)),
	created_at: detail(orNull(text)),
};

/** An app, as a list of apps has it. */
export const appShape: Shape = { sqid: text, name: text, total_cost: orNull(numeric) };

const files = list(record(ofFile));

/** One item for each creation. */
export const creationShape: Shape = {
	creation_id: orNull(text),
	name: orNull(text),
	family: orNull(text),
	tool: orNull(text),
	status: orNull(text),
	url: orNull(text),
	preview: detail(orNull(text)),
	created_at: orNull(text),
};

/** What a list of files has of one that could not be downloaded. */
export const withFilesMissing = (shape: Shape): Shape => ({
	...shape,
	files_missing: optional(text),
});

const ofUpload: Shape = {
	file_id: orNull(text),
	url: text,
	content_type: orNull(text),
	bytes: orNull(numeric),
};

/** One item for each file that was sent. */
export const uploadedShape: Shape = { ...ofUpload, expires_at: orNull(text) };

/** One item for each file of the account's uploads. */
export const uploadShape: Shape = {
	...ofUpload,
	created_at: orNull(text),
	expires_at: orNull(text),
	file_expires_at: orNull(text),
};

/** One item for each period, tool and user. */
export const usageShape: Shape = {
	date: text,
	tool: text,
	user_email: orNull(text),
	project: orNull(text),
	group: orNull(text),
	uses: numeric,
	credits: numeric,
};

/** One item for each run, as `runJson` makes it. */
export const runShape: Shape = {
	run_id: text,
	...ofApp,
	status: text,
	started_at: detail(orNull(text)),
	completed_at: detail(orNull(text)),
	error_message: orNull(text),
	result: orNull(record({ images: files, videos: files, audios: files })),
	credits: orNull(numeric),
	expires_at: orNull(text),
};

/** One item for each file, as `fileJson` makes it. */
export const fileShape: Shape = {
	run_id: text,
	...ofApp,
	status: text,
	media_type: text,
	index: detail(numeric),
	...ofFile,
	expires_at: orNull(text),
};

/** A run of which no more is known than that it has started. */
export const startedShape: Shape = { run_id: text, ...ofApp, status: text };

/** A run that is not over, as `unfinishedJson` makes it. */
export const unfinishedShape: Shape = {
	...startedShape,
	credits: orNull(numeric),
	timed_out: optional(yesOrNo),
};

/** Under Validate Only. */
export const validatedShape: Shape = {
	...ofApp,
	status: text,
	credits: orNull(numeric),
	inputs: record(),
};

/** What the option Reuse Runs adds. */
export const withReused = (shape: Shape): Shape => ({ ...shape, reused: optional(yesOrNo) });

/** What the option Metadata adds. */
export const withMetadata = (shape: Shape): Shape => ({ ...shape, metadata: optional(record()) });
