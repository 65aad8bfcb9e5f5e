/**
 * `npm run test:soak`: all cells of the fault matrix, thousands of random nights, and the tests that
 * repeat what they do on a real n8n with all their repetitions, instead of the few of `npm test`.
 * Takes about an hour and a half.
 */
process.env['MAGNIFIC_SOAK'] = '1';
process.argv.push(
	'engine',
	'n8n',
	'--testPathPatterns=test/(engine/(faults|night)|n8n/(kills|nights|queue|soak|trigger))',
);
void import('./test');
