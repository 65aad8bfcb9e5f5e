/** The emulator's own apps by their names. */
export const APPS = {
	sketchToRealism: 'uqzQLDr2Aw',
	productPhotoshoot: 'n0LYQDBl58',
	posterFromText: 'Pq7ZtxW2Ke',
	productClip: 'vC9mR4sLbT',
	fourVariations: 'hT3kYw8NdQ',
	brokenPipeline: 'bR0kEnP1pe',
	surpriseMe: 'sUrPr1se2M',
	videoTitleCard: 'vPf6Jd2HxA',
	soundToWaveform: 'wAv5Zc7QnG',
	moodboard: 'mOd8BrD4yU',
	untitledDraft: 'dRaFt0aB1C',
} as const;

export const SKETCH_INPUT_ID = 'input-4050c3f3-8a26-4953-97a8-cb97bceb4816-1';
